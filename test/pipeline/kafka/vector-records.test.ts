import { expect, it } from 'vitest';
import type { KafkaPipelinePlan } from '../../../src/pipeline/plan.js';
import { toPlan } from '../../../src/pipeline/to-plan.js';
import { deliver, engineOf, entriesOf, restored, someMetrics } from '../../support/partition-engine.js';

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

const engine = (metrics = someMetrics()) => engineOf(plan, { metrics });

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
  const second = restored(engine(), entriesOf(first));
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
