import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { InvalidOptionError } from '../errors.js';

/** A secret as it is given: itself, the name of an environment variable, or a file that holds it. */
export type SecretSource = string | { env: string } | { file: string };

export type SaslOptions =
  | { mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'; username: string; password: SecretSource }
  | { mechanism: 'oauthbearer'; token: SecretSource | (() => Promise<string>) };

export interface TlsOptions {
  /** Certificate authorities, certificate and key: PEM files. */
  ca?: string;
  cert?: string;
  key?: string;
  passphrase?: SecretSource;
  /** Name to check the broker's certificate against, where it is not the host's. */
  serverName?: string;
  /** Trusts any certificate: only for trying things out. @defaultValue true */
  rejectUnauthorized?: boolean;
}

export interface KafkaConnectionOptions {
  /** `host:port`, at least one. */
  brokers: readonly string[];
  /** @defaultValue 'streamnorm' */
  clientId?: string;
  tls?: boolean | TlsOptions;
  sasl?: SaslOptions;
  /** In ms. @defaultValue 5_000 */
  connectTimeout?: number;
  /** In ms. @defaultValue 30_000 */
  requestTimeout?: number;
}

/** A text that is read when it is used and never shown: printed, inspected or put into JSON it is `‹secret›`. */
export class Secret {
  readonly #read: () => string;

  constructor(source: SecretSource, option: string) {
    if (typeof source === 'string') this.#read = () => source;
    else if ('env' in source) {
      this.#read = () => process.env[source.env] ?? missing(option, `environment variable ${source.env}`);
    } else
      this.#read = () => {
        try {
          return readFileSync(source.file, 'utf8').replace(/\r?\n$/, '');
        } catch {
          return missing(option, `file ${source.file}`);
        }
      };
  }

  /** The text itself; read again at each call, so that a rotated secret is found. */
  reveal(): string {
    return this.#read();
  }

  toString(): string {
    return '‹secret›';
  }

  toJSON(): string {
    return '‹secret›';
  }

  [inspect.custom](): string {
    return '‹secret›';
  }
}

export interface ResolvedConnection {
  brokers: readonly { host: string; port: number }[];
  clientId: string;
  tls: ResolvedTls | null;
  sasl:
    | { mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'; username: string; password: Secret }
    | { mechanism: 'oauthbearer'; token: () => Promise<string> }
    | null;
  connectTimeout: number;
  requestTimeout: number;
  /** What is allowed but unwise, for the log. */
  warnings: readonly string[];
}

interface ResolvedTls {
  ca?: string;
  cert?: string;
  key?: Secret;
  passphrase?: Secret;
  serverName?: string;
  rejectUnauthorized: boolean;
}

/**
 * Checks how to reach a cluster, and reads what it needs from files.
 *
 * @throws InvalidOptionError naming the option
 */
export function resolveConnection(options: KafkaConnectionOptions): ResolvedConnection {
  const {
    brokers,
    clientId = 'streamnorm',
    tls = false,
    sasl,
    connectTimeout = 5_000,
    requestTimeout = 30_000,
  } = options;
  if (!Array.isArray(brokers) || brokers.length === 0)
    throw new InvalidOptionError('brokers', brokers, 'a list of at least one host:port');
  for (const [option, value] of Object.entries({ connectTimeout, requestTimeout }))
    if (!(Number.isFinite(value) && value > 0)) throw new InvalidOptionError(option, value, 'milliseconds above 0');
  const warnings: string[] = [];
  const resolvedTls = tls === false ? null : resolveTls(tls === true ? {} : tls);
  if (resolvedTls?.rejectUnauthorized === false)
    warnings.push('tls.rejectUnauthorized is false: any server can pretend to be the broker');
  if (sasl?.mechanism === 'plain' && resolvedTls === null)
    warnings.push('SASL PLAIN without TLS sends the password in the clear');
  return {
    brokers: brokers.map(parseBroker),
    clientId,
    tls: resolvedTls,
    sasl: sasl === undefined ? null : resolveSasl(sasl),
    connectTimeout,
    requestTimeout,
    warnings,
  };
}

function parseBroker(broker: string): { host: string; port: number } {
  const match = /^(?:\[([^\]]+)\]|([^:[\]\s/]+)):(\d{1,5})$/.exec(broker);
  const port = Number(match?.[3]);
  if (!match || port < 1 || port > 65_535) throw new InvalidOptionError('brokers', broker, 'host:port');
  return { host: (match[1] ?? match[2])!, port };
}

function resolveTls({ ca, cert, key, passphrase, serverName, rejectUnauthorized = true }: TlsOptions): ResolvedTls {
  if ((cert === undefined) !== (key === undefined))
    throw new InvalidOptionError(
      cert === undefined ? 'tls.cert' : 'tls.key',
      undefined,
      'given together with the other of the two',
    );
  const resolved: ResolvedTls = { rejectUnauthorized };
  if (ca !== undefined) resolved.ca = readPem('tls.ca', ca);
  if (cert !== undefined) resolved.cert = readPem('tls.cert', cert);
  if (key !== undefined) resolved.key = new Secret(readPem('tls.key', key), 'tls.key');
  if (passphrase !== undefined) resolved.passphrase = new Secret(passphrase, 'tls.passphrase');
  if (serverName !== undefined) resolved.serverName = serverName;
  return resolved;
}

function resolveSasl(sasl: SaslOptions): NonNullable<ResolvedConnection['sasl']> {
  if (sasl.mechanism === 'oauthbearer') {
    const { token } = sasl;
    if (typeof token === 'function') return { mechanism: sasl.mechanism, token };
    const secret = new Secret(token, 'sasl.token');
    return { mechanism: sasl.mechanism, token: async () => secret.reveal() };
  }
  const known = ['plain', 'scram-sha-256', 'scram-sha-512'];
  if (!known.includes(sasl.mechanism))
    throw new InvalidOptionError('sasl.mechanism', sasl.mechanism, `${known.join(', ')} or oauthbearer`);
  if (typeof sasl.username !== 'string' || sasl.username === '')
    throw new InvalidOptionError('sasl.username', sasl.username, 'a name');
  const password = new Secret(sasl.password, 'sasl.password');
  password.reveal(); // a missing variable or file is a fault of the configuration, found now
  return { mechanism: sasl.mechanism, username: sasl.username, password };
}

function readPem(option: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new InvalidOptionError(
      option,
      file,
      `a PEM file that can be read (${(cause as NodeJS.ErrnoException).code})`,
    );
  }
}

function missing(option: string, where: string): never {
  throw new InvalidOptionError(option, undefined, `set: ${where} is not there`);
}
