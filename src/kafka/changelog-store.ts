import { setTimeout as sleep } from 'node:timers/promises';
import { EngineError } from '../errors.js';
import type { KafkaClient, ProduceBatch } from './port.js';
import { RecordBatchList } from './record-batch/record-batch-list.js';

export interface ChangelogOptions {
  client: KafkaClient;
  topic: string;
  /** Replicas of a topic that is created. @defaultValue the broker's default */
  replicationFactor?: number;
}

export interface RestoreOptions {
  /** Called for each entry, oldest first; a null value says that the key is gone. The bytes are views. */
  apply(key: Uint8Array, value: Uint8Array | null): void;
  /** Offset of the changelog to begin at, where what was written before is known. @defaultValue the earliest there is */
  from?: number;
  /** Called now and then with how far it is: offsets read and offsets to be read. */
  progress?(done: number, total: number): void;
  signal?: AbortSignal;
}

export interface Restored {
  /** Next offset of the source partition, as of the last commit; null when nothing was ever written. */
  nextOffset: number | null;
  /** Entries read, gone ones included. */
  entries: number;
}

/** A changelog whose topic is not fit to keep state, or whose content is not a changelog's. */
export class ChangelogError extends EngineError {
  readonly code = 'CHANGELOG';
}

const stateMark = 0x53; // S
const progressKey = Buffer.from('P');
/** Version, then the offset as a double. */
const progressLength = 9;

/** Settings that keep the newest value of each key, and keep compaction near enough for a restore to stay short. */
const settings = {
  'cleanup.policy': 'compact',
  'min.cleanable.dirty.ratio': '0.1',
  'segment.bytes': '104857600',
  'delete.retention.ms': '86400000',
} as const;

/**
 * State as a compacted topic: partition `p` of it holds the state that belongs to partition `p` of the source, key → bytes,
 * and the next offset of the source that goes with it. Keys and values are opaque here.
 *
 * ## Delivery guarantees
 *
 * What `append` gathers is written in the transaction of the outputs and offsets that came of the same records, so that
 * state, next offset and output are never of different times. To restore, fence first (`PartitionTransactions.take`):
 * then no one else can write, what was left open is settled, and everything up to the end is committed.
 */
export class ChangelogStore {
  readonly topic: string;
  readonly #client: KafkaClient;
  readonly #replicationFactor: number | undefined;
  #scratch = Buffer.alloc(256);

  constructor({ client, topic, replicationFactor }: ChangelogOptions) {
    this.#client = client;
    this.topic = topic;
    this.#replicationFactor = replicationFactor;
  }

  /** Creates the topic where there is none. @throws ChangelogError when there is one that is not fit, saying in what */
  async ensure(partitions: number): Promise<void> {
    if ((await this.#client.admin.describeTopic(this.topic)) === null)
      await this.#client.admin.createTopics([
        {
          name: this.topic,
          partitions,
          settings,
          ...(this.#replicationFactor !== undefined && { replicationFactor: this.#replicationFactor }),
        },
      ]);
    const faults = await this.check(partitions);
    if (faults.length > 0) throw new ChangelogError(`changelog ${this.topic}: ${faults.join('; ')}`);
  }

  /** What is wrong with the topic, one sentence each; nothing when it is fit. */
  async check(partitions: number): Promise<string[]> {
    const topic = await this.#client.admin.describeTopic(this.topic);
    if (topic === null) return ['the topic does not exist'];
    const faults: string[] = [];
    if (topic.partitions !== partitions)
      faults.push(`it must have ${partitions} partitions as its source has, got ${topic.partitions}`);
    const policy = topic.settings.get('cleanup.policy');
    if (policy !== 'compact') faults.push(`cleanup.policy must be compact, got ${policy}: state would be deleted`);
    return faults;
  }

  /** A list to gather changes of one source partition in; `reset` it to use it again. */
  batch(partition: number): ProduceBatch {
    return { topic: this.topic, partition, records: new RecordBatchList() };
  }

  /** Gathers a change of state: the new bytes of a key, or null when the key is gone. */
  append(batch: ProduceBatch, timestamp: number, key: Uint8Array, value: Uint8Array | null): void {
    const length = key.length + 1;
    if (this.#scratch.length < length) this.#scratch = Buffer.alloc(length * 2);
    this.#scratch[0] = stateMark;
    this.#scratch.set(key, 1);
    batch.records.appendRange(timestamp, this.#scratch, 0, length, value, 0, value?.length ?? 0);
  }

  /** Gathers where the source goes on; once in each transaction. */
  appendNextOffset(batch: ProduceBatch, timestamp: number, offset: number): void {
    const value = Buffer.allocUnsafe(progressLength);
    value[0] = 1;
    value.writeDoubleBE(offset, 1);
    batch.records.append(timestamp, progressKey, value);
  }

  /**
   * Reads everything that is committed, up to the end as it is when reading begins. Call it after the partition was fenced.
   *
   * @throws ChangelogError when the topic holds what no changelog does
   */
  async restore(partition: number, { apply, from, progress, signal }: RestoreOptions): Promise<Restored> {
    let nextOffset: number | null = null;
    let entries = 0;
    let begin = from ?? -1;
    const options = { topic: this.topic, partition, ...(from !== undefined && { from }), ...(signal && { signal }) };
    for await (const { records, nextOffset: at, endOffset, fault } of this.#client.readPartition(options)) {
      if (fault !== null)
        throw new ChangelogError(`partition ${partition} of ${this.topic} cannot be read: ${fault.message}`, {
          cause: fault,
        });
      const { bytes, length, keyStart, keyEnd } = records;
      for (let i = 0; i < length; i++) {
        const start = keyStart[i]!;
        const mark = start < 0 ? 0 : bytes[start];
        const value = records.value(i);
        if (mark === stateMark) {
          apply(bytes.subarray(start + 1, keyEnd[i]!), value);
          entries++;
        } else if (mark === progressKey[0] && value?.length === progressLength && value[0] === 1)
          nextOffset = progressOf(value);
        else
          throw new ChangelogError(
            `offset ${records.offsets[i]} in partition ${partition} of ${this.topic} is no entry of a changelog`,
          );
      }
      if (begin < 0) begin = length > 0 ? records.offsets[0]! : at;
      progress?.(at - begin, endOffset - begin);
    }
    return { nextOffset, entries };
  }

  /**
   * The end of what is committed in a partition, once its last transaction says that the source goes on at `nextOffset`: then what was
   * written up to there is the state at that offset and nothing else, whoever owns the partition by now. Undefined when it goes on later.
   *
   * @param signal how long to wait for that: the answer to a commit may come before its marker is in the partition
   */
  async endAt(partition: number, nextOffset: number, signal: AbortSignal): Promise<number | undefined> {
    const at = { topic: this.topic, partition };
    for (;;) {
      const end = await this.#client.admin.offset(at, 'latest', 'read_committed');
      const last = await this.#progressBefore(partition, end, signal);
      if (last !== undefined && last >= nextOffset) return last === nextOffset ? end : undefined;
      await sleep(20, undefined, { signal });
    }
  }

  /** What the transaction that ends at an offset says of the source: it ends with its next offset, and its marker. */
  async #progressBefore(partition: number, end: number, signal: AbortSignal): Promise<number | undefined> {
    if (end < 2) return undefined;
    const options = { topic: this.topic, partition, from: end - 2, to: end, signal };
    for await (const { records } of this.#client.readPartition(options))
      for (let i = 0; i < records.length; i++) {
        const key = records.key(i);
        const value = records.value(i);
        if (key?.length === 1 && key[0] === progressKey[0] && value?.length === progressLength)
          return progressOf(value);
      }
    return undefined;
  }
}

function progressOf(value: Uint8Array): number {
  return Buffer.from(value.buffer, value.byteOffset, value.length).readDoubleBE(1);
}
