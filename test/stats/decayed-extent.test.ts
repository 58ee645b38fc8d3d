import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DecayedExtent } from '../../src/stats/decayed-extent.js';
import { DecayedMoments } from '../../src/stats/decayed-moments.js';
import { obeysStatisticLaws } from '../laws/statistic-laws.js';
import { PortableStream } from '../support/portable-stream.js';
import { readExtent } from '../support/read-extent.js';

describe.each([{ halfLife: 5 }, { halfLife: 0.5, adjust: false }, { alpha: 0.01 }])('DecayedExtent %j', (options) => {
  obeysStatisticLaws({ make: () => new DecayedExtent(options), read: readExtent });
});

describe('DecayedExtent', () => {
  it('relaxes towards the decayed mean, and is pushed out at once', () => {
    const extent = new DecayedExtent({ halfLife: 20 });
    const moments = new DecayedMoments({ halfLife: 20 });
    const keep = 2 ** (-1 / 20);
    let [upper, lower] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
    for (const x of new PortableStream(1).gaussians(500)) {
      const mean = moments.count > 0 ? moments.mean : x;
      upper = Math.max(x, upper > Number.NEGATIVE_INFINITY ? mean + (upper - mean) * keep : x);
      lower = Math.min(x, lower < Number.POSITIVE_INFINITY ? mean + (lower - mean) * keep : x);
      moments.update(x);
      extent.update(x);
      expect(extent.max).toBeCloseTo(upper, 13);
      expect(extent.min).toBeCloseTo(lower, 13);
    }
  });

  it('always holds the newest value and the mean', () => {
    const offset = fc.constantFrom(0, 1e9, 1.7e12);
    fc.assert(
      fc.property(
        fc.float64Array({ min: -100, max: 100, noNaN: true, maxLength: 80, size: 'max' }),
        offset,
        (ys, by) => {
          const extent = new DecayedExtent({ halfLife: 3 });
          const moments = new DecayedMoments({ halfLife: 3 });
          for (const x of ys.map((y) => y + by)) {
            extent.update(x);
            moments.update(x);
            expect(extent.min <= x && x <= extent.max).toBe(true);
            expect(extent.min - moments.mean).toBeLessThanOrEqual(1e-13 * Math.abs(x));
            expect(moments.mean - extent.max).toBeLessThanOrEqual(1e-13 * Math.abs(x));
          }
        },
      ),
    );
  });

  it('relaxes far from zero as it does near it, however slowly', () => {
    const relaxed = (offset: number): number => {
      const extent = new DecayedExtent({ halfLife: 1e5 });
      for (const x of [0, 8, -8]) extent.update(offset + x);
      for (let i = 0; i < 2e5; i++) extent.update(offset + (i % 2 === 0 ? 1 : -1));
      return extent.max - offset;
    };
    expect(relaxed(0)).toBeCloseTo(2, 2);
    expect(Math.abs(relaxed(1.7e12) - relaxed(0))).toBeLessThan(2 ** -11);
  });

  it('has a defined answer for nothing, one value and flat series', () => {
    const extent = new DecayedExtent({ halfLife: 3 });
    expect(readExtent(extent)).toEqual([0, Number.NaN, Number.NaN]);
    extent.update(0.1);
    expect(readExtent(extent)).toEqual([1, 0.1, 0.1]);
    for (let i = 0; i < 99; i++) extent.update(0.1);
    expect(readExtent(extent)).toEqual([100, 0.1, 0.1]);
    expect(() => new DecayedExtent({ halfLife: 0 })).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
  });
});
