import { setTimeout as sleep } from 'node:timers/promises';
import type { CompressionTypes, Transaction as KafkaJsTransaction, Producer } from 'kafkajs';
import { InvalidOptionError } from '../../errors.js';
import { StaleEpochError, TransactionOutcomeError, TransportError } from '../kafka-errors.js';
import type {
  Assignment,
  GroupConsumer,
  PartitionOffset,
  ProduceBatch,
  Transaction,
  TransactionalProducer,
  TransactionalProducerOptions,
} from '../port.js';
import { compressionCode } from '../record-batch/compression.js';
import { type KafkaJsConnection, kafkaJsFailure } from './connection.js';
import { roundsOf } from './messages-of-batch.js';

const concurrentTransactions = 51;

/**
 * The transactional producer of kafkajs. It speaks TxnOffsetCommit without the group's generation: a member that has lost
 * a partition is fenced by the transactional id alone, so the id must be the partition's own and be taken before reading.
 */
export class KafkaJsTransactionalProducer implements TransactionalProducer {
  readonly transactionalId: string;
  readonly offsetFencing = 'transactional-id';
  readonly #connection: KafkaJsConnection;
  readonly #compression: CompressionTypes;
  readonly #transactionTimeout: number;
  readonly #deliveryTimeout: number;
  #producer: Producer | null = null;
  #first: KafkaJsTransaction | null = null;
  #state: 'new' | 'ready' | 'open' | 'failed' = 'new';

  constructor(
    connection: KafkaJsConnection,
    {
      transactionalId,
      transactionTimeout = 60_000,
      compression = 'none',
      deliveryTimeout = 120_000,
    }: TransactionalProducerOptions,
  ) {
    if (transactionalId === '') throw new InvalidOptionError('transactionalId', transactionalId, 'a name');
    this.#connection = connection;
    this.transactionalId = transactionalId;
    this.#transactionTimeout = transactionTimeout;
    this.#deliveryTimeout = deliveryTimeout;
    this.#compression = compressionCode(compression);
  }

  async init(signal?: AbortSignal): Promise<void> {
    await this.close();
    this.#state = 'failed';
    // Each transaction that follows another closely is refused for some milliseconds: the default wait of 300 would halve the rate.
    const create = (): Producer =>
      this.#connection.kafka().producer({
        transactionalId: this.transactionalId,
        transactionTimeout: this.#transactionTimeout,
        idempotent: true,
        maxInFlightRequests: 1,
        allowAutoTopicCreation: false,
        createPartitioner:
          () =>
          ({ message }) =>
            message.partition!,
        retry: { initialRetryTime: 3, maxRetryTime: 500, retries: 120 },
      });
    if (signal?.aborted) throw new StaleEpochError(`${this.transactionalId} has another owner by now`);
    const producer = await this.#connection.connect(create, this.#deliveryTimeout);
    try {
      // Connecting fences no one: kafkajs asks for the transactional id when it opens a transaction. The first one is kept.
      this.#first = await producer.transaction();
    } catch (error) {
      throw kafkaJsFailure(error);
    }
    this.#producer = producer;
    this.#state = 'ready';
  }

  begin(): Transaction {
    if (this.#state === 'open') throw new TransportError('a transaction is open already', false);
    if (this.#state !== 'ready') throw new TransportError('the producer needs init first', false);
    this.#state = 'open';
    const first = this.#first;
    this.#first = null;
    return new OpenTransaction(this.#producer!, first, this.#compression, (state) => {
      this.#state = state;
    });
  }

  async close(): Promise<void> {
    const producer = this.#producer;
    this.#producer = null;
    this.#first = null;
    this.#state = 'new';
    await producer?.disconnect();
  }
}

class OpenTransaction implements Transaction {
  readonly #producer: Producer;
  readonly #compression: CompressionTypes;
  readonly #ended: (state: 'ready' | 'failed') => void;
  #transaction: Promise<KafkaJsTransaction> | null = null;
  #turn: Promise<unknown> = Promise.resolve();
  #failed = false;
  #over = false;

  constructor(
    producer: Producer,
    first: KafkaJsTransaction | null,
    compression: CompressionTypes,
    ended: (state: 'ready' | 'failed') => void,
  ) {
    this.#producer = producer;
    this.#transaction = first === null ? null : Promise.resolve(first);
    this.#compression = compression;
    this.#ended = ended;
  }

  produce(batches: readonly ProduceBatch[]): Promise<void> {
    return this.#step(async (transaction) => {
      for (const topicMessages of roundsOf(batches))
        await transaction.sendBatch({ acks: -1, compression: this.#compression, topicMessages });
    });
  }

  sendOffsets(
    consumer: GroupConsumer,
    offsets: readonly (PartitionOffset & { assignment: Assignment })[],
  ): Promise<void> {
    return this.#step(async (transaction) => {
      if (offsets.length === 0) return;
      const { groupId } = await consumer.membership(offsets.map(({ assignment }) => assignment));
      const topics = offsets.map(({ topic, partition, offset }) => ({
        topic,
        partitions: [{ partition, offset: String(offset) }],
      }));
      for (let attempt = 0; ; attempt++) {
        try {
          await transaction.sendOffsets({ consumerGroupId: groupId, topics });
          break;
        } catch (error) {
          // kafkajs does not try this one again: the broker is still writing the markers of the transaction before.
          const failure = kafkaJsFailure(error);
          const soon = failure instanceof TransportError && failure.apiCodes.includes(concurrentTransactions);
          if (!soon || attempt === 50) throw error;
          await sleep(1 + Math.random() * Math.min(2 ** attempt, 100));
        }
      }
      if (offsets.some(({ assignment }) => assignment.signal.aborted))
        throw new StaleEpochError('a partition has gone meanwhile');
    });
  }

  async commit(): Promise<void> {
    await this.#turn;
    if (this.#failed || this.#over) throw new TransportError('the transaction cannot be committed', false);
    this.#over = true;
    this.#ended('failed');
    try {
      await (await this.#transaction)?.commit();
    } catch (error) {
      const failure = kafkaJsFailure(error);
      // Its state machine refuses to go on after this, whatever the broker did.
      if (failure instanceof TransportError && failure.apiCodes.length === 0)
        throw new TransactionOutcomeError(`the commit was not answered: ${failure.message}`, { cause: error });
      throw failure;
    }
    this.#ended('ready');
  }

  async abort(): Promise<void> {
    await this.#turn;
    if (this.#over) return;
    this.#over = true;
    this.#ended('failed');
    try {
      await (await this.#transaction)?.abort();
    } catch (error) {
      throw kafkaJsFailure(error);
    }
    if (!this.#failed) this.#ended('ready');
  }

  /** One step after the other: a producer of kafkajs is not made for more at once. */
  #step(step: (transaction: KafkaJsTransaction) => Promise<void>): Promise<void> {
    const mine = this.#turn.then(async () => {
      if (this.#over) throw new TransportError('the transaction is over', false);
      try {
        this.#transaction ??= this.#producer.transaction();
        await step(await this.#transaction);
      } catch (error) {
        this.#failed = true;
        throw error instanceof StaleEpochError ? error : kafkaJsFailure(error);
      }
    });
    this.#turn = mine.catch(() => {});
    return mine;
  }
}
