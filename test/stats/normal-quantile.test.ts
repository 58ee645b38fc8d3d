import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalCdf } from '../../src/stats/normal-cdf.js';
import { normalQuantile } from '../../src/stats/normal-quantile.js';

describe('normalCdf and normalQuantile', () => {
  it.each([
    [0, 0.5],
    [1, 0.8413447460685429],
    [-1, 0.15865525393145705],
    [-0.3, 0.3820885778110474],
    [-2.5, 0.006209665325776132],
    [-6, 9.865876450376981e-10],
    [-20, 2.7536241186062337e-89],
    [-37, 5.725571222524577e-300],
  ])('has %d at its known share', (z, p) => {
    expect(Math.abs(normalCdf(z) - p)).toBeLessThanOrEqual(4e-15 * p);
  });
  it.each([
    [0.975, 1.959963984540054],
    [0.75, 0.6744897501960817],
    [1e-7, -5.1993375821928165],
    [1e-300, -37.0471],
  ])('has the quantile of %d', (p, z) => {
    expect(normalQuantile(p)).toBeCloseTo(z, p < 1e-299 ? 4 : 14);
  });
  it('are each the inverse of the other', () => {
    fc.assert(
      fc.property(fc.double({ min: -5.2, max: 5.2, noNaN: true }), (z) => {
        expect(Math.abs(normalQuantile(normalCdf(z)) - z)).toBeLessThanOrEqual(1e-9);
        expect(normalCdf(z) + normalCdf(-z)).toBeCloseTo(1, 15);
      }),
    );
  });
  it('answer the ends, and NaN for what is no share', () => {
    expect([normalQuantile(0), normalQuantile(1)]).toEqual([Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]);
    expect([normalQuantile(-0.1), normalQuantile(1.1), normalQuantile(Number.NaN), normalCdf(Number.NaN)]).toEqual([
      Number.NaN,
      Number.NaN,
      Number.NaN,
      Number.NaN,
    ]);
    expect([normalCdf(Number.NEGATIVE_INFINITY), normalCdf(Number.POSITIVE_INFINITY)]).toEqual([0, 1]);
  });
});
