import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Extent } from '../../src/stats/extent.js';
import { type LawSubject, obeysMergeLaw, obeysStatisticLaws } from '../laws/statistic-laws.js';
import { expectSameExtent } from '../support/expect-same-extent.js';
import { readExtent } from '../support/read-extent.js';

const subject: LawSubject<Extent> = { make: () => new Extent(), read: readExtent };

function summarize(...xs: number[]): Extent {
  const extent = new Extent();
  extent.updateMany(Float64Array.from(xs));
  return extent;
}

describe('Extent', () => {
  obeysStatisticLaws(subject);
  obeysMergeLaw(subject, expectSameExtent);

  it('is the smallest and the largest', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -1e150, max: 1e150, noNaN: true }), { minLength: 1 }), (xs) => {
        expect(readExtent(summarize(...xs))).toEqual([xs.length, Math.min(...xs), Math.max(...xs)]);
      }),
    );
  });

  it('has a defined answer for nothing, one value, denormals and zeros of either sign', () => {
    expect(readExtent(summarize())).toEqual([0, Number.NaN, Number.NaN]);
    expect(readExtent(summarize(7))).toEqual([1, 7, 7]);
    expect(readExtent(summarize(5e-324, -5e-324))).toEqual([2, -5e-324, 5e-324]);
    expect(readExtent(summarize(0, -0))).toEqual([2, -0, 0]);
    expect(readExtent(summarize(3, Number.POSITIVE_INFINITY, -1e308, Number.NaN))).toEqual([1, 3, 3]);
  });
});
