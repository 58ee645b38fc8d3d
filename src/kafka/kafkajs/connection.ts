import type { Kafka, KafkaConfig, LogEntry, RetryOptions, SASLOptions } from 'kafkajs';
import type { ResolvedConnection } from '../connection-options.js';
import { ProducerFencedError, TransportError } from '../kafka-errors.js';
import { loadKafkaJs } from './load-kafkajs.js';

/** A message as kafkajs decodes it, with what it keeps of its batch. */
export interface RawMessage {
  key: Buffer | null;
  value: Buffer | null;
  timestamp: string;
  offset: string;
  headers?: Record<string, Buffer | string | (Buffer | string)[] | null | undefined>;
  isControlRecord?: boolean;
  batchContext?: { firstOffset: string; lastOffsetDelta: number; producerId: string; inTransaction: boolean };
}

export interface RawFetch {
  responses: {
    topicName: string;
    partitions: {
      partition: number;
      errorCode: number;
      highWatermark: string;
      lastStableOffset: string;
      abortedTransactions: { producerId: string; firstOffset: string }[];
      messages: RawMessage[];
    }[];
  }[];
}

interface RawBroker {
  fetch(options: object): Promise<RawFetch>;
}

/** What lies under kafkajs's own clients: it can fetch a partition without a group, and ask for the end of what is committed. */
export interface RawCluster {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  addMultipleTargetTopics(topics: string[]): Promise<void>;
  refreshMetadata(): Promise<void>;
  findLeaderForPartitions(topic: string, partitions: number[]): Record<string, number[]>;
  findBroker(at: { nodeId: string }): Promise<RawBroker>;
  fetchTopicsOffset(topics: object[]): Promise<{ partitions: { offset: string }[] }[]>;
}

/** One Kafka object of kafkajs, quiet, with our secrets given only when a connection asks. */
export class KafkaJsConnection {
  readonly #options: ResolvedConnection;

  constructor(options: ResolvedConnection) {
    this.#options = options;
  }

  kafka(retry: RetryOptions = { initialRetryTime: 50, maxRetryTime: 1000, retries: 3 }): Kafka {
    const { Kafka, logLevel } = loadKafkaJs();
    const { brokers, clientId, tls, sasl, connectTimeout, requestTimeout } = this.#options;
    const config: KafkaConfig = {
      brokers: brokers.map(({ host, port }) => `${host}:${port}`),
      clientId,
      connectionTimeout: connectTimeout,
      requestTimeout,
      // Sessions that live shorter than this would be renewed at every request: the default is ten seconds.
      reauthenticationThreshold: 2_000,
      retry,
      logLevel: logLevel.NOTHING,
      // Its log lines may carry what was configured: none of them is passed on.
      logCreator: () => (_entry: LogEntry) => {},
    };
    if (tls !== null)
      config.ssl = {
        rejectUnauthorized: tls.rejectUnauthorized,
        ...(tls.ca !== undefined && { ca: tls.ca }),
        ...(tls.cert !== undefined && { cert: tls.cert }),
        ...(tls.key !== undefined && { key: tls.key.reveal() }),
        ...(tls.passphrase !== undefined && { passphrase: tls.passphrase.reveal() }),
        ...(tls.serverName !== undefined && { servername: tls.serverName }),
      };
    if (sasl !== null)
      config.sasl = (
        sasl.mechanism === 'oauthbearer'
          ? { mechanism: 'oauthbearer', oauthBearerProvider: async () => ({ value: await sasl.token() }) }
          : { mechanism: sasl.mechanism, username: sasl.username, password: sasl.password.reveal() }
      ) as SASLOptions;
    return new Kafka(config);
  }

  /** Connects a client of kafkajs, again and again while that may help, for `timeout` ms. @throws TransportError */
  async connect<Client extends { connect(): Promise<void>; disconnect(): Promise<void> }>(
    create: () => Client,
    timeout: number,
  ): Promise<Client> {
    const until = performance.now() + timeout;
    for (;;) {
      const client = create();
      try {
        await client.connect();
        return client;
      } catch (error) {
        await client.disconnect().catch(() => {}); // it was not connected
        const failure = kafkaJsFailure(error);
        if (!(failure instanceof TransportError && failure.retriable) || performance.now() > until) throw failure;
      }
    }
  }

  cluster(committed: boolean): RawCluster {
    const kafka = this.kafka() as unknown as Record<symbol, (options: object) => RawCluster>;
    const create = Object.getOwnPropertySymbols(kafka).find(
      ({ description }) => description === 'private:Kafka:createCluster',
    );
    return kafka[create!]!({
      metadataMaxAge: 300_000,
      allowAutoTopicCreation: false,
      isolationLevel: committed ? 1 : 0,
    });
  }
}

interface KafkaJsError extends Error {
  type?: string;
  code?: number;
  retriable?: boolean;
  broker?: string;
  cause?: KafkaJsError;
  originalError?: KafkaJsError;
}

/** One sentence and a class of ours for whatever kafkajs threw. */
export function kafkaJsFailure(error: unknown): Error {
  if (error instanceof TransportError || error instanceof ProducerFencedError) return error;
  let root = error as KafkaJsError;
  for (
    let next = root.cause ?? root.originalError;
    next !== undefined && next !== null;
    next = next.cause ?? next.originalError
  )
    root = next;
  if (root.type === 'INVALID_PRODUCER_EPOCH' || root.type === 'PRODUCER_FENCED')
    return new ProducerFencedError('another producer has taken this transactional id over', { cause: error });
  const refused = /SASL|certificate|CERT|self.signed|altnames|AUTHORIZATION/i.test(
    `${root.name} ${root.type} ${root.message}`,
  );
  const retriable = !refused && (root.retriable ?? (error as KafkaJsError).name !== 'KafkaJSNonRetriableError');
  const codes = root.code !== undefined && root.code >= 0 && typeof root.code === 'number' ? [root.code] : [];
  return new TransportError(
    root.broker && !root.message.includes(root.broker) ? `${root.broker}: ${root.message}` : root.message,
    retriable,
    codes,
    { cause: error },
  );
}
