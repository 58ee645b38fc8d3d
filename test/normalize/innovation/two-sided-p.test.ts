import { expect, it } from 'vitest';
import { twoSidedP } from '../../../src/normalize/innovation/two-sided-p.js';

it('twoSidedP is the normal one where the law is normal', () => {
  expect(twoSidedP(1.959963984540054, 1)).toBeCloseTo(0.05, 14);
  expect(twoSidedP(-3, 1)).toBeCloseTo(0.0026997960632601866, 15);
});
it('twoSidedP is that of Student t with two degrees of freedom where the law is heavy', () => {
  // 1 − t / √(2 + t²) at t = κ·z, and it keeps its digits far out, where that difference has none left.
  for (const z of [0.1, 1, 4, 30]) {
    const t = 1.364989633530465 * z;
    expect(twoSidedP(z, 0)).toBeCloseTo(1 - t / Math.sqrt(2 + t * t), 14);
  }
  expect(twoSidedP(1e9, 0) * 1e18).toBeCloseTo(1 / 1.364989633530465 ** 2, 10);
});
it('twoSidedP is a chance, 1 at the center, falling to both sides alike', () => {
  for (const share of [0, 0.3, 1]) {
    expect(twoSidedP(0, share)).toBeCloseTo(1, 15);
    let last = 1.000001;
    for (let z = 0; z < 12; z += 0.01) {
      const p = twoSidedP(z, share);
      expect(p).toBeLessThan(last);
      expect(twoSidedP(-z, share)).toBe(p);
      last = p;
    }
  }
  expect(twoSidedP(Number.NaN, 0.5)).toBeNaN();
});
