import { partitionOfKey } from '../../src/kafka/partition-of-key.js';
import type { KafkaClient, ProduceBatch } from '../../src/kafka/port.js';
import { RecordBatchList } from '../../src/kafka/record-batch/record-batch-list.js';
import type { RecordHeader } from '../../src/kafka/record-batch/record-header.js';
import { seededUniform } from '../support/seeded-normals.js';

/** A record to be put into the source topic. */
export interface SourceRecord {
  key: Uint8Array | null;
  value: Uint8Array | null;
  timestamp: number;
  headers?: readonly RecordHeader[];
}

export interface WorkloadOptions {
  records: number;
  keys: number;
  seed: number;
}

/** Time of the first record, in ms; one record a ms follows. */
const START = 1_700_000_000_000;

/**
 * W1: sensor records whose values are 60 % normal, 20 % at an offset of 1e6, 10 % with heavy tails, 5 % integers and 5 % extreme
 * (0, −0, 1e-300, 1e150). The kind goes by the key: within a series, 1e150 would hide whatever went wrong with its other values.
 * The same seed gives the same records.
 */
export function* workload({ records, keys, seed }: WorkloadOptions): Generator<SourceRecord> {
  const uniform = seededUniform(seed);
  for (let i = 0; i < records; i++) {
    const device = Math.floor(uniform() * keys);
    const id = `dev-${device}`;
    const values = [0, 0, 0, 0].map(() => numberText(draw(device % 20, uniform)));
    yield {
      key: Buffer.from(id),
      value: Buffer.from(
        `{"deviceId":"${id}","ts":${START + i},"temperature":${values[0]},"vibration":${values[1]},"pressure":${values[2]},"flow":${values[3]},"unit":"°C"}`,
      ),
      timestamp: START + i,
      headers: [['trace', Buffer.from(String(i))]],
    };
  }
}

/** Streams with regimes: a step, a ramp and a season, each by key, in every field; what `adaptive` renormalizes on. */
export function* regimes({ records, keys, seed }: WorkloadOptions): Generator<SourceRecord> {
  const uniform = seededUniform(seed);
  const seen = new Float64Array(keys);
  for (let i = 0; i < records; i++) {
    const device = Math.floor(uniform() * keys);
    const id = `dev-${device}`;
    const n = seen[device]!++;
    const level = [Math.floor(n / 400) * 8, n / 40, 6 * Math.sin((2 * Math.PI * n) / 500)][device % 3]!;
    const values = [0, 0, 0, 0].map(() => numberText(level + normal(uniform)));
    yield {
      key: Buffer.from(id),
      value: Buffer.from(
        `{"deviceId":"${id}","ts":${START + i},"temperature":${values[0]},"vibration":${values[1]},"pressure":${values[2]},"flow":${values[3]}}`,
      ),
      timestamp: START + i,
    };
  }
}

const SPECIAL = [0, -0, 1e-300, 1e150];

function draw(kind: number, uniform: () => number): number {
  if (kind < 12) return 20 + 5 * normal(uniform);
  if (kind < 16) return 1e6 + 2 * uniform() - 1;
  if (kind < 18) return normal(uniform) / Math.max(Math.abs(normal(uniform)), 1e-9); // Cauchy: it has no mean
  if (kind < 19) return Math.floor(uniform() * 1000) - 500;
  return SPECIAL[Math.floor(uniform() * SPECIAL.length)]!;
}

function normal(uniform: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** As JSON; `JSON.stringify` would lose the sign of −0. */
function numberText(x: number): string {
  return Object.is(x, -0) ? '-0' : String(x);
}

export interface FeedOptions {
  client: KafkaClient;
  topic: string;
  partitions: number;
  /** Records a second. @defaultValue as fast as it goes */
  rate?: number;
  /** Largest record batch. @defaultValue 200_000 */
  batchBytes?: number;
  /** Stops early. */
  signal?: AbortSignal;
}

/** Puts records into the source topic, each in the partition of its key. Resolves to how long it took, in ms. */
export async function feed(
  records: Iterable<SourceRecord>,
  { client, topic, partitions, rate = Number.POSITIVE_INFINITY, batchBytes = 200_000, signal }: FeedOptions,
): Promise<number> {
  const producer = client.producer({ deliveryTimeout: 600_000 });
  const batches: (ProduceBatch & { records: RecordBatchList })[] = Array.from(
    { length: partitions },
    (_, partition) => ({
      topic,
      partition,
      records: new RecordBatchList(batchBytes),
    }),
  );
  const begin = performance.now();
  let fed = 0;
  let waiting = 0;
  const write = async (): Promise<void> => {
    await producer.produce(batches.filter(({ records: { count } }) => count > 0));
    for (const { records } of batches) records.reset();
    waiting = 0;
  };
  const enough = Math.min(Math.max(rate / 20, 1), 5000);
  for (const { key, value, timestamp, headers } of records) {
    if (signal?.aborted) break;
    const partition = key === null ? fed % partitions : partitionOfKey(key, partitions);
    batches[partition]!.records.append(timestamp, key, value, headers);
    fed++;
    if (++waiting < enough) continue;
    await write();
    const ahead = (fed / rate) * 1000 - (performance.now() - begin);
    if (ahead > 0) await new Promise((resolve) => setTimeout(resolve, ahead));
  }
  if (waiting > 0) await write();
  await producer.close();
  return performance.now() - begin;
}
