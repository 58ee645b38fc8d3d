import { expect, it } from 'vitest';
import { recordsOfMessages } from '../../../src/kafka/kafkajs/records-of-messages.js';
import type { Delivery } from '../../../src/kafka/port.js';
import { RecordBatchList } from '../../../src/kafka/record-batch/record-batch-list.js';
import { BadRecords } from '../../../src/pipeline/kafka/bad-records.js';
import { PartitionEngine } from '../../../src/pipeline/kafka/partition-engine.js';
import { Spare } from '../../../src/pipeline/kafka/spare.js';
import { Health } from '../../../src/pipeline/metrics/health.js';
import { RunMetrics } from '../../../src/pipeline/metrics/run-metrics.js';
import type { KafkaPipelinePlan } from '../../../src/pipeline/plan.js';
import { toPlan } from '../../../src/pipeline/to-plan.js';

const plan = toPlan(
  {
    source: { kafka: { brokers: 'localhost:9092', topic: 'in', groupId: 'g' } },
    fields: {
      frame: { shape: [2, 3], dtype: 'uint8' },
      message: { method: 'tf-idf', maxTerms: 9, whenFull: 'prune', memory: { halfLife: 5 } },
      state: 'frequency',
    },
    sink: { kafka: { topic: 'out' } },
    deadLetter: { kafka: { topic: 'dead' } },
  },
  ({ path, message }) => `${path.join('.')}: ${message}`,
) as KafkaPipelinePlan;

const someMetrics = () => new RunMetrics({ version: '0', health: new Health(() => 0) });

function engine(metrics = someMetrics()): PartitionEngine {
  const log = { info: () => {}, warn: () => {}, error: () => {} };
  const bad = new BadRecords({ onBadRecord: 'dead-letter', maxBadRatio: 1, topic: 'dead' }, metrics, log as never);
  const spare = new Spare(
    () => new RecordBatchList(),
    (list) => list.reset(),
    4,
  );
  return new PartitionEngine({ plan, topic: 'in', partition: 0, sinkPartition: undefined, bad, metrics, spare });
}

function deliver(to: PartitionEngine, values: readonly (object | Buffer)[], from: number) {
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

const record = (k: number) => ({
  frame: Buffer.from(Uint8Array.from({ length: 6 }, (_, i) => (k * 31 + i * 7) & 255)).toString('base64'),
  message: `disk d${k % 5} node n${k}`,
  state: ['on', 'off', 'on'][k % 3],
});

it('goes on in another engine from the entries of the changelog, to the last bit', () => {
  const records = Array.from({ length: 50 }, (_, k) => record(k));
  const whole = engine();
  const expected = deliver(whole, records, 0).map(({ value }) => value);
  expect(JSON.parse(expected.at(-1)!).epoch.message).toBeGreaterThan(0);

  const first = engine();
  const before = deliver(first, records.slice(0, 23), 0);
  const second = engine();
  first.log.collect((key, value) => second.log.apply(key.slice(), value?.slice() ?? null));
  second.log.settle();
  const after = deliver(second, records.slice(23), 23);
  expect([...before, ...after].map(({ value }) => value)).toEqual(expected);
});

it('writes what does not fit to the dead letters, with field, expected and got', () => {
  const wrong = [
    { ...record(1), frame: 'AAAA' },
    { ...record(1), message: 7 },
    Buffer.concat([Buffer.from('{"message":"'), Buffer.of(0xff), Buffer.from('"}')]),
  ];
  const mixed = engine();
  const outputs = deliver(mixed, [...wrong, record(2), record(3)], 0);
  const reasons = outputs
    .filter(({ topic }) => topic === 'dead')
    .map(({ headers }) => String(headers!.find(([name]) => name === 'streamnorm-reason')![1]));
  expect(reasons).toEqual([
    'frame: expected 6 numbers, shape [2, 3] (as uint8: 6 bytes), got 3 bytes of base64',
    'message: expected text, got 7',
    'message: expected UTF-8, got the byte 0xff at 0',
  ]);
  const good = outputs.filter(({ topic }) => topic === 'out').map(({ value }) => value);
  expect(good).toEqual(deliver(engine(), [record(2), record(3)], 1).map(({ value }) => value));
});

it('counts the terms that found no room', () => {
  const metrics = someMetrics();
  const many = Array.from({ length: 12 }, (_, i) => `term${i}`).join(' ');
  const counting = engine(metrics);
  deliver(counting, [{ ...record(0), message: many }, record(1)], 0);
  expect(metrics.leftOutTerms.value).toBe(3);
  deliver(counting, [{ ...record(2), message: many }], 2);
  expect(metrics.leftOutTerms.value).toBe(6);
});
