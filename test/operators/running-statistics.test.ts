import { from, lastValueFrom, type OperatorFunction, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { ewma, runningMoments, runningQuantile } from '../../operators/index.js';
import { obeysOperatorLaws } from '../laws/operator-laws.js';

const run = <T, R>(values: readonly T[], operator: OperatorFunction<T, R>): Promise<R[]> =>
  lastValueFrom(from(values).pipe(operator, toArray()));

obeysOperatorLaws('runningMoments', () => runningMoments());
obeysOperatorLaws('runningMoments with shape', () => runningMoments({ shape: true }));
obeysOperatorLaws('ewma', () => ewma({ halfLife: 3 }));
obeysOperatorLaws('runningQuantile', () => runningQuantile());
obeysOperatorLaws('runningQuantile by P²', () => runningQuantile({ algorithm: 'p2' }));

describe('runningMoments', () => {
  it("agrees with river's Var on its documentation's series", async () => {
    const variances = (await run([3, 5, 4, 7, 10, 12], runningMoments({ ddof: 1 }))).map((summary) => summary.variance);
    [Number.NaN, 2, 1, 2.916666667, 7.7, 12.566666667].forEach((expected, i) =>
      expect(variances[i]).toEqual(Number.isNaN(expected) ? Number.NaN : expect.closeTo(expected, 8)),
    );
  });
  it("agrees with river's RollingVar over a window", async () => {
    const variances = (await run([1, 4, 2, -4, -8, 0], runningMoments({ ddof: 1, memory: { window: 3 } }))).map(
      (summary) => summary.variance,
    );
    [Number.NaN, 4.5, 2.333333333, 17.333333333, 25.333333333, 16].forEach((expected, i) =>
      expect(variances[i]).toEqual(Number.isNaN(expected) ? Number.NaN : expect.closeTo(expected, 8)),
    );
  });
  it('says again what it knew when a value is missing', async () => {
    const [before, after] = (await run([1, 3, Number.NaN], runningMoments())).slice(1);
    expect(after).toEqual(before);
  });
  it('keeps keys apart and counts what it cannot learn', async () => {
    const records = [
      { k: 'a', x: 1 },
      { k: 'b', x: 9 },
      { k: 'a', x: 3 },
    ];
    const out = await run(
      records,
      runningMoments({ key: (r: { k: string }) => r.k, value: (r: { k: string; x: number }) => r.x }),
    );
    expect(out.map(({ key, count, mean }) => [key, count, mean])).toEqual([
      ['a', 1, 1],
      ['b', 1, 9],
      ['a', 2, 2],
    ]);
  });
  it('refuses shape over a memory that has none', () => {
    expect(() => runningMoments({ shape: true, memory: { window: 5 } })).toThrowError(
      expect.objectContaining({ code: 'INVALID_OPTION' }),
    );
  });
});

describe('ewma', () => {
  it("agrees with river's EWMean on its documentation's series", async () => {
    expect(await run([1, 3, 5, 4, 6, 8, 7, 9, 11], ewma({ alpha: 0.5, adjust: false }))).toEqual([
      1, 2, 3.5, 3.75, 4.875, 6.4375, 6.71875, 7.859375, 9.4296875,
    ]);
  });
  it('weighs by event time, in whatever order the values are delivered', async () => {
    const points = [
      { t: 0, x: 10 },
      { t: 1000, x: 12 },
      { t: 2500, x: 11 },
      { t: 2600, x: 15 },
    ];
    const operator = () =>
      ewma({ halfLife: '1s', value: (p: { x: number }) => p.x, time: (p: { t: number; x: number }) => p.t });
    const inOrder = (await run(points, operator())).at(-1)!;
    const shuffled = (await run([points[3]!, points[0]!, points[2]!, points[1]!], operator())).at(-1)!;
    expect(shuffled.mean).toBeCloseTo(inOrder.mean, 12);
    expect(shuffled.variance).toBeCloseTo(inOrder.variance, 12);
  });
  it.each([
    [{}],
    [{ halfLife: 5, alpha: 0.1 }],
    [{ alpha: 0 }],
    [{ alpha: 2 }],
    [{ halfLife: -1 }],
    [{ halfLife: '5 parsecs' }],
    [{ halfLife: '5m' }],
  ])('refuses %j', (options) => {
    expect(() => ewma(options)).toThrowError(expect.objectContaining({ code: 'INVALID_OPTION' }));
  });
});

describe('runningQuantile', () => {
  it('follows the median, and a window forgets', async () => {
    expect(await run([5, 1, 3, 9], runningQuantile())).toEqual([5, 3, 3, 4]);
    expect(await run([5, 1, 3, 9, 9], runningQuantile({ memory: { window: 3 } }))).toEqual([5, 3, 3, 3, 9]);
  });
  it('runs P² as published', async () => {
    const xs = [
      0.02, 0.15, 0.74, 3.39, 0.83, 22.37, 10.15, 15.43, 38.62, 15.92, 34.6, 10.28, 1.47, 0.4, 0.05, 11.39, 0.27, 0.42,
      0.09, 11.37,
    ];
    expect((await run(xs, runningQuantile({ algorithm: 'p2' }))).at(-1)).toBeCloseTo(4.4406, 4);
  });
  it.each([[{ p: 1.5 }], [{ algorithm: 'exact' as 'p2' }], [{ algorithm: 'p2' as const, memory: { window: 5 } }]])(
    'refuses %j',
    (options) => {
      expect(() => runningQuantile(options)).toThrowError(expect.objectContaining({ code: 'INVALID_OPTION' }));
    },
  );
});
