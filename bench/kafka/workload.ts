import { partitionOfKey } from '../../src/kafka/partition-of-key.js';
import type { KafkaClient } from '../../src/kafka/port.js';
import { RecordBatchList } from '../../src/kafka/record-batch/record-batch-list.js';
import { seededUniform } from '../support/seeded-uniform.js';

export const partitions = 4;

export interface WorkloadOptions {
  keys: number;
  /** Values of a series before its first score. */
  warmup: number;
  /** Each key in turn instead of one at random. */
  inTurn?: boolean;
}

/**
 * Telemetry of many devices, the same on every machine, about 180 bytes of JSON a record, with what each must come out as: by the plain
 * formula of Welford (1962) over the record's own series, a score first and the value learnt after.
 */
export class Workload {
  /** Records made so far; each carries its number as `seq`. */
  length = 0;
  /** Scores of temperature, vibration and pressure of each record, NaN for null. */
  expected: Float64Array;
  /** The three values of each record. */
  values: Float64Array;
  /** The key of each record, as an index. */
  keys: Uint32Array;
  readonly #options: WorkloadOptions;
  readonly #names: string[];
  readonly #keys: Buffer[];
  readonly #partitions: Uint8Array;
  /** Count, mean and sum of squared deviations of each field of each key. */
  readonly #moments: Float64Array;
  readonly #uniform = seededUniform(7);

  constructor(options: WorkloadOptions) {
    const { keys } = options;
    this.#options = options;
    this.#names = Array.from({ length: keys }, (_, i) => `sensor-${String(i).padStart(7, '0')}`);
    this.#keys = this.#names.map((name) => Buffer.from(name));
    this.#partitions = Uint8Array.from(this.#keys, (key) => partitionOfKey(key, partitions));
    this.#moments = new Float64Array(keys * 9);
    this.expected = new Float64Array(30_000);
    this.values = new Float64Array(30_000);
    this.keys = new Uint32Array(10_000);
  }

  /** Makes the next record and appends it to the list of its partition. Answers its number. */
  append(lists: readonly RecordBatchList[]): number {
    const seq = this.length++;
    if (3 * this.length > this.expected.length) {
      this.expected = grown(this.expected);
      this.values = grown(this.values);
      const keys = new Uint32Array(2 * this.keys.length);
      keys.set(this.keys);
      this.keys = keys;
    }
    const { keys, inTurn = false } = this.#options;
    const draw = this.#uniform;
    const key = inTurn ? seq % keys : Math.floor(draw() * keys);
    this.keys[seq] = key;
    const temperature = round(20 + (key % 17) + 4 * (draw() + draw() + draw() - 1.5), 1e4);
    const vibration = round(0.02 + 0.01 * draw(), 1e6);
    const pressure = round(101_325 + 300 * (draw() + draw() - 1), 1e2);
    const values = [temperature, vibration, pressure] as const;
    for (let field = 0; field < 3; field++) {
      this.values[3 * seq + field] = values[field]!;
      this.expected[3 * seq + field] = this.#score(9 * key + 3 * field, values[field]!);
    }
    const ts = 1_760_000_000_000 + seq;
    const text = `{"deviceId":"${this.#names[key]}","ts":${ts},"seq":${seq},"temperature":${temperature},"vibration":${vibration},"pressure":${pressure},"unit":"plant-7/line-3/pump","status":"running"}`;
    lists[this.#partitions[key]!]!.append(ts, this.#keys[key]!, Buffer.from(text));
    return seq;
  }

  /** Writes the next `count` records to a topic. */
  async produce(client: KafkaClient, topic: string, count: number): Promise<void> {
    const producer = client.producer();
    // Two sets of lists: one is written while the other is filled.
    const sets = [newLists(), newLists()];
    let writing: Promise<void> = Promise.resolve();
    for (let made = 0, turn = 0; made < count; turn ^= 1) {
      const lists = sets[turn]!;
      for (const list of lists) list.reset();
      for (const until = Math.min(count, made + 10_000); made < until; made++) this.append(lists);
      await writing;
      writing = producer.produce(toBatches(topic, lists));
    }
    await writing;
    await producer.close();
  }

  #score(at: number, x: number): number {
    const moments = this.#moments;
    const count = moments[at]!;
    const delta = x - moments[at + 1]!;
    const scale = Math.sqrt(moments[at + 2]! / count);
    moments[at] = count + 1;
    moments[at + 1]! += delta / (count + 1);
    moments[at + 2]! += delta * (x - moments[at + 1]!);
    return count < this.#options.warmup ? Number.NaN : scale > 0 ? delta / scale : 0;
  }
}

export function newLists(): RecordBatchList[] {
  return Array.from({ length: partitions }, () => new RecordBatchList());
}

export function toBatches(topic: string, lists: readonly RecordBatchList[]) {
  return lists.map((records, partition) => ({ topic, partition, records })).filter(({ records }) => records.count > 0);
}

function round(x: number, by: number): number {
  return Math.round(x * by) / by;
}

function grown(from: Float64Array): Float64Array {
  const to = new Float64Array(from.length * 2);
  to.set(from);
  return to;
}
