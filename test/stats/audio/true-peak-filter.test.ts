import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  interpolatedPeak,
  largestIn,
  leastMiddle,
  OVERSHOOT,
  PEAK_DELAY,
  PHASES,
  TAPS,
} from '../../../src/stats/audio/true-peak-filter.js';

const samples = fc.float64Array({ min: -4, max: 4, noNaN: true, minLength: TAPS, maxLength: TAPS });
/** As the recommendation has it: four filters. */
const plainPeak = (line: Float64Array) =>
  Math.max(...PHASES.map((taps) => Math.abs(taps.reduce((sum, tap, age) => sum + tap * line[TAPS - 1 - age]!, 0))));

describe('the interpolator', () => {
  // ITU-R BS.1770-4, Annex 2, table of the filter: some of its coefficients.
  it('has the coefficients of ITU-R BS.1770-4', () => {
    expect(PHASES.map((taps) => [taps[0], taps[6]])).toEqual([
      [0.001708984375, 0.97216796875],
      [-0.0291748046875, 0.77978515625],
      [-0.0189208984375, 0.465087890625],
      [-0.00830078125, 0.1373291015625],
    ]);
  });
  it('finds the largest of four filters', () => {
    fc.assert(
      fc.property(samples, (line) => {
        expect(interpolatedPeak(line, TAPS - 1)).toBeCloseTo(plainPeak(line), 13);
      }),
    );
  });
  it('is never above what the samples in its reach say', () => {
    const signs = PHASES.map((taps) => Float64Array.from(taps, Math.sign).reverse());
    const line = fc.oneof(samples, fc.constantFrom(...signs));
    fc.assert(
      fc.property(line, fc.double({ min: 0, max: 8, noNaN: true }), (xs, limit) => {
        const largest = largestIn(xs, 0, TAPS);
        const peak = interpolatedPeak(xs, TAPS - 1);
        expect(peak).toBeLessThanOrEqual(largest * OVERSHOOT);
        const middle = Math.max(Math.abs(xs[TAPS - 1 - PEAK_DELAY]!), Math.abs(xs[TAPS - PEAK_DELAY]!));
        if (middle <= leastMiddle(limit, largest)) expect(peak).toBeLessThanOrEqual(limit);
      }),
      { examples: signs.map((xs) => [xs, OVERSHOOT * (1 - 1e-9)]) },
    );
  });
});
