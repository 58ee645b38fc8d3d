import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HigherMoments } from '../../src/stats/higher-moments.js';
import { Moments } from '../../src/stats/moments.js';
import { type LawSubject, obeysMergeLaw, obeysStatisticLaws, type TimedSeries } from '../laws/statistic-laws.js';
import { ExactMoments } from '../support/exact-moments.js';
import { expectSameMoments } from '../support/expect-same-moments.js';
import { PortableStream } from '../support/portable-stream.js';
import { readMoments } from '../support/read-moments.js';

const subject: LawSubject<HigherMoments> = {
  make: () => new HigherMoments(),
  read: (moments) => [...readMoments(moments), moments.skewness, moments.excessKurtosis],
};
const a = new PortableStream(1).gaussians(1000);

function summarize(xs: ArrayLike<number>): HigherMoments {
  const moments = new HigherMoments();
  moments.updateMany(Float64Array.from(xs));
  return moments;
}

/** The third and fourth moments as the state has them, which are right to the range of the data even where the shape is all rounding. */
function expectSameShape(actual: HigherMoments, expected: HigherMoments, all: TimedSeries): void {
  expectSameMoments(actual, expected, all);
  const range = all.xs.length === 0 ? 0 : Math.max(...all.xs) - Math.min(...all.xs);
  for (const [i, power] of [
    [5, 3],
    [6, 4],
  ] as const) {
    const difference = actual.state[actual.offset + i]! - expected.state[expected.offset + i]!;
    expect(Math.abs(difference)).toBeLessThanOrEqual(1e-13 * range ** power * expected.count);
  }
}

describe('HigherMoments', () => {
  obeysStatisticLaws(subject);
  obeysMergeLaw(subject, expectSameShape);

  it('has the mean and variance of Moments, to the last bit', () => {
    const moments = new Moments();
    moments.updateMany(a);
    expect(readMoments(summarize(a))).toEqual(readMoments(moments));
  });

  it.each([0, 1e6, 1e9, 1.7e12])(
    'has the shape of the reference stream at offset %d, by value and by merge',
    (offset) => {
      const xs = a.map((x) => x + offset);
      const exact = new ExactMoments(xs);
      const skewness = exact.central(3) / exact.variance ** 1.5;
      const kurtosis = exact.central(4) / exact.variance ** 2 - 3;
      if (offset === 0) {
        expect(Math.abs(skewness - 0.08964024994995103)).toBeLessThan(1e-15);
        expect(Math.abs(kurtosis - -0.06336179570658818)).toBeLessThan(1e-14);
      }
      const merged = summarize(xs.subarray(0, 1));
      for (let i = 1; i < 1000; i += 37) merged.merge(summarize(xs.subarray(i, i + 37)));
      for (const moments of [summarize(xs), merged]) {
        expect(Math.abs(moments.skewness - skewness)).toBeLessThan(1e-13);
        expect(Math.abs(moments.excessKurtosis - kurtosis)).toBeLessThan(1e-13);
      }
    },
  );

  it('takes a weight for so many observations of the same value', () => {
    const pairs = fc.array(fc.tuple(fc.integer({ min: -1000, max: 1000 }), fc.integer({ min: 1, max: 9 })));
    fc.assert(
      fc.property(pairs, (given) => {
        const weighted = new HigherMoments();
        for (const [x, weight] of given) weighted.update(x, undefined, weight);
        const xs = Float64Array.from(given.flatMap(([x, weight]) => new Array<number>(weight).fill(x)));
        expectSameShape(weighted, summarize(xs), { xs, times: xs });
      }),
    );
  });

  it('ignores values whose fourth power does not fit, and has no shape of nothing or of equal values', () => {
    expect(summarize([1, 2, 6]).state).toEqual(summarize([1, 1e76, 2, -1e149, 6]).state);
    expect(summarize([1e75, -1e75, 1e75, -1e75]).excessKurtosis).toBeCloseTo(-2, 12);
    for (const xs of [[], [3], [0.1, 0.1, 0.1], [0, -0]]) {
      expect(summarize(xs).skewness).toBeNaN();
      expect(summarize(xs).excessKurtosis).toBeNaN();
    }
  });

  it('ignores a weight that is not a finite number above 0', () => {
    const moments = summarize([1, 2, 6]);
    for (const weight of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) moments.update(9, undefined, weight);
    expect(moments.state).toEqual(summarize([1, 2, 6]).state);
  });
});
