import { Observable, type OperatorFunction } from 'rxjs';
import { InvalidOptionError } from '../errors.js';
import { partitionOfKey } from './partition-of-key.js';
import type { PartitionTransactions } from './partition-transactions.js';
import type { Delivery, KafkaClient, KafkaProducer, ProduceBatch } from './port.js';
import { RecordBatchList } from './record-batch/record-batch-list.js';
import type { RecordHeader } from './record-batch/record-header.js';

/** A record to be written. */
export interface KafkaOutput {
  key: Uint8Array | null;
  value: Uint8Array | null;
  /** Milliseconds since 1970. */
  timestamp: number;
  headers?: readonly RecordHeader[];
  /** @defaultValue the topic of `toKafka` */
  topic?: string;
  /** @defaultValue by the key, as Kafka does; without a key, that of the delivery */
  partition?: number;
}

/** What came of a delivery: its outputs are written and its offsets committed together. */
export interface DeliveryOutput {
  delivery: Delivery;
  outputs: readonly KafkaOutput[];
}

export interface ToKafkaOptions {
  client: KafkaClient;
  topic: string;
  /** Exactly once: the same object that `fromKafka` was given. Without it, at least once. */
  transactions?: PartitionTransactions;
}

/**
 * Writes what came of each delivery, commits its offsets, settles it, and emits it.
 *
 * ## Back pressure
 *
 * Deliveries of one partition are written in order, one write at a time; those that wait meanwhile go together in the
 * next. What waits is bounded by `maxBytesInFlight` of `fromKafka`, for a delivery is settled only when it is committed.
 *
 * ## Delivery guarantees
 *
 * With `transactions`, exactly once: outputs and offsets are one transaction, so that a reader of committed records sees
 * the effect of each input record once, whatever fails. Without, at least once: outputs first, then offsets.
 * What came of a partition that has gone to another member is dropped, and not emitted: the other one does it.
 * A failure errors the stream; subscribing again goes on at what was committed.
 */
export function toKafka(options: ToKafkaOptions): OperatorFunction<DeliveryOutput, DeliveryOutput> {
  if (!options.topic) throw new InvalidOptionError('topic', options.topic, 'the name of a topic');
  return (source) =>
    new Observable<DeliveryOutput>((subscriber) => {
      const writer = new DeliveryWriter(
        options,
        (output) => subscriber.next(output),
        (error) => subscriber.error(error),
      );
      const subscription = source.subscribe({
        next: (output) => writer.write(output),
        error: (error) => subscriber.error(error),
        complete: () => writer.finish().then(() => subscriber.complete()),
      });
      subscription.add(() => writer.close());
      return subscription;
    });
}

/** Queues of outputs, one for each partition that was read. */
class DeliveryWriter {
  readonly #options: ToKafkaOptions;
  readonly #done: (output: DeliveryOutput) => void;
  readonly #failed: (error: unknown) => void;
  readonly #queues = new Map<string, DeliveryOutput[]>();
  readonly #running = new Map<string, Promise<void>>();
  readonly #partitions = new Map<string, Promise<number>>();
  #producer: KafkaProducer | null = null;
  #closed = false;

  constructor(options: ToKafkaOptions, done: (output: DeliveryOutput) => void, failed: (error: unknown) => void) {
    this.#options = options;
    this.#done = done;
    this.#failed = failed;
  }

  write(output: DeliveryOutput): void {
    const { topic, partition } = output.delivery;
    const name = `${topic}/${partition}`;
    const queue = this.#queues.get(name);
    if (queue !== undefined) {
      queue.push(output);
      return;
    }
    this.#queues.set(name, [output]);
    const running = this.#run(name).catch((error: unknown) => {
      if (!this.#closed) this.#failed(error);
    });
    this.#running.set(name, running);
  }

  /** Waits until everything is written. */
  async finish(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running.values());
  }

  close(): void {
    this.#closed = true;
    this.#producer?.close().catch(() => {}); // nothing of it is waited for any more
  }

  async #run(name: string): Promise<void> {
    try {
      for (let queue = this.#queues.get(name)!; queue.length > 0 && !this.#closed; ) {
        const together = queue.splice(0);
        try {
          await this.#commit(together.filter(({ delivery }) => !delivery.stale));
        } catch (error) {
          // Whatever it was, the partition has gone: its transaction is settled by the member that has it now.
          if (!together.every(({ delivery }) => delivery.assignment.signal.aborted)) throw error;
          for (const { delivery } of together) delivery.settle();
          continue;
        }
        for (const output of together) {
          const { stale } = output.delivery;
          output.delivery.settle();
          if (!stale) this.#done(output);
        }
      }
    } finally {
      this.#queues.delete(name);
      this.#running.delete(name);
    }
  }

  async #commit(together: DeliveryOutput[]): Promise<void> {
    if (together.length === 0) return;
    const { delivery } = together.at(-1)!;
    const { topic, partition, assignment, consumer, nextOffset: offset } = delivery;
    const batches = await this.#batches(together);
    if (this.#options.transactions === undefined) {
      this.#producer ??= this.#options.client.producer();
      await this.#producer.produce(batches);
      await consumer.commit([{ topic, partition, offset }]);
      return;
    }
    const producer = this.#options.transactions.producerOf(assignment);
    const transaction = producer.begin();
    try {
      await Promise.all([
        transaction.produce(batches),
        transaction.sendOffsets(consumer, [{ topic, partition, offset, assignment }]),
      ]);
    } catch (error) {
      await transaction.abort().catch(() => {}); // the first failure is the one to tell
      throw error;
    }
    await transaction.commit();
  }

  async #batches(together: DeliveryOutput[]): Promise<ProduceBatch[]> {
    const lists = new Map<string, ProduceBatch>();
    for (const { delivery, outputs } of together)
      for (const output of outputs) {
        const topic = output.topic ?? this.#options.topic;
        const partition = output.partition ?? (await this.#partitionOf(topic, output.key, delivery));
        const name = `${topic}/${partition}`;
        let batch = lists.get(name);
        if (batch === undefined) {
          batch = { topic, partition, records: new RecordBatchList() };
          lists.set(name, batch);
        }
        batch.records.append(output.timestamp, output.key, output.value, output.headers);
      }
    return [...lists.values()];
  }

  #partitionOf(topic: string, key: Uint8Array | null, delivery: Delivery): number | Promise<number> {
    const count = this.#counts.get(topic);
    if (count !== undefined) return key === null ? delivery.partition % count : partitionOfKey(key, count);
    let asked = this.#partitions.get(topic);
    if (asked === undefined) {
      asked = this.#options.client.admin.describeTopic(topic).then((description) => {
        if (description === null) throw new InvalidOptionError('topic', topic, 'a topic that exists');
        this.#counts.set(topic, description.partitions);
        return description.partitions;
      });
      this.#partitions.set(topic, asked);
    }
    return asked.then(() => this.#partitionOf(topic, key, delivery));
  }

  readonly #counts = new Map<string, number>();
}
