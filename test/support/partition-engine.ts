import { recordsOfMessages } from '../../src/kafka/kafkajs/records-of-messages.js';
import type { Delivery } from '../../src/kafka/port.js';
import { RecordBatchList } from '../../src/kafka/record-batch/record-batch-list.js';
import { BadRecords } from '../../src/pipeline/kafka/bad-records.js';
import { PartitionEngine, type PartitionEngineOptions } from '../../src/pipeline/kafka/partition-engine.js';
import { Spare } from '../../src/pipeline/kafka/spare.js';
import { Health } from '../../src/pipeline/metrics/health.js';
import { RunMetrics } from '../../src/pipeline/metrics/run-metrics.js';
import type { KafkaPipelinePlan } from '../../src/pipeline/plan.js';

export const someMetrics = () => new RunMetrics({ version: '0', health: new Health(() => 0) });

/** The engine of a partition without a broker. */
export function engineOf(
  plan: KafkaPipelinePlan,
  { metrics = someMetrics(), ...more }: Partial<Pick<PartitionEngineOptions, 'metrics' | 'onStopped'>> = {},
): PartitionEngine {
  const log = { info: () => {}, warn: () => {}, error: () => {} };
  const bad = new BadRecords({ onBadRecord: 'dead-letter', maxBadRatio: 1, topic: 'dead' }, metrics, log as never);
  const spare = new Spare(
    () => new RecordBatchList(),
    (list) => list.reset(),
    4,
  );
  const to = { topic: 'in', partition: 0, sinkPartition: undefined };
  return new PartitionEngine({ plan, ...to, bad, metrics, spare, ...more });
}

/** What comes of records of two keys in turn, from an offset on. */
export function deliver(to: PartitionEngine, values: readonly (object | Buffer)[], from: number) {
  const messages = values.map((value, i) => ({
    timestamp: String(1000 * (from + i)),
    key: Buffer.from(`k${(from + i) % 2}`),
    value: Buffer.isBuffer(value) ? value : Buffer.from(JSON.stringify(value)),
    offset: String(from + i),
  }));
  const { records, byteLength } = recordsOfMessages(messages as never);
  const nextOffset = from + values.length;
  const delivery = { topic: 'in', partition: 0, records, byteLength, fault: null, firstOffset: from, nextOffset };
  return to
    .process(delivery as unknown as Delivery)
    .outputs.map(({ topic, value, headers }) => ({ topic, value: Buffer.from(value ?? []).toString(), headers }));
}

/** What has changed in an engine since this was asked last, as entries of its changelog. */
export function entriesOf(engine: PartitionEngine): (readonly [key: Uint8Array, value: Uint8Array | null])[] {
  const entries: (readonly [Uint8Array, Uint8Array | null])[] = [];
  engine.log.collect((key, value) => entries.push([key.slice(), value?.slice() ?? null]));
  return entries;
}

/** An engine that has taken over a partition whose changelog has these entries. */
export function restored(engine: PartitionEngine, entries: ReturnType<typeof entriesOf>): PartitionEngine {
  for (const [key, value] of entries) engine.log.apply(key, value);
  engine.log.settle();
  return engine;
}
