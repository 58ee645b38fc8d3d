import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Moments } from '../../src/stats/moments.js';
import { type LawSubject, obeysMergeLaw, obeysStatisticLaws } from '../laws/statistic-laws.js';
import { ExactMoments } from '../support/exact-moments.js';
import { expectSameMoments } from '../support/expect-same-moments.js';
import { PortableStream } from '../support/portable-stream.js';
import { readMoments } from '../support/read-moments.js';

const subject: LawSubject<Moments> = { make: () => new Moments(), read: readMoments };
const a = new PortableStream(1).gaussians(1000);

function summarize(xs: ArrayLike<number>): Moments {
  const moments = new Moments();
  moments.updateMany(Float64Array.from(xs));
  return moments;
}

/** Relative difference from what is true. */
const error = (actual: number, exact: number): number => Math.abs(actual - exact) / Math.abs(exact);

/** The chunks of xs, each summarized, merged from left to right. */
function mergeChunks(xs: Float64Array, lengths: readonly number[]): Moments {
  const merged = new Moments();
  let start = 0;
  for (const length of lengths) {
    merged.merge(summarize(xs.subarray(start, start + length)));
    start += length;
  }
  return merged;
}

describe('Moments', () => {
  obeysStatisticLaws(subject);
  obeysMergeLaw(subject, expectSameMoments);

  it('takes a weight for so many observations of the same value', () => {
    const pairs = fc.array(fc.tuple(fc.double({ min: -1e3, max: 1e3, noNaN: true }), fc.integer({ min: 1, max: 9 })));
    fc.assert(
      fc.property(pairs, (given) => {
        const weighted = new Moments();
        for (const [x, weight] of given) weighted.update(x, undefined, weight);
        const xs = Float64Array.from(given.flatMap(([x, weight]) => new Array<number>(weight).fill(x)));
        expectSameMoments(weighted, summarize(xs), { xs, times: xs });
      }),
    );
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('changes nothing for a weight of %d', (weight) => {
    const moments = summarize([1, 2]);
    const before = moments.state.slice();
    moments.update(5, undefined, weight);
    expect(moments.state).toEqual(before);
  });

  it('is exact to rounding on any series, and never negative', () => {
    const offset = fc.constantFrom(0, 1e6, -1e9, 1.7e12);
    fc.assert(
      fc.property(
        fc.float64Array({ min: -100, max: 100, noNaN: true, minLength: 1, maxLength: 80, size: 'max' }),
        offset,
        (ys, by) => {
          const xs = ys.map((y) => y + by);
          const exact = new ExactMoments(xs);
          const moments = summarize(xs);
          const range = Math.max(...xs) - Math.min(...xs);
          expect(Math.abs(moments.deviation(xs[0]!) - exact.deviation(xs[0]!))).toBeLessThanOrEqual(1e-15 * range);
          expect(Math.abs(moments.variance() - exact.variance)).toBeLessThanOrEqual(1e-14 * range ** 2);
          expect(moments.variance()).toBeGreaterThanOrEqual(0);
        },
      ),
    );
  });

  it('has the statistics of the reference stream', () => {
    const moments = summarize(a);
    expect(error(moments.mean, -0.023857163492590188)).toBeLessThan(1e-14);
    expect(error(moments.variance(), 1.0130192743265878)).toBeLessThan(1e-15);
    expect(error(moments.variance(1), 1.014033307634222)).toBeLessThan(1e-15);
    const merged = mergeChunks(a, [1, 2, 3, 7, 50, 137, 300, 500]);
    expect(error(merged.mean, -0.02385716349259019)).toBeLessThan(1e-14);
    expect(error(merged.variance(), 1.013019274326588)).toBeLessThan(1e-14);
  });

  it.each([
    [0, 1.0130192743265878],
    [1e6, 1.0130192743265878],
    [1e9, 1.013019273260556],
    [1.7e12, 1.0130112179798483],
  ])('has the variance to 1e-14 at offset %d, by value and by merge', (offset, variance) => {
    const xs = a.map((x) => x + offset);
    expect(error(new ExactMoments(xs).variance, variance)).toBeLessThan(1e-15);
    expect(error(summarize(xs).variance(), variance)).toBeLessThan(1e-14);
    expect(error(mergeChunks(xs, new Array<number>(1000).fill(1)).variance(), variance)).toBeLessThan(1e-14);
    expect(error(mergeChunks(xs, [1, 2, 3, 7, 50, 137, 300, 500]).variance(), variance)).toBeLessThan(1e-14);
  });

  it('merges in any order to within 1e-14 of the spread', () => {
    const lengths = fc.array(fc.integer({ min: 0, max: 120 }), { minLength: 2, maxLength: 12, size: 'max' });
    fc.assert(
      fc.property(lengths, fc.infiniteStream(fc.nat()), fc.constantFrom(0, 1e9, 1.7e12), (cuts, picks, offset) => {
        const length = cuts.reduce((sum, n) => sum + n, 0);
        const xs = a.subarray(0, length).map((x) => x + offset);
        let at = 0;
        const parts = cuts.map((n) => {
          at += n;
          return summarize(xs.subarray(at - n, at));
        });
        while (parts.length > 1) {
          const [from] = parts.splice(picks.next().value! % parts.length, 1);
          parts[picks.next().value! % parts.length]!.merge(from!);
        }
        if (xs.length === 0) return;
        const exact = new ExactMoments(xs);
        const spread = Math.sqrt(exact.variance);
        expect(Math.abs(parts[0]!.deviation(offset) - exact.deviation(offset))).toBeLessThanOrEqual(1e-14 * spread);
        expect(Math.abs(parts[0]!.variance() - exact.variance)).toBeLessThanOrEqual(1e-14 * spread ** 2);
      }),
    );
  });

  it('has the sample variances of 3, 5, 4, 7, 10, 12', () => {
    const moments = new Moments();
    const variances = [3, 5, 4, 7, 10, 12].map((x) => {
      moments.update(x);
      return moments.variance(1);
    });
    expect(variances[0]).toBeNaN();
    for (const [i, exact] of [2, 1, 35 / 12, 7.7, 188.5 / 15].entries())
      expect(variances[i + 1]).toBeCloseTo(exact, 12);
    expect(summarize([4, 7, 13, 16].map((x) => 1e9 + x)).variance(1)).toBe(30);
    expect(summarize([4, 7, 13, 16].map((x) => 1e9 + x)).variance()).toBe(22.5);
  });

  it('has a defined answer for nothing, one value, flat series, denormals and zeros of either sign', () => {
    expect(readMoments(new Moments())).toEqual([0, Number.NaN, Number.NaN, Number.NaN, 3, 3]);
    expect(readMoments(summarize([7]))).toEqual([1, 7, 0, Number.NaN, -4, 10]);
    expect(readMoments(summarize(new Float64Array(1000).fill(0.1)))).toEqual([1000, 0.1, 0, 0, 2.9, 3.1]);
    expect(summarize([5e-324, 5e-324]).mean).toBe(5e-324);
    expect(summarize([-0, 0, -0]).mean).toBe(0);
    expect(summarize([-0, 0]).variance()).toBe(0);
    expect(summarize([1e150, -1e150]).variance()).toBe(1e150 ** 2);
  });

  describe('has the certified digits of the NIST reference datasets', () => {
    const data = (name: string): number[] =>
      readFileSync(new URL(`../data/nist/${name}.txt`, import.meta.url), 'utf8')
        .split('\n')
        .filter((line) => line.trim())
        .map(Number);
    const accuracy = (middle: number, low: number, high: number): number[] => [
      middle,
      ...Array.from({ length: 1000 }, (_, i) => (i % 2 === 0 ? low : high)),
    ];
    const sets: [string, number[], number, number, number][] = [
      ['Lew', data('Lew'), -177.435, 277.332168044316, 12],
      ['Lottery', data('Lottery'), 518.95871559633, 291.699727470969, 12],
      ['Mavro', data('Mavro'), 2.001856, 0.000429123454003053, 11.9],
      ['Michelso', data('Michelso'), 299.8524, 0.0790105478190518, 12],
      ['PiDigits', data('PiDigits'), 4.5348, 2.86733906028871, 12],
      ['NumAcc1', [10000001, 10000003, 10000002], 10000002, 1, 12],
      ['NumAcc2', accuracy(1.2, 1.1, 1.3), 1.2, 0.1, 12],
      ['NumAcc3', accuracy(1000000.2, 1000000.1, 1000000.3), 1000000.2, 0.1, 9.4],
      ['NumAcc4', accuracy(10000000.2, 10000000.1, 10000000.3), 10000000.2, 0.1, 8.2],
    ];
    const digits = (actual: number, exact: number): number => Math.min(15, -Math.log10(error(actual, exact)));

    it.each(sets)('%s, streaming and split in two anywhere', (_, values, mean, deviation, bar) => {
      const xs = Float64Array.from(values);
      const before = new Moments();
      const step = Math.ceil(xs.length / 500);
      for (let split = 0; split <= xs.length; split += step) {
        const whole = new Moments();
        whole.merge(before);
        whole.merge(summarize(xs.subarray(split)));
        expect(whole.count).toBe(xs.length);
        expect(digits(whole.mean, mean)).toBeGreaterThanOrEqual(14);
        expect(digits(Math.sqrt(whole.variance(1)), deviation)).toBeGreaterThanOrEqual(bar);
        before.updateMany(xs, split, Math.min(split + step, xs.length));
      }
      expect(digits(summarize(xs).mean, mean)).toBeGreaterThanOrEqual(14);
      expect(digits(Math.sqrt(summarize(xs).variance(1)), deviation)).toBeGreaterThanOrEqual(bar);
    });
  });
});
