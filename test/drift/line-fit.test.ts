import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lineFit } from '../../src/drift/line-fit.js';
import { seededNormals } from '../support/seeded-normals.js';

const fitted = (xs: ArrayLike<number>) => {
  const state = new Float64Array(lineFit.stride);
  for (let t = 0; t < xs.length; t++) lineFit.learn(state, 0, xs[t]!);
  return state;
};

describe('lineFit', () => {
  it('is the line of least squares, and knows what it leaves', () => {
    fc.assert(
      fc.property(fc.float64Array({ min: -1e3, max: 1e3, noNaN: true, minLength: 2, maxLength: 200 }), (xs) => {
        const middle = (xs.length - 1) / 2;
        const mean = xs.reduce((a, b) => a + b, 0) / xs.length;
        const slope =
          xs.reduce((sum, x, t) => sum + (t - middle) * (x - mean), 0) /
          xs.reduce((sum, _, t) => sum + (t - middle) ** 2, 0);
        const squares = xs.reduce((sum, x, t) => sum + (x - mean - slope * (t - middle)) ** 2, 0);
        const [n, end, found, left] = fitted(xs);
        expect(n).toBe(xs.length);
        expect(Math.abs(end! - mean - slope * middle)).toBeLessThan(1e-8);
        expect(Math.abs(found! - slope)).toBeLessThan(1e-8);
        expect(Math.abs(left! - squares)).toBeLessThan(1e-6 * (1 + squares));
      }),
    );
  });
  it('believes a ramp, and neither noise nor what is constant', () => {
    for (let seed = 0; seed < 50; seed++) {
      const noise = seededNormals(seed, 150);
      expect(lineFit.isSteep(fitted(noise), 0, 20)).toBe(false);
      expect(lineFit.isSteep(fitted(noise.map((g, t) => g + 0.02 * t)), 0, 20)).toBe(true);
    }
    expect(lineFit.isSteep(fitted(new Float64Array(50).fill(7)), 0, 20)).toBe(false);
    expect(lineFit.isSteep(fitted(Float64Array.from({ length: 50 }, (_, t) => t)), 0, 20)).toBe(true);
  });
  it('measures a departure in what comes about the line, and in half steps where that is less', () => {
    const noise = seededNormals(3, 400);
    const ramp = fitted(noise.map((g, t) => g + t));
    expect(lineFit.departure(ramp, 0, 400)).toBeCloseTo(0, 0);
    expect(lineFit.departure(ramp, 0, 405)).toBeGreaterThan(4);
    expect(lineFit.departure(ramp, 0, 395)).toBeLessThan(-4);
    expect(lineFit.departure(fitted(noise), 0, 100)).toBe(0);
    const exact = fitted(Float64Array.from({ length: 50 }, (_, t) => 3 * t));
    expect(lineFit.departure(exact, 0, 150)).toBeCloseTo(0, 9);
    expect(lineFit.departure(exact, 0, 147)).toBeCloseTo(-2, 9);
    expect(lineFit.departure(fitted(Float64Array.from({ length: 31 }, (_, t) => t)), 0, 0)).toBe(0);
    for (const x of [7, 9, 1e150]) expect(lineFit.departure(fitted(new Float64Array(50).fill(7)), 0, x)).toBe(0);
  });
});
