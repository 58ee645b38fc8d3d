import type { CompressionTypes, Producer } from 'kafkajs';
import { TransportError } from '../kafka-errors.js';
import type { KafkaProducer, ProduceBatch, ProducerOptions } from '../port.js';
import { compressionCode } from '../record-batch/compression.js';
import { zstdCompress } from '../record-batch/zstd.js';
import { type KafkaJsConnection, kafkaJsFailure } from './connection.js';
import { roundsOf } from './messages-of-batch.js';

/** The idempotent producer of kafkajs, one call at a time. */
export class KafkaJsProducer implements KafkaProducer {
  readonly #connection: KafkaJsConnection;
  readonly #compression: CompressionTypes;
  readonly #deliveryTimeout: number;
  #producer: Promise<Producer> | null = null;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(
    connection: KafkaJsConnection,
    { compression = 'none', deliveryTimeout = 120_000 }: ProducerOptions = {},
  ) {
    if (compression === 'zstd') zstdCompress(new Uint8Array()); // refuses here what would be refused at each send
    this.#connection = connection;
    this.#compression = compressionCode(compression);
    this.#deliveryTimeout = deliveryTimeout;
  }

  produce(batches: readonly ProduceBatch[]): Promise<void> {
    const mine = this.#turn.then(() => this.#produce(batches));
    this.#turn = mine.catch(() => {});
    return mine;
  }

  async close(): Promise<void> {
    await this.#turn;
    await (await this.#producer?.catch(() => null))?.disconnect();
  }

  async #produce(batches: readonly ProduceBatch[]): Promise<void> {
    try {
      this.#producer ??= this.#connect();
      const producer = await this.#producer;
      for (const topicMessages of roundsOf(batches))
        await producer.sendBatch({ acks: -1, compression: this.#compression, topicMessages });
    } catch (error) {
      const failure = kafkaJsFailure(error);
      // A producer that could not be connected, or has lost count, is replaced by the next call.
      if (!(failure instanceof TransportError) || failure.retriable || failure.apiCodes.length === 0)
        this.#producer = null;
      throw failure;
    }
  }

  #connect(): Promise<Producer> {
    // Delays double from 50 ms up to a second: this many attempts take about as long as is allowed.
    const retries = Math.max(2, Math.ceil(this.#deliveryTimeout / 1000) + 4);
    const create = (): Producer =>
      this.#connection.kafka().producer({
        idempotent: true,
        maxInFlightRequests: 1,
        allowAutoTopicCreation: false,
        createPartitioner:
          () =>
          ({ message }) =>
            message.partition!,
        retry: { initialRetryTime: 50, maxRetryTime: 1000, retries },
      });
    return this.#connection.connect(create, this.#deliveryTimeout);
  }
}
