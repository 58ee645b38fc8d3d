import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WindowQuantiles } from '../../src/stats/window-quantiles.js';
import { type LawSubject, obeysStatisticLaws, obeysWindowLaw } from '../laws/statistic-laws.js';
import { PortableStream } from '../support/portable-stream.js';

const read = (s: WindowQuantiles): number[] => [
  s.count,
  s.min,
  s.max,
  s.medianDeviation(),
  ...[0, 0.1, 0.5, 0.77, 1].flatMap((p) => [s.quantile(p), s.rank(p), s.position(p)]),
];
const subject: LawSubject<WindowQuantiles> = { make: () => new WindowQuantiles({ length: 7 }), read };
const few = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ min: -1, max: 1, noNaN: true }), fc.constant(-0));

/** Linear quantile of a batch, as numpy has it. */
function batchQuantile(xs: Iterable<number>, p: number): number {
  const sorted = Float64Array.from(xs).sort();
  const place = p * (sorted.length - 1);
  const low = sorted[Math.floor(place)]!;
  return low + (place % 1) * (sorted[Math.ceil(place)]! - low);
}

describe('WindowQuantiles', () => {
  obeysStatisticLaws(subject);
  obeysWindowLaw({ ...subject, values: few }, 7, (actual, expected) => expect(read(actual)).toEqual(read(expected)));

  it('answers as sorting the window does', () => {
    fc.assert(
      fc.property(fc.array(few, { minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 12 }), (xs, length) => {
        const statistic = new WindowQuantiles({ length });
        for (const x of xs) statistic.update(x);
        const kept = xs.slice(-length).map((x) => x + 0);
        for (const p of [0, 0.25, 0.4, 0.5, 0.99, 1]) expect(statistic.quantile(p)).toBe(batchQuantile(kept, p));
        const median = batchQuantile(kept, 0.5);
        const deviation = batchQuantile(
          kept.map((x) => Math.abs(x - median)),
          0.5,
        );
        expect(statistic.medianDeviation()).toBeCloseTo(deviation, 14);
        const points: number[] = [];
        statistic.forEach((value) => points.push(value));
        expect(points).toEqual([...Float64Array.from(kept).sort()]);
        for (const x of kept) {
          const [below, at] = [kept.filter((y) => y < x).length, kept.filter((y) => y === x).length];
          expect(statistic.rank(x)).toBeCloseTo((below + at / 2) / kept.length, 14);
          expect(statistic.valueAt(statistic.position(x))).toBeCloseTo(x, 12);
        }
      }),
    );
  });
  it('has the reference quantiles and deviation of the portable stream', () => {
    const statistic = new WindowQuantiles({ length: 1000 });
    statistic.updateMany(new PortableStream(1).gaussians(1000));
    expect(statistic.quantile(0.25)).toBeCloseTo(-0.7114062081091106, 15);
    expect(statistic.quantile(0.5)).toBeCloseTo(-0.03479070262983441, 15);
    expect(statistic.quantile(0.75)).toBeCloseTo(0.6624321001581848, 15);
    expect(statistic.medianDeviation()).toBeCloseTo(0.6849528606981039, 15);
  });
  it('puts ties at the middle of their stretch, what lies outside at the ends', () => {
    const statistic = new WindowQuantiles({ length: 9 });
    statistic.updateMany(Float64Array.of(1, 2, 2, 2, 6));
    expect([0, 1, 1.5, 2, 3, 6, 7].map((x) => statistic.position(x))).toEqual([0, 0, 0.125, 0.5, 0.8125, 1, 1]);
    const flat = new WindowQuantiles({ length: 9 });
    flat.update(4);
    expect([3, 4, 5].map((x) => flat.position(x))).toEqual([0, 0.5, 1]);
  });
  it('refuses a length that is not one', () => {
    expect(() => new WindowQuantiles({ length: 2.5 })).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
  });
});
