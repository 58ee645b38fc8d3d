import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DecayedMoments, type DecayedMomentsOptions } from '../../src/stats/decayed-moments.js';
import { obeysStatisticLaws } from '../laws/statistic-laws.js';
import { ExactMoments } from '../support/exact-moments.js';
import { expectSameMoments } from '../support/expect-same-moments.js';
import { PortableStream } from '../support/portable-stream.js';
import { readMoments } from '../support/read-moments.js';

const a = new PortableStream(1).gaussians(1000);
const series = fc.float64Array({ min: -100, max: 100, noNaN: true, maxLength: 60, size: 'max' });

function summarize(xs: ArrayLike<number>, options: DecayedMomentsOptions): DecayedMoments {
  const moments = new DecayedMoments(options);
  moments.updateMany(Float64Array.from(xs));
  return moments;
}

/** Mean and variance after each of xs. */
function trace(xs: readonly number[] | Float64Array, options: DecayedMomentsOptions): [number, number][] {
  const moments = new DecayedMoments(options);
  return Array.from(xs, (x) => {
    moments.update(x);
    return [moments.mean, moments.variance()];
  });
}

describe.each<DecayedMomentsOptions>([
  { halfLife: 5 },
  { halfLife: 0.5 },
  { halfLife: 300, adjust: false },
  { alpha: 0.3, adjust: false },
  { alpha: 1 },
])('DecayedMoments %j', (options) => {
  obeysStatisticLaws({ make: () => new DecayedMoments(options), read: readMoments });
});

describe('DecayedMoments', () => {
  it.each([0, 1e6, 1e9, 1.7e12])('is right to 1e-12 at offset %d, with and without adjust', (offset) => {
    const xs = a.map((x) => x + offset);
    for (const halfLife of [0.3, 1, 7, 50, 1000, 1e5]) {
      for (const adjust of [true, false]) {
        const weights = xs.map((_, i) => {
          const weight = 2 ** (-(999 - i) / halfLife);
          return adjust || i === 0 ? weight : -Math.expm1(-Math.LN2 / halfLife) * weight;
        });
        const exact = new ExactMoments(xs, weights);
        const moments = summarize(xs, { halfLife, adjust });
        expect(Math.abs(moments.variance() / exact.variance - 1)).toBeLessThan(1e-12);
        expect(Math.abs(moments.deviation(offset) - exact.deviation(offset))).toBeLessThan(1e-12);
        if (!adjust) continue;
        const sum = weights.reduce((total, weight) => total + weight, 0);
        const squares = weights.reduce((total, weight) => total + weight ** 2, 0);
        const sample = (exact.variance * sum ** 2) / (sum ** 2 - squares);
        expect(Math.abs(moments.variance(1) / sample - 1)).toBeLessThan(1e-11);
      }
    }
  });

  it('keeps its precision for as long as a long half-life takes to settle', () => {
    // ±1 in turn: the variance tends to 1 − (α / (2 − α))², the mean of the last to ±α / (2 − α).
    const moments = new DecayedMoments({ halfLife: 1e5, adjust: false });
    const xs = Float64Array.from({ length: 1 << 16 }, (_, i) => (i % 2 === 0 ? -1 : 1));
    for (let i = 0; i < 64; i++) moments.updateMany(xs);
    const mean = moments.alpha / (2 - moments.alpha);
    expect(Math.abs(moments.mean / mean - 1)).toBeLessThan(1e-6);
    expect(Math.abs(moments.variance() / (1 - mean ** 2) - 1)).toBeLessThan(1e-12);
    // ±10 in turn, then ±1: the mean square is 1 and 99 times the share of the weight that the first still have.
    const settling = new DecayedMoments({ halfLife: 1e5 });
    settling.updateMany(xs.map((x) => 10 * x));
    for (let i = 1; i < 64; i++) settling.updateMany(xs);
    const fade = (count: number): number => 2 ** (-count / 1e5);
    const share = (fade(63 * xs.length) - fade(64 * xs.length)) / (1 - fade(64 * xs.length));
    expect(Math.abs(settling.variance() + settling.mean ** 2 - 1 - 99 * share)).toBeLessThan(1e-14);
    const adjusted = new DecayedMoments({ halfLife: 1e5 });
    for (let i = 0; i < 64; i++) adjusted.updateMany(xs);
    expect(Math.abs(adjusted.weight * adjusted.alpha - 1)).toBeLessThan(1e-12);
    expect(Math.abs(adjusted.variance() / (1 - mean ** 2) - 1)).toBeLessThan(1e-12);
  });

  it('has the means and variances of the recursion', () => {
    const half = trace([1, 3, 5, 4, 6, 8, 7, 9, 11], { alpha: 0.5, adjust: false });
    expect(half.map(([mean]) => mean)).toEqual([1, 2, 3.5, 3.75, 4.875, 6.4375, 6.71875, 7.859375, 9.4296875]);
    const variances = [0, 1, 2.75, 1.4375, 1.984375, 3.43359375, 1.7958984375, 2.198974609375, 3.56536865234375];
    expect(half.map(([, variance]) => variance)).toEqual(variances);
    const reference = [
      [-1.105566803831607, 0],
      [-0.8473151021637022, 0.1556191966335],
      [-0.5405865431390702, 0.3284590584599],
    ];
    for (const [i, [mean, variance]] of trace(a.subarray(0, 3), { alpha: 0.3, adjust: false }).entries()) {
      expect(mean).toBeCloseTo(reference[i]![0]!, 15);
      expect(variance).toBeCloseTo(reference[i]![1]!, 13);
    }
  });

  it('takes alpha for 1 − 2^(−1 / halfLife)', () => {
    expect(summarize(a, { alpha: 0.5 }).state).toEqual(summarize(a, { halfLife: 1 }).state);
  });

  it('appends what came later as if it had seen it, and goes on from there', () => {
    fc.assert(
      fc.property(series, series, series, (xs, ys, zs) => {
        const options = { halfLife: 5 };
        const appended = summarize(xs, options);
        appended.append(summarize(ys, options));
        appended.updateMany(zs);
        const all = Float64Array.of(...xs, ...ys, ...zs);
        expectSameMoments(appended, summarize(all, options), { xs: all, times: all });
      }),
      {
        examples: [
          [new Float64Array(), new Float64Array(), Float64Array.of(1)],
          [new Float64Array(), Float64Array.of(1), Float64Array.of(2)],
        ],
      },
    );
  });

  it('refuses to append where the weights would be wrong', () => {
    const code = { code: 'INCOMPATIBLE_STATE' };
    const make = (options: DecayedMomentsOptions) => summarize([1, 2], options);
    expect(() => make({ halfLife: 5 }).append(make({ halfLife: 6 }))).toThrow(expect.objectContaining(code));
    expect(() => make({ alpha: 0.5, adjust: false }).append(make({ alpha: 0.5, adjust: false }))).toThrow(
      expect.objectContaining(code),
    );
  });

  it('weighs an observation by its weight and its age', () => {
    const options = { halfLife: 1 };
    const moments = new DecayedMoments(options);
    for (const [x, weight] of [
      [1, 2],
      [5, 8],
      [2, 3],
    ] as const)
      moments.update(x, undefined, weight);
    const exact = new ExactMoments([1, 5, 2], [0.5, 4, 3]);
    expect(moments.mean).toBeCloseTo(exact.mean, 15);
    expect(moments.variance()).toBeCloseTo(exact.variance, 14);
    expect(moments.count).toBe(3);
    for (const weight of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) moments.update(9, undefined, weight);
    expect(moments.count).toBe(3);
  });

  it('is never negative, and has a defined answer for nothing, one value, flat series and denormals', () => {
    fc.assert(
      fc.property(series, fc.constantFrom(0.4, 3, 1000), fc.boolean(), (xs, halfLife, adjust) => {
        for (const [, variance] of trace(
          xs.map((x) => x + 1e12),
          { halfLife, adjust },
        ))
          expect(variance).toBeGreaterThanOrEqual(0);
      }),
    );
    expect(readMoments(new DecayedMoments({ halfLife: 2 }))).toEqual([0, Number.NaN, Number.NaN, Number.NaN, 3, 3]);
    expect(readMoments(summarize([7], { halfLife: 2 }))).toEqual([1, 7, 0, Number.NaN, -4, 10]);
    expect(readMoments(summarize(new Float64Array(500).fill(0.1), { halfLife: 2 }))).toEqual([
      500, 0.1, 0, 0, 2.9, 3.1,
    ]);
    expect(summarize([5e-324, 5e-324], { halfLife: 2 }).mean).toBe(5e-324);
    expect(summarize([-0, 0], { halfLife: 2 }).mean).toBe(0);
    expect(summarize([1e150, -1e150], { alpha: 0.5, adjust: false }).variance()).toBe(1e150 ** 2);
  });

  it.each<DecayedMomentsOptions>([
    {},
    { halfLife: 0 },
    { halfLife: Number.POSITIVE_INFINITY },
    { alpha: 0 },
    { alpha: 1.1 },
    { halfLife: 2, alpha: 0.5 },
  ])('refuses %j', (options) => {
    expect(() => new DecayedMoments(options)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
  });
});
