import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countsOf, mergeSnapshots } from '../../../src/pipeline/metrics/merge-snapshots.js';
import { MetricSet } from '../../../src/pipeline/metrics/metric-set.js';
import type { MetricSnapshot } from '../../../src/pipeline/metrics/metric-snapshot.js';
import { renderPrometheus } from '../../../src/pipeline/metrics/render-prometheus.js';
import { WorkerMetrics } from '../../../src/pipeline/metrics/worker-metrics.js';
import { parsePrometheus } from './parse-prometheus.js';

const BOUNDS = [0.5, 1, 2.5, 10];

function process() {
  const set = new MetricSet();
  const records = set.counter('records_total', 'Records.');
  const dead = set.counter('dead_total', 'Dead.', { labelNames: ['reason'] });
  const series = set.gauge('series', 'Series.');
  const lag = set.gauge('lag_records', 'Lag.', { labelNames: ['topic', 'partition'], across: 'max' });
  const progress = set.gauge('progress_ratio', 'Progress.', { across: 'min' });
  const rss = set.gauge('rss_bytes', 'Memory.', { across: 'worker' });
  const latency = set.histogram('latency_seconds', 'Latency.', BOUNDS);
  return { set, records, dead, series, lag, progress, rss, latency };
}
type Process = ReturnType<typeof process>;

/** Something that a process counts; sums are of integers, so that they are exact in any order. */
const action = fc.oneof(
  fc.nat(1000).map((n) => (p: Process) => p.records.add(n)),
  fc.tuple(fc.string(), fc.nat(9)).map(
    ([reason, n]) =>
      (p: Process) =>
        p.dead.labels(reason).add(n),
  ),
  fc.tuple(fc.integer({ min: -2, max: 20 }), fc.nat(5)).map(
    ([x, n]) =>
      (p: Process) =>
        p.latency.observe(x, n),
  ),
);
const actions = fc.array(action, { maxLength: 30 });

function countedBy(all: readonly ((p: Process) => void)[]): MetricSnapshot {
  const p = process();
  for (const one of all) one(p);
  return p.set.snapshot();
}

const valuesOf = (snapshots: readonly MetricSnapshot[]) =>
  new Map(
    parsePrometheus(renderPrometheus(snapshots))
      .filter(({ name, value }) => value !== 0 || !name.startsWith('dead'))
      .map(({ name, labels, value }) => [JSON.stringify([name, Object.entries(labels).sort()]), value]),
  );

describe('mergeSnapshots', () => {
  it('counts in parts what one would have counted, in any order and grouping, and after a way through JSON', () => {
    fc.assert(
      fc.property(actions, actions, actions, (a, b, c) => {
        const [x, y, z] = [a, b, c].map((part) => JSON.parse(JSON.stringify(countedBy(part))) as MetricSnapshot);
        const whole = valuesOf([countedBy([...a, ...b, ...c])]);
        expect(valuesOf([x!, y!, z!])).toEqual(whole);
        expect(valuesOf([mergeSnapshots([z!, x!]), y!])).toEqual(whole);
      }),
    );
  });

  it('shows gauges as they say: summed, largest, smallest, or each by itself', () => {
    const [a, b] = [process(), process()];
    for (const [p, x] of [
      [a, 3],
      [b, 5],
    ] as const) {
      p.series.set(x);
      p.lag.labels('t', 0).set(10 * x);
      p.progress.set(x / 10);
      p.rss.set(100 * x);
    }
    const text = renderPrometheus([a.set.snapshot('0'), b.set.snapshot('1')]);
    expect(text).toContain('\nseries 8\n');
    expect(text).toContain('\nlag_records{topic="t",partition="0"} 50\n');
    expect(text).toContain('\nprogress_ratio 0.3\n');
    expect(text).toContain('\nrss_bytes{worker="0"} 300\nrss_bytes{worker="1"} 500\n');
  });

  it('names no worker where there is one process', () => {
    const p = process();
    p.rss.set(7);
    expect(renderPrometheus([p.set.snapshot()])).toContain('\nrss_bytes 7\n');
  });

  it('keeps the counts of a worker that ended, once, and not its gauges', () => {
    const workers = new WorkerMetrics();
    const first = process();
    first.records.add(100);
    first.series.set(9);
    workers.update('0', first.set.snapshot());
    workers.ended('0');
    workers.ended('0');
    const second = process();
    second.records.add(1);
    workers.update('0', second.set.snapshot());
    workers.update('0', second.set.snapshot());
    const values = valuesOf(workers.snapshots());
    expect(values.get('["records_total",[]]')).toBe(101);
    expect(values.get('["series",[]]')).toBe(0);
    expect(countsOf(first.set.snapshot()).metrics.map(({ name }) => name)).not.toContain('series');
  });
});

describe('renderPrometheus', () => {
  it('writes any label value and any number so that they read back', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.string({ unit: 'binary', maxLength: 50 }), fc.string({ maxLength: 50 }), fc.double()), {
          maxLength: 20,
        }),
        (samples) => {
          const set = new MetricSet();
          const gauge = set.gauge('x', 'With \\ and \n in it.', { labelNames: ['a', 'b'] });
          const expected = new Map<string, number>();
          for (const [a, b, value] of samples) {
            gauge.labels(a, b).set(value);
            expected.set(JSON.stringify([a, b]), value + 0);
          }
          const read = parsePrometheus(renderPrometheus([JSON.parse(JSON.stringify(set.snapshot()))]));
          expect(new Map(read.map(({ labels, value }) => [JSON.stringify([labels.a, labels.b]), value + 0]))).toEqual(
            expected,
          );
        },
      ),
      {
        examples: [
          [[['"},evil{x="', '\\n\n"', Number.NaN]]],
          [[['\r', '\u2028', 0]]],
          [
            [
              ['a', '1:b', 1],
              ['a1', ':b', 2],
            ],
          ],
        ],
      },
    );
  });

  it('cumulates buckets up to the count', () => {
    const { set, latency } = process();
    for (const x of [0.5, 0.6, 2.5, 11, Number.POSITIVE_INFINITY, Number.NaN]) latency.observe(x);
    expect(renderPrometheus([set.snapshot()])).toContain(
      [
        '# HELP latency_seconds Latency.',
        '# TYPE latency_seconds histogram',
        'latency_seconds_bucket{le="0.5"} 1',
        'latency_seconds_bucket{le="1"} 2',
        'latency_seconds_bucket{le="2.5"} 3',
        'latency_seconds_bucket{le="10"} 3',
        'latency_seconds_bucket{le="+Inf"} 5',
        'latency_seconds_sum +Inf',
        'latency_seconds_count 5\n',
      ].join('\n'),
    );
  });
});

describe('MetricSet', () => {
  it('tells no more label values apart than allowed, and loses no count over that', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string(), { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 5 }),
        (keys, limit) => {
          const set = new MetricSet();
          const counter = set.counter('x_total', 'X.', { labelNames: ['key'], limit });
          for (const key of keys) counter.labels(key).add();
          const [{ samples }] = set.snapshot().metrics as [MetricSnapshot['metrics'][0]];
          expect(samples.length).toBeLessThanOrEqual(limit + 1);
          expect(samples.reduce((sum, { value }) => sum + Number(value), 0)).toBe(keys.length);
        },
      ),
    );
  });

  it('cuts a label value that would fill the page', () => {
    const set = new MetricSet();
    set
      .counter('x_total', 'X.', { labelNames: ['key'] })
      .labels('k'.repeat(1e6))
      .add();
    expect(renderPrometheus([set.snapshot()]).length).toBeLessThan(400);
  });

  it('answers the same child for the same values, and none once it is removed', () => {
    const { set, lag } = process();
    const child = lag.labels('t', 1);
    expect(lag.labels('t', '1')).toBe(child);
    lag.remove('t', 1);
    expect(renderPrometheus([set.snapshot()])).not.toContain('partition="1"');
    expect(lag.labels('t', 1)).not.toBe(child);
  });

  it('never lets a counter fall', () => {
    const { records } = process();
    records.add(5);
    for (const x of [-1, Number.NaN, -Infinity]) records.add(x);
    expect(records.value).toBe(5);
  });

  it('reads gauges and runs collectors when asked; a faulty one spoils only itself', () => {
    const { set, records, series, progress } = process();
    let size = 1;
    series.read(() => size);
    progress.read(() => {
      throw new Error('gone');
    });
    set.onCollect(() => {
      throw new Error('gone');
    });
    const end = set.onCollect(() => records.add(1));
    size = 42;
    const text = renderPrometheus([set.snapshot()]);
    expect(text).toContain('\nseries 42\n');
    expect(text).toContain('\nprogress_ratio NaN\n');
    expect(text).toContain('\nrecords_total 1\n');
    end();
    expect(renderPrometheus([set.snapshot()])).toContain('\nrecords_total 1\n');
  });

  it.each([
    ['a counter without _total', (set: MetricSet) => set.counter('records', 'X.')],
    ['a name that is taken', (set: MetricSet) => [set.gauge('x', 'X.'), set.gauge('x', 'X.')]],
    ['a name with a blank', (set: MetricSet) => set.gauge('a b', 'X.')],
    ['a label of ours', (set: MetricSet) => set.gauge('x', 'X.', { labelNames: ['worker'] })],
    ['bounds that fall', (set: MetricSet) => set.histogram('x', 'X.', [2, 1])],
    ['infinite bounds', (set: MetricSet) => set.histogram('x', 'X.', [1, Number.POSITIVE_INFINITY])],
    ['no bounds', (set: MetricSet) => set.histogram('x', 'X.', [])],
  ])('refuses %s', (_, make) => {
    expect(() => make(new MetricSet())).toThrowError(expect.objectContaining({ code: 'INVALID_OPTION' }));
  });
});
