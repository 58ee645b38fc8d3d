import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { NdjsonDecoder } from '../../../src/codec/ndjson-decoder.js';
import { RecordNormalizer } from '../../../src/normalize/record-normalizer.js';
import { BatchScorer } from '../../../src/pipeline/batch-scorer.js';
import { decoderOptions } from '../../../src/pipeline/decoder-options.js';
import { toPlan } from '../../../src/pipeline/to-plan.js';
import { RunView } from '../../../src/pipeline/view/run-view.js';
import { SeriesRecorder } from '../../../src/pipeline/view/series-recorder.js';
import { WatchBudget } from '../../../src/pipeline/view/watch-budget.js';
import { SeriesTable } from '../../../src/series/series-table.js';
import { batchOf } from '../../support/batch-of.js';
import { seededNormals } from '../../support/seeded-normals.js';

const plan = toPlan(
  {
    source: { kafka: { brokers: 'x:1', topic: 't', groupId: 'g' } },
    record: { key: 'k', time: 'ts' },
    fields: { x: { method: 'z-score', warmup: 2 }, y: 'z-score' },
    output: { include: ['center', 'scale', 'count'] },
  },
  ({ message }) => message,
);

/** A partition whose records are shown, with a clock that is moved by hand. */
function partition(name = 't/0', view?: RunView) {
  const clock = { now: 0 };
  const shown = view ?? new RunView(new SeriesRecorder({ maxSeries: 4 }), new WatchBudget(() => clock.now));
  const scorer = new BatchScorer(plan, new SeriesTable());
  const decoder = new NdjsonDecoder(decoderOptions(plan));
  const watch = shown.open(name, scorer.engine);
  scorer.watcher = watch;
  const origin = { begin: () => {}, key: () => '', time: () => 0 };
  const feed = (records: readonly object[]) => {
    const batch = batchOf(records.map((record) => Buffer.from(JSON.stringify(record))));
    decoder.decode(batch);
    return scorer.score(batch, decoder, origin);
  };
  return { view: shown, clock, feed, watch };
}
const records = (n: number, key: (i: number) => string = () => 'a') =>
  Array.from({ length: n }, (_, i) => ({ k: key(i), ts: i, x: (i * 7) % 11 }));

describe('RunView', () => {
  it('shows of each observation what it was scored with', () => {
    const { view, feed } = partition();
    const { fields } = feed(records(50));
    const x = fields.find(({ name }) => name === 'x')!;
    const column = (name: string) => [...x.extras.find((extra) => extra.name === name)!.values.subarray(0, 50)];
    const orNull = (values: Iterable<number>) => Array.from(values, (each) => (Number.isFinite(each) ? each : null));
    const { points, row } = view.read(view.find({ search: 'x' }).rows[0]!.id)!;
    expect(points.value).toEqual(records(50).map((record) => record.x));
    expect(points.time).toEqual(records(50).map(({ ts }) => ts));
    expect(points.normalized).toEqual(orNull(x.normalized.subarray(0, 50)));
    expect(points.center).toEqual(orNull(column('center')));
    expect(points.scale).toEqual(orNull(column('scale')));
    expect(row.count).toBe(column('count').at(-1));
  });

  it('records no field that a record lacks, and nothing of records that are bad', () => {
    const { view, feed } = partition();
    feed([
      { k: 'a', ts: 1, x: 1 },
      { ts: 2, x: 2 },
      { k: 'a', ts: 3, x: null },
      { k: 'a', ts: 4, x: 'no' },
      { k: 'a', ts: 5, x: 5 },
    ]);
    const { rows } = view.find({});
    expect(rows.filter(({ count, value }) => value !== null || count > 0).map(({ field }) => field)).toEqual(['x']);
    expect(view.read(rows.find(({ field }) => field === 'x')!.id)!.points.value).toEqual([1, 5]);
  });

  it('takes an even choice of what is too much, as the time allows', () => {
    const { view, clock, feed } = partition();
    const seen = () => view.read(view.find({ search: 'x' }).rows[0]!.id)!.points;
    feed(records(100_000));
    const first = seen().time;
    // Two fields are scored of each record.
    expect(first.length).toBeGreaterThan(500);
    expect(first.length).toBeLessThanOrEqual(1000);
    const steps = first.slice(1).map((at, i) => at - first[i]!);
    expect(Math.max(...steps)).toBeLessThan(2 * (100_000 / 1000) * 2);
    // As many of the first half as of the second, as far as it was recorded.
    const last = first.at(-1)!;
    const early = first.filter((at) => at < last / 2).length / first.length;
    expect(Math.abs(early - 0.5)).toBeLessThan(0.1);
    clock.now += 50; // 1000 observations of two fields more; and it is followed by now, which takes of what is reserved
    feed(records(100_000).slice(0, 1));
    const { from, time } = seen();
    expect(from + time.length).toBe(first.length + 1);
  });

  it('records every value of a series that someone looks at, and of no other for it', () => {
    const { view, clock, feed } = partition();
    feed(records(100_000, (i) => `k${i % 50}`));
    clock.now += 60_000; // nothing has come for a while when someone looks at it
    const [row] = view.find({ search: 'x' }).rows;
    const { points } = view.read(row!.id)!;
    const before = points.from + points.time.length;
    feed(records(1000, (i) => (i % 10 === 0 ? row!.key : 'other')).map((record) => ({ ...record, x: 20 - record.x })));
    expect(view.read(row!.id, before)!.points.value).toEqual(
      records(1000)
        .filter((_, i) => i % 10 === 0)
        .map(({ x }) => 20 - x),
    );
    expect(view.find({ search: 'other' }).matching).toBe(0);
  });

  it('finds any series of the state, of which nothing was recorded', async () => {
    const { view, feed } = partition();
    feed(records(3000, (i) => `key-${i}`));
    expect(view.find({ search: 'KEY-2999' }).matching).toBe(0);
    expect(view.find({}).total).toBe(6000);
    for (let tries = 0; view.find({ search: 'KEY-2999' }).matching === 0 && tries < 200; tries++) await sleep(10);
    const { rows } = view.find({ search: 'KEY-2999' });
    expect(rows.map(({ key, field, count, state }) => ({ key, field, count, state }))).toEqual([
      { key: 'key-2999', field: 'x', count: 1, state: 'silent' },
    ]);
    expect(rows[0]!.center).toBe((2999 * 7) % 11);
  });

  it('shows few series all, whether they say something or not', async () => {
    const { view, clock, feed } = partition();
    view.close('t/0');
    const other = partition('t/1', view);
    other.feed(records(100_000).map((record) => ({ ...record, k: 'loud' })));
    other.feed(records(20, (i) => `quiet-${i}`));
    clock.now += 1;
    feed([]);
    view.find({});
    for (let tries = 0; view.find({ search: '' }).matching < 21 && tries < 200; tries++) await sleep(10);
    expect(view.find({ limit: 100 }).rows.map(({ key }) => key)).toContain('quiet-19');
  });

  it('keeps partitions apart, and forgets one that has gone', () => {
    const { view, feed } = partition('t/0');
    const other = partition('t/1', view);
    feed([{ k: 'a', ts: 1, x: 1 }]);
    other.feed([{ k: 'a', ts: 1e12, x: 2 }]);
    const { rows } = view.find({ search: 'x' });
    expect(rows.map(({ key, value, state }) => [key, value, state])).toEqual([
      ['a', 1, 'warming'],
      ['a', 2, 'warming'],
    ]);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(2);
    view.close('t/0');
    expect(view.find({ search: 'x' }).rows.map(({ value }) => value)).toEqual([2]);
    expect(view.find({}).total).toBe(2);
  });

  it.each(
    (['z-score', 'min-max', 'max-abs', 'robust', 'quantile', 'power', 'adaptive', 'innovation'] as const).flatMap(
      (method) =>
        (method === 'adaptive' || method === 'innovation'
          ? [undefined]
          : ['all' as const, { halfLife: 50 }, { halfLife: '20s' }, { window: 64 }, { window: '30s' }]
        ).map((memory) => [method, memory] as const),
    ),
  )('changes nothing of the state by looking: %s, %o', (method, memory) => {
    const engine = () => {
      const table = new SeriesTable();
      return new RecordNormalizer({
        named: [{ name: 'x', options: { method, warmup: 5, ...(memory !== undefined && { memory }) } }],
        table,
      });
    };
    const seen = engine();
    const unseen = engine();
    const view = new RunView();
    const watch = view.open('t/0', seen);
    const noise = seededNormals(7, 600);
    for (let i = 0; i < 600; i++) {
      const x = 10 + noise[i]! + (i > 400 ? 20 : 0);
      const scores = [seen, unseen].map((one) => one.score(0, one.table.slotOf(`k${i % 2}`), x, 1000 * i));
      expect(scores[0]).toBe(scores[1]);
      if (i % 7 === 0) watch.show('k0', seen.table.find('k0'));
    }
    expect(seen.table.toBytes()).toEqual(unseen.table.toBytes());
    expect(view.find({ search: 'k0' }).rows[0]!.count).toBeGreaterThan(10);
  });

  it('tells many refusals of one kind as few', () => {
    const { view } = partition();
    for (let i = 0; i < 1000; i++) view.refused('undecodable', 'no JSON', `t/0 at offset ${i}`);
    view.refused('no-key', 'it has no key', 't/0 at offset 7');
    expect(view.happenings(0, 10).map(({ kind, text }) => [kind, text])).toEqual([
      ['dead-letter', 't/0 at offset 0: no JSON'],
      ['dead-letter', 't/0 at offset 7: it has no key'],
    ]);
  });
});
