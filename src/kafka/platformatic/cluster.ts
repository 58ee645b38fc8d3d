import { setTimeout as sleep } from 'node:timers/promises';
import type { API, Connection, ConnectionOptions, Reader, Writer } from '@platformatic/kafka';
import type { ResolvedConnection } from '../connection-options.js';
import { TransportError } from '../kafka-errors.js';
import { apiCodes } from './api-codes.js';
import type { ConnectionRole } from './connection-role.js';
import { SharedRoles } from './shared-roles.js';
import { loadWire, type Wire } from './wire.js';

interface Broker {
  host: string;
  port: number;
}

export interface RawRequest<Response> {
  key: number;
  version: number;
  write(writer: Writer): void;
  read(reader: Reader): Response;
  /** Whether the headers of request and response are of the flexible kind. */
  flexible: boolean;
  /** Where that of the response is of the other kind. */
  flexibleAnswer?: boolean;
}

/** What is known of the cluster, and the connections to its brokers. */
export class Cluster {
  readonly connection: ResolvedConnection;
  readonly transactionRoles = new SharedRoles('transaction', 16, (role) => this.release(role));
  /** Whether a broker was ever reached: until then nothing says that there is one. */
  reached = false;
  readonly #connections = new Map<string, Promise<Connection>>();
  readonly #brokers = new Map<number, Broker>();
  readonly #leaders = new Map<string, number[]>();
  readonly #details = new Map<string, { id: string | null; replicas: number }>();
  readonly #coordinators = new Map<string, number>();
  readonly #released = new Set<ConnectionRole>();
  #wire: Promise<Wire> | null = null;
  #refreshing: Promise<void> | null = null;
  #closed = false;

  constructor(connection: ResolvedConnection) {
    this.connection = connection;
  }

  get closed(): boolean {
    return this.#closed;
  }

  wire(): Promise<Wire> {
    this.#wire ??= loadWire();
    return this.#wire;
  }

  async close(): Promise<void> {
    this.#closed = true;
    const open = [...this.#connections.values()];
    this.#connections.clear();
    await Promise.allSettled(open.map(async (connection) => (await connection).close()));
  }

  /** Closes the connections of one role for good. */
  async release(role: ConnectionRole): Promise<void> {
    this.#released.add(role);
    const mine = [...this.#connections].filter(([key]) => key.startsWith(`${role} `));
    for (const [key] of mine) this.#connections.delete(key);
    await Promise.allSettled(mine.map(async ([, connection]) => (await connection).close()));
  }

  /** Sends one of the library's requests. `node` null is any broker. @throws TransportError */
  async call<Arguments extends unknown[], Response>(
    role: ConnectionRole,
    node: number | null,
    api: (wire: Wire) => { api: API<Arguments, Response> },
    ...args: Arguments
  ): Promise<Response> {
    const wire = await this.wire();
    const connection = await this.#connect(wire, role, node);
    try {
      return await api(wire).api.async(connection, ...args);
    } catch (error) {
      throw this.#failure(error, connection);
    }
  }

  /** Sends a request whose bytes we write and read ourselves. `node` null is any broker. @throws TransportError */
  async send<Response>(role: ConnectionRole, node: number | null, request: RawRequest<Response>): Promise<Response> {
    const wire = await this.wire();
    const connection = await this.#connect(wire, role, node);
    try {
      return await new Promise<Response>((resolve, reject) => {
        connection.send<Response>(
          request.key,
          request.version,
          () => {
            const writer = wire.Writer.create();
            request.write(writer);
            return writer;
          },
          (_correlation, _key, _version, reader) => request.read(reader),
          request.flexible,
          request.flexibleAnswer ?? request.flexible,
          (error, response) => (error ? reject(error) : resolve(response as Response)),
        );
      });
    } catch (error) {
      throw this.#failure(error, connection);
    }
  }

  /** The broker that leads a partition. @throws TransportError when there is none (now) */
  async leader(topic: string, partition: number): Promise<number> {
    let leader = this.#leaders.get(topic)?.[partition];
    if (leader === undefined || leader < 0) {
      await this.refresh([topic]);
      leader = this.#leaders.get(topic)?.[partition];
    }
    if (leader === undefined)
      throw new TransportError(`topic ${topic} has no partition ${partition}`, true, [
        apiCodes.unknownTopicOrPartition,
      ]);
    if (leader < 0)
      throw new TransportError(`partition ${partition} of ${topic} has no leader now`, true, [
        apiCodes.leaderNotAvailable,
      ]);
    return leader;
  }

  /** Number of partitions of a topic. @throws TransportError when there is no such topic */
  async partitions(topic: string, fresh = false): Promise<number> {
    if (fresh || !this.#leaders.has(topic)) await this.refresh([topic]);
    const leaders = this.#leaders.get(topic);
    if (leaders === undefined)
      throw new TransportError(`topic ${topic} does not exist`, true, [apiCodes.unknownTopicOrPartition]);
    return leaders.length;
  }

  /** The id of a topic, null where the broker gives none, and the replicas of its first partition. */
  async detailsOf(topic: string): Promise<{ id: string | null; replicas: number }> {
    await this.partitions(topic);
    return this.#details.get(topic) ?? { id: null, replicas: 0 };
  }

  /** Forgets who leads a partition, after an answer that says it has changed. */
  forgetLeader(topic: string): void {
    this.#leaders.delete(topic);
  }

  /** The broker that keeps a group (type 0) or a transactional id (type 1). */
  async coordinator(type: 0 | 1, key: string): Promise<number> {
    const known = this.#coordinators.get(`${type} ${key}`);
    if (known !== undefined) return known;
    const response = await this.call('control', null, (wire) => wire.findCoordinatorV4, type, [key]);
    const { nodeId, host, port } = response.coordinators[0]!;
    this.#brokers.set(nodeId, { host, port });
    this.#coordinators.set(`${type} ${key}`, nodeId);
    return nodeId;
  }

  forgetCoordinator(type: 0 | 1, key: string): void {
    this.#coordinators.delete(`${type} ${key}`);
  }

  /**
   * Asks a coordinator, again and again while it moves, loads or cannot be reached, until `until` (a time of the
   * monotonic clock). Codes in `also` are tried again as well, at short intervals.
   */
  async askCoordinator<Response>(
    type: 0 | 1,
    key: string,
    until: number,
    also: readonly number[],
    ask: (node: number) => Promise<Response>,
  ): Promise<Response> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await ask(await this.coordinator(type, key));
      } catch (error) {
        if (!(error instanceof TransportError) || this.#closed) throw error;
        const soon = error.apiCodes.length > 0 && error.apiCodes.every((code) => also.includes(code));
        const moved = error.apiCodes.every((code) => movedCodes.includes(code)) && error.retriable;
        if ((!soon && !moved) || performance.now() > until) throw error;
        if (moved) this.forgetCoordinator(type, key);
        await sleep(soon ? Math.min(1 + attempt, 20) : backoff(attempt));
      }
    }
  }

  /** Reads the leaders of topics again; topics that do not exist are forgotten. */
  async refresh(topics: readonly string[]): Promise<void> {
    while (this.#refreshing !== null) await this.#refreshing.catch(() => {}); // what another asked for is told to the other
    this.#refreshing = this.#refresh([...topics]).finally(() => {
      this.#refreshing = null;
    });
    return this.#refreshing;
  }

  async #refresh(topics: string[]): Promise<void> {
    const wire = await this.wire();
    const connection = await this.#connect(wire, 'control', null);
    let metadata: Awaited<ReturnType<typeof wire.metadataV12.api.async>>;
    try {
      metadata = await wire.metadataV12.api.async(connection, topics, false, false);
    } catch (error) {
      // One topic without a leader makes an error of the whole answer; the answer is there all the same.
      const response = (error as { response?: typeof metadata }).response;
      if (!response?.brokers) throw this.#failure(error, connection);
      metadata = response;
    }
    for (const { nodeId, host, port } of metadata.brokers) this.#brokers.set(nodeId, { host, port });
    for (const topic of metadata.topics) {
      if (typeof topic.name !== 'string') continue;
      if (topic.errorCode === apiCodes.unknownTopicOrPartition) this.#leaders.delete(topic.name);
      else if (topic.errorCode === 29)
        throw new TransportError(`not authorized for topic ${topic.name}`, false, [topic.errorCode]);
      else {
        const leaders: number[] = [];
        const id = /[^0-]/.test(topic.topicId) ? topic.topicId : null; // all zeros: brokers before 2.8
        this.#details.set(topic.name, { id, replicas: topic.partitions[0]?.replicaNodes.length ?? 0 });
        for (const partition of topic.partitions) leaders[partition.partitionIndex] = partition.leaderId;
        if (leaders.length > 0) this.#leaders.set(topic.name, leaders);
      }
    }
  }

  async #connect(wire: Wire, role: ConnectionRole, node: number | null): Promise<Connection> {
    if (this.#closed || this.#released.has(role)) throw new TransportError('the client is closed', false);
    if (node !== null) {
      if (!this.#brokers.has(node)) await this.refresh([]);
      const broker = this.#brokers.get(node);
      if (broker === undefined) throw new TransportError(`broker ${node} is not known`, true);
      return this.#open(wire, role, broker);
    }
    const candidates = [...this.#brokers.values(), ...this.connection.brokers];
    const tried: string[] = [];
    let last: unknown;
    for (const broker of candidates) {
      try {
        return await this.#open(wire, role, broker);
      } catch (error) {
        last = error;
        const said = error instanceof Error ? error.message : String(error);
        if (!tried.includes(said)) tried.push(said);
        if (error instanceof TransportError && !error.retriable) throw error;
      }
    }
    throw new TransportError(`no broker can be reached: ${tried.join('; ')}`, true, [], { cause: last });
  }

  #open(wire: Wire, role: ConnectionRole, broker: Broker): Promise<Connection> {
    const key = `${role} ${broker.host}:${broker.port}`;
    const open = this.#connections.get(key);
    if (open !== undefined) return open;
    const connection = new wire.Connection(this.connection.clientId, this.#options(wire));
    const forget = (): void => {
      if (this.#connections.get(key) === opening) this.#connections.delete(key);
    };
    connection.on('error', forget);
    connection.on('close', forget);
    const opening = (connection.connect(broker.host, broker.port) as Promise<void>).then(
      () => {
        this.reached = true;
        return connection;
      },
      (error: unknown) => {
        forget();
        throw describeFailure(error, `${broker.host}:${broker.port}`);
      },
    );
    this.#connections.set(key, opening);
    return opening;
  }

  #options(wire: Wire): ConnectionOptions {
    const { tls, sasl, connectTimeout, requestTimeout } = this.connection;
    const options: ConnectionOptions = { connectTimeout, requestTimeout, maxInflights: 16 };
    if (tls !== null) {
      options.tls = { rejectUnauthorized: tls.rejectUnauthorized };
      if (tls.ca !== undefined) options.tls.ca = tls.ca;
      if (tls.cert !== undefined) options.tls.cert = tls.cert;
      if (tls.key !== undefined) options.tls.key = tls.key.reveal();
      if (tls.passphrase !== undefined) options.tls.passphrase = tls.passphrase.reveal();
      options.tlsServerName = tls.serverName ?? true;
    }
    if (sasl !== null) {
      if (sasl.mechanism === 'oauthbearer')
        options.sasl = { mechanism: wire.SASLMechanisms.OAUTHBEARER, token: sasl.token };
      else {
        const mechanism = {
          plain: 'PLAIN',
          'scram-sha-256': 'SCRAM_SHA_256',
          'scram-sha-512': 'SCRAM_SHA_512',
        } as const;
        options.sasl = {
          mechanism: wire.SASLMechanisms[mechanism[sasl.mechanism]],
          username: sasl.username,
          password: () => sasl.password.reveal(),
        };
      }
    }
    return options;
  }

  #failure(error: unknown, connection: Connection): TransportError {
    // A request without an answer leaves the connection in a state the library cannot use again.
    if (isTimeout(error)) connection.socket?.destroy();
    return describeFailure(error, `${connection.host}:${connection.port}`);
  }
}

const movedCodes: readonly number[] = [
  apiCodes.coordinatorLoading,
  apiCodes.coordinatorNotAvailable,
  apiCodes.notCoordinator,
  7, // request timed out
  13, // network exception
];

/** Wait before attempt `attempt + 1`, in ms: 50, 100 … 1000, a quarter of it at random. */
export function backoff(attempt: number): number {
  const full = Math.min(50 * 2 ** attempt, 1000);
  return full * (0.75 + 0.25 * Math.random());
}

interface LibraryError extends Error {
  code?: string;
  apiCode?: number;
  apiId?: string;
  canRetry?: boolean;
  serverErrorMessage?: string | null;
  errors?: LibraryError[];
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.constructor.name === 'TimeoutError';
}

/** One sentence and a class of ours for whatever the library threw. */
function describeFailure(error: unknown, broker: string): TransportError {
  if (error instanceof TransportError) return error;
  const failure = error as LibraryError;
  const answers = (failure.errors ?? []).filter((each) => each.apiCode !== undefined);
  if (answers.length > 0) {
    const said = [...new Set(answers.map((each) => `${each.apiId}: ${each.serverErrorMessage ?? each.message}`))];
    const codes = [...new Set(answers.map((each) => each.apiCode!))];
    const retriable = answers.every((each) => each.canRetry === true);
    return new TransportError(said.join('; '), retriable, codes, { cause: error });
  }
  const chain: string[] = [];
  let authentication = false;
  for (
    let each: LibraryError | undefined = failure;
    each !== undefined && chain.length < 6;
    each = each.cause as LibraryError
  ) {
    if (!chain.includes(each.message)) chain.push(each.message);
    for (const inner of each.errors ?? []) if (!chain.includes(inner.message)) chain.push(inner.message);
    if (each.code === 'PLT_KFK_AUTHENTICATION' || isCertificateFault(each.code)) authentication = true;
  }
  const sentence = `${broker}: ${chain.join(': ').replace(/\.?:/g, ':')}`;
  const network =
    isTimeout(error) || failure.code === 'PLT_KFK_NETWORK' || failure.code === 'PLT_KFK_UNEXPECTED_CORRELATION_ID';
  return new TransportError(sentence, network && !authentication, [], { cause: error });
}

function isCertificateFault(code: string | undefined): boolean {
  return code !== undefined && /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS|ERR_SSL/.test(code);
}
