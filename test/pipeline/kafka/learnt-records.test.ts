import { describe, expect, it } from 'vitest';
import { StoppedModels } from '../../../src/pipeline/kafka/stopped-models.js';
import { Health } from '../../../src/pipeline/metrics/health.js';
import type { KafkaPipelinePlan } from '../../../src/pipeline/plan.js';
import { toPlan } from '../../../src/pipeline/to-plan.js';
import { readTable } from '../../../src/series/table-sections.js';
import { deliver, engineOf, entriesOf, restored, someMetrics } from '../../support/partition-engine.js';
import { PortableStream } from '../../support/portable-stream.js';

const linear = { model: 'linear', target: 'y', features: ['a', 'b'], rate: 0.05 };
const planOf = (learn: object, more: object = {}) =>
  toPlan(
    {
      source: { kafka: { brokers: 'localhost:9092', topic: 'in', groupId: 'g' } },
      fields: { a: { method: 'z-score', warmup: 5 }, b: 'adaptive', c: 'none' },
      sink: { kafka: { topic: 'out' } },
      learn,
      ...more,
    },
    ({ path, message }) => `${path.join('.')}: ${message}`,
  ) as KafkaPipelinePlan;

const stream = new PortableStream(4);
const records = Array.from({ length: 200 }, (_, i) => {
  const [a, b] = [stream.gaussian(), (i > 120 ? 50 : 10) + stream.gaussian()];
  return { group: `g${i % 4}`, a, b, c: 0, y: 2 * a - b };
});
const learntOf = (outputs: { value: string }[]) => outputs.map(({ value }) => JSON.parse(value).learnt);

describe('what is learnt of a partition', () => {
  it.each([
    ['a model for each key and one for all', {}],
    ['the same where series are bounded, and have groups', {
      record: { group: 'group' },
      fields: { a: { method: 'z-score', warmup: 5 }, b: 'z-score', c: { method: 'none', group: false } },
      state: { maxSeries: 7, ttl: '60s' },
    }],
  ])('goes on in another engine from the entries of the changelog, to the last bit: %s', (_, more) => {
    const plan = planOf(
      {
        p: { ...linear, optimizer: 'adam', earlyStopping: { patience: 20 }, scaleTarget: true },
        q: { ...linear, per: 'all', selection: true },
      },
      more,
    );
    const expected = deliver(engineOf(plan), records, 0).map(({ value }) => value);
    const first = engineOf(plan);
    const before = deliver(first, records.slice(0, 77), 0);
    const entries = entriesOf(first);
    const second = restored(engineOf(plan), entries);
    // By a local snapshot too.
    const third = engineOf(plan);
    third.log.load(readTable(first.table.toBytes()), first.log.head);
    third.log.settle();
    for (const engine of [second, third]) {
      const after = deliver(engine, records.slice(77), 77);
      expect([...before, ...after].map(({ value }) => value)).toEqual(expected);
    }
    expect(JSON.parse(expected.at(-1)!).learnt.p.prediction).not.toBeNull();
    expect(second.log.restarted).toEqual(new Set());
  }); // biome-ignore format: a row each

  it('begins afresh alone, and says so, when it is learnt otherwise', () => {
    const first = engineOf(planOf({ p: linear, q: linear }));
    deliver(first, records.slice(0, 100), 0);
    const changed = planOf({ p: { ...linear, features: ['a'] }, q: { ...linear, rate: 0.01 } });
    const second = restored(engineOf(changed), entriesOf(first));
    expect(second.log.restarted).toEqual(new Set(['learnt.p']));
    const [out] = deliver(second, records.slice(100), 100);
    const { normalized, learnt } = JSON.parse(out!.value);
    expect(normalized.a).not.toBeNull();
    expect(learnt.p.prediction).toBe(0);
    expect(Math.abs(learnt.q.prediction)).toBeGreaterThan(0.1);
  });

  it('leaves nothing behind that looks like a field, once nothing is learnt any more', () => {
    const first = engineOf(planOf({ p: linear }, { fields: '*' }));
    deliver(first, records.slice(0, 100), 0);
    const without = planOf({}, { fields: '*' });
    const second = restored(engineOf(without), entriesOf(first));
    expect(second.table.columns.map(({ name }) => name).sort()).toEqual(['a', 'b', 'c', 'y']);
    const [out] = deliver(second, records.slice(100), 100);
    expect(JSON.parse(out!.value)).toMatchObject({ normalized: { a: expect.any(Number), y: expect.any(Number) } });
    expect(out!.value).not.toContain('learnt');
  });

  it('counts predictions, losses and what becomes of models', () => {
    const metrics = someMetrics();
    const plan = planOf({ p: { ...linear, earlyStopping: { patience: 10, tolerance: 0.9 } } });
    const learnt = learntOf(deliver(engineOf(plan, { metrics }), records, 0));
    const losses = learnt.map(({ p }) => p.loss).filter((loss) => loss !== null) as number[];
    expect(metrics.predictions.labels('p').value).toBe(losses.length);
    expect(metrics.judgedPredictions.labels('p').value).toBe(losses.length);
    expect(metrics.predictionLoss.labels('p').value).toBeCloseTo(
      losses.reduce((sum, loss) => sum + loss, 0),
      9,
    );
    expect(metrics.modelEvents.labels('p', 'frozen').value).toBeGreaterThan(0);
  });

  it('says which model has failed and why, also to whoever takes the partition over', () => {
    const metrics = someMetrics();
    const stopped: string[] = [];
    const plan = planOf({ p: { ...linear, features: ['a', 'c'], clipGradient: 1e308 } });
    const first = engineOf(plan, { metrics, onStopped: ({ model, reason }) => stopped.push(`${model}: ${reason}`) });
    const one = { ...records[0], c: 1e150, y: -1e308 };
    const learnt = learntOf(deliver(first, [...records.slice(0, 50), one, ...records.slice(50, 60)], 0));
    expect(stopped).toEqual([expect.stringMatching(/^p: the model of "k0" failed at record \d+: it diverged/)]);
    expect(metrics.modelEvents.labels('p', 'stopped').value).toBe(1);
    const predictions = learnt.map(({ p }) => p.prediction).slice(51);
    expect(predictions.map((x) => x === null)).toEqual(predictions.map((_, i) => i % 2 === 1));
    const entries = entriesOf(first);
    const second = restored(engineOf(plan), entries);
    expect(second.stoppedModels()).toEqual([{ model: 'p', key: 'k0', count: 1 }]);
    const tamed = restored(engineOf(planOf({ p: { ...linear, features: ['a', 'c'] } })), entries);
    expect(tamed.stoppedModels()).toEqual([]);
  });
});

describe('StoppedModels', () => {
  it('keeps one reason a model in /readyz for as long as a partition has a stopped one', () => {
    const health = new Health(() => 7);
    health.enter('running');
    health.trouble('learn.p', 'of an earlier life');
    const models = new StoppedModels(health, ['p', 'q']);
    expect(health.ready).toBe(true);
    models.stopped('p', 'in/0', 'it diverged');
    models.stopped('p', 'in/0', 'so did this');
    models.stopped('p', 'in/3', 'and this', 5);
    const text = 'learn.p, in/0: it diverged, and 6 more; it predicts nothing until it is configured otherwise';
    expect(health.report()).toMatchObject({ live: true, ready: false, reasons: [{ id: 'learn.p', text, since: 7 }] });
    models.recount('in/3', [
      { model: 'p', count: 2 },
      { model: 'q', count: 1 },
    ]);
    expect(health.reasons.map(({ text: said }) => said)).toEqual([text.replace('6 more', '3 more')]);
    models.recount('in/3', [{ model: 'p', count: 5 }]);
    models.gone('in/0');
    expect(health.reasons.map(({ text: said }) => said)).toEqual([
      'learn.p, in/3: and this, and 4 more; it predicts nothing until it is configured otherwise',
    ]);
    expect([models.has('in/0'), models.has('in/3')]).toEqual([false, true]);
    // Its series was forgotten.
    models.recount('in/3', []);
    expect(health.ready).toBe(true);
    models.stopped('p', 'in/3', 'again');
    models.gone('in/3');
    expect(health.ready).toBe(true);
  });
});
