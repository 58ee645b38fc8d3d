import fc from 'fast-check';
import { filter, from, lastValueFrom, type OperatorFunction, Subject, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import {
  adaptiveNormalize,
  innovationScore,
  maxAbs,
  minMax,
  powerNormalize,
  quantileNormalize,
  robustScale,
  type Scored,
  zScore,
} from '../../operators/index.js';
import { SeriesTable } from '../../src/series/series-table.js';
import { obeysOperatorLaws } from '../laws/operator-laws.js';

interface Reading {
  device: string;
  x: number | null;
  ts: number;
}
type Operator = (options: object) => OperatorFunction<never, unknown>;

/** Every operator of one value, and the memories it takes. */
const selfTuning = new Set(['innovationScore', 'adaptiveNormalize']);
const operators = Object.entries({
  zScore,
  minMax,
  maxAbs,
  robustScale,
  quantileNormalize,
  powerNormalize,
  innovationScore,
  adaptiveNormalize,
}) as [string, Operator][];
const memories = ['all', { halfLife: 20 }, { halfLife: '20s' }, { window: 40 }, { window: '40s' }] as const;
const combinations = operators.flatMap(([name, operator]) =>
  (selfTuning.has(name) ? [undefined] : memories).map((memory) => ({
    name: memory === undefined ? name : `${name} with memory ${JSON.stringify(memory)}`,
    make: (options: object = {}) =>
      operator({ ...(memory === undefined ? {} : { memory }), warmup: 3, ...options }) as OperatorFunction<
        unknown,
        unknown
      >,
    timed: typeof memory === 'object' && Object.values(memory).some((length) => typeof length === 'string'),
  })),
);
const records = {
  key: (reading: Reading) => reading.device,
  value: (reading: Reading) => reading.x,
  time: (reading: Reading) => reading.ts,
};
const run = <T, R>(values: readonly T[], operator: OperatorFunction<T, R>): Promise<R[]> =>
  lastValueFrom(from(values).pipe(operator, toArray()));
const readings = (xs: readonly (number | null)[], device = 'a'): Reading[] =>
  xs.map((x, i) => ({ device, x, ts: i * 1000 }));
const wave = Array.from({ length: 120 }, (_, i) => 20 + 5 * Math.sin(i) + ((i * 7919) % 101) / 50);

for (const { name, make, timed } of combinations) {
  if (!timed) obeysOperatorLaws(name, () => make() as OperatorFunction<number, unknown>);

  describe(name, () => {
    const score = (given: Reading[], options: object = {}) =>
      run(given, make({ ...records, ...options }) as OperatorFunction<Reading, Scored<Reading>>);

    it('keeps the series of different keys apart', async () => {
      const other = wave.map((x) => 1e6 - 300 * x);
      const mixed = wave.flatMap((x, i) => [
        { device: 'a', x, ts: i * 1000 },
        { device: 'b', x: other[i]!, ts: i * 1000 },
      ]);
      const together = await score(mixed);
      const alone = [...(await score(readings(wave, 'a'))), ...(await score(readings(other, 'b')))];
      const scores = (of: Scored<Reading>[], key: string) =>
        of.filter((scored) => scored.key === key).map((scored) => scored.normalized);
      for (const key of ['a', 'b']) expect(scores(together, key)).toEqual(scores(alone, key));
    });

    it('answers null for a missing value and learns nothing from it', async () => {
      const missing = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e308, -1e308, null];
      const interrupted = readings(wave).flatMap((reading, i) =>
        i % 10 === 5 ? [{ ...reading, x: missing[((i / 10) % 6) | 0]! }, reading] : [reading],
      );
      const all = await score(interrupted);
      const seen = all.filter((scored) => Number.isFinite(scored.value) && Math.abs(scored.value) < 1e300);
      expect(all.filter((scored) => !seen.includes(scored)).map((scored) => scored.normalized)).toEqual(
        Array(12).fill(null),
      );
      expect(seen.map((scored) => scored.normalized)).toEqual(
        (await score(readings(wave))).map((scored) => scored.normalized),
      );
    });

    it('scores before it learns: a value never enters its own score', async () => {
      const base = readings(wave);
      const spiked = [...base.slice(0, -1), { ...base.at(-1)!, x: 1e9 }];
      const { center, scale } = (await score(base)).at(-1)!;
      expect((await score(spiked)).at(-1)).toMatchObject({ center, scale });
    });

    it('goes on from a saved table as if it had never stopped', async () => {
      const given = readings(wave);
      const whole = await score(given);
      const table = new SeriesTable();
      await score(given.slice(0, 57), { table });
      const restored = SeriesTable.fromBytes(table.toBytes());
      expect(await score(given.slice(57), { table: restored })).toEqual(whole.slice(57));
    });

    it('gives the same answers on plain numbers as on records', async () => {
      if (timed) return;
      const numbers = await run(wave, make() as OperatorFunction<number, number | null>);
      expect(numbers).toEqual((await score(readings(wave))).map((scored) => scored.normalized));
    });

    it('has an answer for every value once it is warm, and never NaN or Infinity', async () => {
      const anything = fc.array(
        fc.oneof(
          fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e150, max: 1e150 }),
          fc.integer({ min: -3, max: 3 }),
        ),
        {
          maxLength: 60,
        },
      );
      await fc.assert(
        fc.asyncProperty(anything, async (xs) => {
          for (const { normalized } of (await score(readings(xs))).slice(3))
            expect(Number.isFinite(normalized)).toBe(true);
        }),
        {
          numRuns: 50,
          examples: [
            [Array(20).fill(7)],
            [[0, -0, 5e-324, 0, 5e-324]],
            [[0, 0, -5e-324, -1]],
            [[5e-324, 0, 0, -1e150]],
            [Array(10).fill(1e150).concat(-1e150)],
          ],
        },
      );
    });
  });
}

describe('options of the one-value operators', () => {
  const faults: [name: string, make: () => unknown, message: string][] = [
    ['warmup', () => zScore({ warmup: -1 }), 'warmup must be an integer >= 0, got -1'],
    ['unknown', () => zScore({ halflife: 3 } as object), 'halflife must be absent: there is no such option, got 3'],
    [
      'of another method',
      () => zScore({ range: [0, 1] } as object),
      'range must be absent: only min-max has it, got [0,1]',
    ],
    ['memory', () => zScore({ memory: 'none' as 'all' }), 'memory must be'],
    ['half-life', () => zScore({ memory: { halfLife: 0 } }), 'memory.halfLife must be a number of samples > 0'],
    ['duration', () => zScore({ memory: { window: '5 parsecs' } }), 'memory.window must be a duration'],
    [
      'event time without time',
      () => zScore({ value: (r: Reading) => r.x, memory: { halfLife: '5m' } }),
      'time must be an accessor',
    ],
    [
      'key without value',
      () => zScore({ key: () => 'a' } as object),
      'key must be absent on a stream of plain numbers',
    ],
    ['range', () => minMax({ range: [1, 1] }), 'range must be two finite numbers, the lower first, got [1,1]'],
    ['clip: true', () => zScore({ clip: true }), 'clip must be a number k for ±k or [low, high]'],
    [
      'quantiles with mad',
      () => robustScale({ spread: 'mad', quantiles: [0.1, 0.9] }),
      "quantiles must be absent: spread 'mad'",
    ],
    [
      'memory of a self-tuning method',
      () => innovationScore({ memory: 'all' } as object),
      'memory must be absent: innovation finds its own memory',
    ],
    [
      'lateness without a window',
      () => zScore({ allowedLateness: '1s' }),
      'allowedLateness must be absent: only a window in event time',
    ],
    [
      'warmup beyond the window',
      () => zScore({ memory: { window: 10 } }),
      "warmup must be at most the window's length, 10, got 30",
    ],
    ['table', () => zScore({ value: (r: Reading) => r.x, table: new Map() as never }), 'table must be a SeriesTable'],
  ];
  it.each(faults)('refuses a faulty %s at the call, by name', (_name, make, message) => {
    expect(make).toThrowError(
      expect.objectContaining({ code: 'INVALID_OPTION', message: expect.stringContaining(message) }),
    );
  });

  it('clips to ±k, to [low, high], and to the target range', async () => {
    const spiked = [...Array.from({ length: 40 }, (_, i) => i % 2), 1e6, -1e6];
    expect((await run(spiked, zScore({ clip: 3 }))).slice(-2)).toEqual([3, -3]);
    expect((await run(spiked, zScore({ clip: [-1, 2] }))).at(-2)).toBe(2);
    expect((await run(spiked, minMax({ range: [-1, 1], clip: true }))).at(-2)).toBe(1);
  });

  it('warms up with null, nothing, the raw value or zero', async () => {
    const xs = [5, 7, 9, 11];
    expect((await run(xs, zScore({ warmup: 3 }))).slice(0, 3)).toEqual([null, null, null]);
    expect(await run(xs, zScore({ warmup: 3, whileWarming: 'drop' }))).toHaveLength(1);
    expect((await run(xs, zScore({ warmup: 3, whileWarming: 'raw' }))).slice(0, 3)).toEqual([5, 7, 9]);
    expect((await run(xs, zScore({ warmup: 3, whileWarming: 'zero' }))).slice(0, 3)).toEqual([0, 0, 0]);
  });

  it('scores a flat series as 0, or as the distance from its center', async () => {
    const flat = [4, 4, 4, 4, 6];
    expect((await run(flat, zScore({ warmup: 2 }))).slice(2)).toEqual([0, 0, 0]);
    expect((await run(flat, zScore({ warmup: 2, whenFlat: 'center' }))).slice(2)).toEqual([0, 0, 2]);
  });

  it('stops the stream on a missing value, or takes the center in its place, when asked to', async () => {
    await expect(run([1, 2, Number.NaN], zScore({ missing: 'error' }))).rejects.toMatchObject({
      code: 'MISSING_VALUE',
    });
    expect((await run([1, 3, Number.NaN], zScore({ warmup: 2, missing: 'impute' }))).at(-1)).toBe(0);
  });

  it('learns nothing further off than learnWithin, until the level has evidently moved', async () => {
    const noise = Array.from({ length: 100 }, (_, i) => Math.sin(i * 1.7));
    const table = new SeriesTable();
    const score = (xs: number[]) =>
      run(
        xs.map((x) => ({ x })),
        zScore({ value: (r: { x: number }) => r.x, memory: { halfLife: 10 }, learnWithin: 6, table }),
      );
    await score(noise);
    const [, afterSpike] = await score([1e6, 0]);
    expect(Math.abs(afterSpike!.center)).toBeLessThan(1);
    expect(table.counters.gated).toBe(1);
    const moved = await score(noise.map((x) => x + 50));
    expect(moved[20]!.center).toBeLessThan(1);
    expect(moved.at(-1)!.center).toBeGreaterThan(45);
  });

  it('counts what it does not learn', async () => {
    const table = new SeriesTable();
    const late: Reading[] = [
      ...readings(wave),
      { device: 'a', x: 1, ts: -1e6 },
      { device: 'a', x: null, ts: 0 },
      { device: 'a', x: 3, ts: Number.NaN },
    ];
    await run(late, zScore({ ...records, memory: { window: '10s' }, warmup: 3, table }));
    expect(table.counters).toMatchObject({ late: 1, missing: 1, untimed: 1 });
  });

  it('is a live operator: an answer comes out as a value goes in', () => {
    const source = new Subject<number>();
    const seen: (number | null)[] = [];
    source
      .pipe(
        zScore({ warmup: 2 }),
        filter((score) => score !== null),
      )
      .subscribe((score) => seen.push(score));
    for (const x of [1, 3, 2, 9]) source.next(x);
    expect(seen).toEqual([0, expect.closeTo(7 / Math.sqrt(2 / 3), 12)]);
  });
});
