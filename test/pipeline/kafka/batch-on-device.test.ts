import { describe, expect, it } from 'vitest';
import { recordsOfMessages } from '../../../src/kafka/kafkajs/records-of-messages.js';
import type { Delivery } from '../../../src/kafka/port.js';
import { RecordBatchList } from '../../../src/kafka/record-batch/record-batch-list.js';
import { BadRecords } from '../../../src/pipeline/kafka/bad-records.js';
import { openToldBackend } from '../../../src/pipeline/kafka/open-told-backend.js';
import { PartitionEngine } from '../../../src/pipeline/kafka/partition-engine.js';
import { Spare } from '../../../src/pipeline/kafka/spare.js';
import { Health } from '../../../src/pipeline/metrics/health.js';
import { RunMetrics } from '../../../src/pipeline/metrics/run-metrics.js';
import type { KafkaPipelinePlan } from '../../../src/pipeline/plan.js';
import { toPlan } from '../../../src/pipeline/to-plan.js';
import { RunView } from '../../../src/pipeline/view/run-view.js';
import { OverviewMeter } from '../../../src/service/overview.js';
import { FragileBackend } from '../../backend/fragile-backend.js';

const plan = toPlan(
  {
    source: { kafka: { brokers: 'localhost:9092', topic: 'in', groupId: 'g' } },
    fields: { x: { method: 'batch', semantics: 'renorm' }, y: { method: 'batch' } },
    batch: { maxLength: 8, backend: 'webgpu' },
    sink: { kafka: { topic: 'out' } },
    deadLetter: { kafka: { topic: 'dead' } },
  },
  ({ path, message }) => `${path.join('.')}: ${message}`,
) as KafkaPipelinePlan;

/** The same fields scored one by one. */
const oneByOne = toPlan(
  {
    source: { kafka: { brokers: 'localhost:9092', topic: 'in', groupId: 'g' } },
    fields: { x: { method: 'z-score' }, y: {} },
    sink: { kafka: { topic: 'out' } },
    deadLetter: { kafka: { topic: 'dead' } },
  },
  ({ path, message }) => `${path.join('.')}: ${message}`,
) as KafkaPipelinePlan;

function setUp(of: KafkaPipelinePlan = plan) {
  const health = new Health(() => 0);
  const metrics = new RunMetrics({ version: '0', health });
  const said: string[] = [];
  const log = { info: (text: string) => said.push(text), warn: (text: string) => said.push(text), error: () => {} };
  const bad = new BadRecords({ onBadRecord: 'dead-letter', maxBadRatio: 1, topic: 'dead' }, metrics, log);
  const spare = new Spare(
    () => new RecordBatchList(),
    (list) => list.reset(),
    4,
  );
  const engine = new PartitionEngine({
    plan: of,
    topic: 'in',
    partition: 0,
    sinkPartition: undefined,
    bad,
    metrics,
    spare,
  });
  return { engine, metrics, health, log, said };
}

function deliveryOf(from: number, count: number): Delivery {
  const messages = Array.from({ length: count }, (_, i) => {
    const at = from + i;
    const value = at === 5 ? '{"x":' : JSON.stringify({ x: 1.7e9 + ((at * 7919) % 97) / 3, y: at % 11 ? at : null });
    return {
      timestamp: String(1000 * at),
      key: Buffer.from(`k${(at * at) % 3}`),
      value: Buffer.from(value),
      offset: String(at),
    };
  });
  const { records, byteLength } = recordsOfMessages(messages as never);
  const nextOffset = from + count;
  const delivery = { topic: 'in', partition: 0, records, byteLength, fault: null, firstOffset: from, nextOffset };
  return delivery as unknown as Delivery;
}

type Outputs = ReturnType<PartitionEngine['process']>['outputs'];
const scores = (outputs: Outputs) =>
  outputs.map(({ topic, value }) => [
    topic,
    topic === 'dead' ? null : JSON.parse(Buffer.from(value ?? []).toString()).normalized,
  ]);

describe('micro-batches of a partition on a device', () => {
  it.each([
    ['whole', Number.POSITIVE_INFINITY],
    ['lost on the way', 3],
  ])('come out as on the CPU and in order, the device being %s', async (_, left) => {
    const device = new FragileBackend('webgpu', left);
    const { engine, metrics, health, log, said } = setUp();
    const view = new RunView();
    const devices = { webgpu: async () => device };
    const backend = (await openToldBackend(plan, { log, view, metrics, devices }))!;
    const onCpu = setUp().engine;
    for (const from of [0, 30, 31]) {
      const delivery = deliveryOf(from, from === 30 ? 1 : 30);
      const { outputs } = engine.process(delivery, await engine.take(delivery, backend));
      const expected = scores(onCpu.process(deliveryOf(from, from === 30 ? 1 : 30)).outputs);
      expect(scores(outputs)).toEqual(
        expected.map(([topic, normalized]) => [
          topic,
          normalized && {
            x: normalized.x === null ? null : expect.closeTo(normalized.x, 8),
            y: normalized.y === null ? null : expect.closeTo(normalized.y, 8),
          },
        ]),
      );
    }
    expect(device.jobs).toBeGreaterThan(3);
    const isLost = Number.isFinite(left);
    expect(metrics.lostBackends.value).toBe(isLost ? 1 : 0);
    const told = [expect.stringMatching(/^backend webgpu: /)];
    if (isLost) told.push(expect.stringMatching(/webgpu was lost: it fell off the bus.*on the CPU from now on/));
    expect(said.filter((text) => text.includes('webgpu'))).toEqual(told);
    expect(view.happenings(0, 10).filter(({ kind }) => kind === 'backend')).toHaveLength(told.length);
    const { backends } = new OverviewMeter().read([metrics.set.snapshot()], health.report(), 0);
    expect(Object.keys(backends)).toEqual(isLost ? ['webgpu', 'cpu'] : expect.arrayContaining(['webgpu']));
    await backend.dispose();
  });

  it('are counted where they were normalized, and nothing else is', () => {
    const counted = ({ metrics }: ReturnType<typeof setUp>) =>
      metrics.set
        .snapshot()
        .metrics.find(({ name }) => name === 'streamnorm_batches_total')
        ?.samples.map(({ labels, value }) => [labels[0], value]);
    const batched = setUp();
    batched.engine.process(deliveryOf(0, 30)); // 8 + 8 + 8 + 6
    batched.engine.process(deliveryOf(5, 1)); // not decoded
    expect(counted(batched)).toEqual([['cpu', 4]]);
    const single = setUp(oneByOne);
    single.engine.process(deliveryOf(0, 30));
    expect(single.metrics.records.value).toBe(30);
    expect(counted(single)).toEqual([]);
  });

  it('are no part of the state before they are scored', async () => {
    const { engine, metrics, log } = setUp();
    const devices = { webgpu: async () => new FragileBackend('webgpu') };
    const backend = (await openToldBackend(plan, { log, metrics, devices }))!;
    engine.process(deliveryOf(0, 20));
    const entries = (): string[] => {
      const keys: string[] = [];
      engine.log.collect((key) => keys.push(Buffer.from(key).toString('latin1')));
      return keys;
    };
    expect(entries()).not.toHaveLength(0);
    const series = engine.table.size;
    const taken = await engine.take(deliveryOf(20, 20), backend);
    expect(entries()).toHaveLength(0);
    expect(engine.table.size).toBe(series);
    engine.process(deliveryOf(20, 20), taken);
    expect(entries()).not.toHaveLength(0);
    await backend.dispose();
  });
});
