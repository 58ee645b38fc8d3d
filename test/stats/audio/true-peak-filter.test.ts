import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { interpolatedPeak, nextLoud, PHASES, TAPS } from '../../../src/stats/audio/true-peak-filter.js';

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
  it('is above a limit nowhere but where it is looked for, and that is not far below a peak', () => {
    const energiesOf = (line: Float64Array) => {
      const energies = new Float64Array(line.length + 1);
      line.forEach((x, i) => {
        energies[i + 1] = energies[i]! + x * x;
      });
      return energies;
    };
    const signs = PHASES.map((taps) => Float64Array.from(taps, Math.sign).reverse());
    const same = PHASES.map((taps) => Float64Array.from(taps).reverse());
    const lines = fc.array(fc.oneof(samples, fc.constantFrom(...signs, ...same)), { minLength: 1, maxLength: 4 });
    const size = fc.double({ min: 1e-3, max: 1e3, noNaN: true });
    fc.assert(
      fc.property(lines, size, fc.double({ min: 0, max: 3, noNaN: true }), (parts, by, limit) => {
        const line = Float64Array.from(
          parts.flatMap((part) => [...part]),
          (x) => x * by,
        );
        const energies = energiesOf(line);
        const isLooked = new Set<number>();
        for (let i = TAPS - 1; i < line.length; i++) {
          i = nextLoud(energies, i, line.length, limit * by);
          isLooked.add(i);
        }
        for (let i = TAPS - 1; i < line.length; i++)
          if (!isLooked.has(i)) expect(interpolatedPeak(line, i)).toBeLessThanOrEqual(limit * by);
      }),
    );
    for (const line of same) {
      const peak = plainPeak(line);
      expect(nextLoud(energiesOf(line), TAPS - 1, TAPS, 0.999 * peak)).toBe(TAPS - 1);
      expect(nextLoud(energiesOf(line), TAPS - 1, TAPS, 1.17 * peak)).toBe(TAPS);
    }
    const huge = energiesOf(new Float64Array(TAPS).fill(1e200));
    expect(nextLoud(huge, TAPS - 1, TAPS, 1e300)).toBe(TAPS - 1);
  });
});
