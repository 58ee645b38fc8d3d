import { setTimeout as sleep } from 'node:timers/promises';
import { InvalidOptionError } from '../errors.js';
import { TransportError } from './kafka-errors.js';
import { partitionOfKey } from './partition-of-key.js';
import type {
  Delivery,
  GroupConsumer,
  KafkaProducer,
  ProduceBatch,
  Transaction,
  TransactionalProducer,
} from './port.js';
import { RecordBatchList } from './record-batch/record-batch-list.js';
import type { DeliveryOutput, ToKafkaOptions } from './to-kafka-options.js';

/** ms between attempts that have each taken as long as a producer tries by itself, or that were refused at once. */
const PAUSE = 100;
/** ms; what `maxWait` becomes at most where there is much to do. */
const LONGEST_GATHERING = 30;
/** Bytes that one partition has brought at once when there is much to do. */
const MUCH = 65_536;

/** Deliveries of one partition that wait to be committed. */
interface Queue {
  waiting: DeliveryOutput[];
  bytes: number;
  /** What the last commit took, in ms. */
  took: number;
  /** Ends the gathering. */
  hurry: (() => void) | null;
  /** What is to be written at once, when the write before is done. */
  unwritten: DeliveryOutput[];
  writing: Promise<void>;
  next: Promise<void> | null;
}

/** Queues of outputs, one for each partition that was read: what `toKafka` does. */
export class DeliveryWriter {
  readonly #options: ToKafkaOptions;
  readonly #done: (output: DeliveryOutput) => void;
  readonly #failed: (error: unknown) => void;
  readonly #queues = new Map<string, Queue>();
  readonly #running = new Map<string, Promise<void>>();
  /** How many partitions a topic has: being asked, and known. */
  readonly #partitions = new Map<string, Promise<number>>();
  readonly #counts = new Map<string, number>();
  #producer: KafkaProducer | null = null;
  #closed = false;
  #finishing = false;

  constructor(options: ToKafkaOptions, done: (output: DeliveryOutput) => void, failed: (error: unknown) => void) {
    this.#options = options;
    this.#done = done;
    this.#failed = failed;
  }

  write(output: DeliveryOutput): void {
    const { topic, partition, byteLength } = output.delivery;
    const name = `${topic}/${partition}`;
    let queue = this.#queues.get(name);
    const isIdle = queue === undefined;
    queue ??= { waiting: [], bytes: 0, took: 0, hurry: null, unwritten: [], writing: Promise.resolve(), next: null };
    queue.waiting.push(output);
    queue.bytes += byteLength;
    if (this.#options.outputs === 'at-once') this.#writeAtOnce(queue, output);
    if (queue.bytes >= (this.#options.maxWaitBytes ?? 524_288)) queue.hurry?.();
    if (!isIdle) return;
    this.#queues.set(name, queue);
    const running = this.#run(name, queue).catch((error: unknown) => {
      if (!this.#closed) this.#failed(error);
    });
    this.#running.set(name, running);
  }

  /** Waits until everything is written. */
  async finish(): Promise<void> {
    this.#finishing = true;
    for (const { hurry } of this.#queues.values()) hurry?.();
    while (this.#running.size > 0) await Promise.all(this.#running.values());
  }

  close(): void {
    this.#closed = true;
    for (const { hurry } of this.#queues.values()) hurry?.();
    this.#producer?.close().catch(() => {}); // nothing of it is waited for any more
  }

  async #run(name: string, queue: Queue): Promise<void> {
    try {
      while (queue.waiting.length > 0 && !this.#closed) {
        await this.#gather(queue);
        const together = queue.waiting.splice(0);
        queue.bytes = 0;
        const began = performance.now();
        try {
          await this.#commit(
            together.filter(({ delivery }) => !delivery.stale),
            queue.next ?? queue.writing,
          );
          queue.took = performance.now() - began;
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

  async #gather(queue: Queue): Promise<void> {
    const { maxWait = 0, maxWaitBytes = 524_288 } = this.#options;
    const signal = queue.waiting[0]!.delivery.assignment.signal;
    if (maxWait === 0 || queue.bytes >= maxWaitBytes || this.#finishing || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const wait = queue.bytes < MUCH ? maxWait : Math.max(maxWait, Math.min(queue.took, LONGEST_GATHERING));
      const timer = setTimeout(resolve, wait);
      queue.hurry = () => {
        clearTimeout(timer);
        resolve();
      };
      signal.addEventListener('abort', queue.hurry, { once: true });
    });
    signal.removeEventListener('abort', queue.hurry!);
    queue.hurry = null;
  }

  /** What comes while others are being written goes together in the next write. */
  #writeAtOnce(queue: Queue, output: DeliveryOutput): void {
    queue.unwritten.push(output);
    if (queue.next !== null) return;
    queue.next = queue.writing.then(() => {
      queue.next = null;
      queue.writing = this.#put(queue.unwritten.splice(0));
      queue.writing.catch(() => {}); // told by the commit that waits for it
      return queue.writing;
    });
    queue.next.catch(() => {});
  }

  async #put(together: readonly DeliveryOutput[]): Promise<void> {
    const gathered = this.#options.gathered?.(together) ?? [];
    const batches = [...(await this.#batches(together)), ...gathered];
    if (this.#closed || batches.length === 0) return;
    await this.#produce(batches, together[0]!.delivery.assignment.signal);
  }

  async #produce(batches: readonly ProduceBatch[], signal: AbortSignal): Promise<void> {
    this.#producer ??= this.#newProducer();
    const producer = this.#producer;
    await this.#patiently(signal, () => producer.produce(batches));
  }

  /** Tries until the brokers answer, or the partition has gone. */
  async #patiently(signal: AbortSignal, attempt: (isFirst: boolean) => Promise<void>): Promise<void> {
    for (let isFirst = true; ; isFirst = false)
      try {
        return await attempt(isFirst);
      } catch (error) {
        const isPassing = error instanceof TransportError && error.retriable;
        if (!isPassing || this.#closed || signal.aborted) throw error;
        this.#options.retrying?.(error);
        await sleep(PAUSE);
      }
  }

  #newProducer(): KafkaProducer {
    const { client, compression } = this.#options;
    return client.producer({ ...(compression && { compression }) });
  }

  async #commit(together: DeliveryOutput[], written: Promise<unknown>): Promise<void> {
    if (together.length === 0) return;
    const { transactions, outputs = 'with-offsets', state, gathered } = this.#options;
    const { delivery } = together.at(-1)!;
    const { topic, partition, assignment, consumer, nextOffset: offset } = delivery;
    // Before anything is waited for: what is scored later belongs to the next transaction.
    const changes = [...((outputs === 'with-offsets' && gathered?.(together)) || []), ...(state?.(together) ?? [])];
    await Promise.all(together.map((output) => output.written));
    if (transactions === undefined) {
      await this.#produce([...(await this.#batches(together)), ...changes], assignment.signal);
      await consumer.commit([{ topic, partition, offset }]);
      return;
    }
    const batches = outputs === 'with-offsets' ? await this.#batches(together) : [];
    await written;
    const producer = transactions.producerOf(assignment);
    const offsets = [{ topic, partition, offset, assignment }];
    let transaction: Transaction | undefined;
    await this.#patiently(assignment.signal, async (isFirst) => {
      // What an attempt before has left is settled by it, and what of that may still be under way is of an epoch that is over.
      if (!isFirst) await producer.init(assignment.signal);
      transaction = await this.#fill(producer, consumer, offsets, [...batches, ...changes]);
    });
    // Whether this took place is known by the answer alone: it is not tried again here.
    await transaction!.commit();
  }

  /** A transaction that holds offsets and batches, and is not committed yet. */
  async #fill(
    producer: TransactionalProducer,
    consumer: GroupConsumer,
    offsets: Parameters<Transaction['sendOffsets']>[1],
    batches: readonly ProduceBatch[],
  ): Promise<Transaction> {
    const transaction = producer.begin();
    try {
      // The offsets first: a broker that is still busy with the last transaction says so at once to them, and lets records wait.
      await Promise.all([transaction.sendOffsets(consumer, offsets), transaction.produce(batches)]);
      return transaction;
    } catch (error) {
      await transaction.abort().catch(() => {}); // the first failure is the one to tell
      throw error;
    }
  }

  async #batches(together: readonly DeliveryOutput[]): Promise<ProduceBatch[]> {
    const lists = new Map<string, ProduceBatch>();
    const encoded: ProduceBatch[] = [];
    for (const { delivery, outputs, batches } of together) {
      if (batches !== undefined) encoded.push(...batches);
      for (const output of outputs) {
        const topic = output.topic ?? this.#options.topic;
        if (topic === undefined)
          throw new InvalidOptionError('topic', undefined, 'given: there is an output that names none');
        const partition = output.partition ?? (await this.#partitionOf(topic, output.key, delivery));
        const name = `${topic}/${partition}`;
        let batch = lists.get(name);
        if (batch === undefined) {
          batch = { topic, partition, records: new RecordBatchList() };
          lists.set(name, batch);
        }
        batch.records.append(output.timestamp, output.key, output.value, output.headers);
      }
    }
    return [...encoded, ...lists.values()];
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
}
