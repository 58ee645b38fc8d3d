import { expect, it } from 'vitest';
import { mScaleScore } from '../../src/stats/m-scale-score.js';

it('mScaleScore averages 1 over the normal distribution', () => {
  let mean = 0;
  const step = 1e-3;
  for (let x = -12; x < 12; x += step)
    mean += (mScaleScore(x * x) * Math.exp((-x * x) / 2) * step) / Math.sqrt(2 * Math.PI);
  expect(mean).toBeCloseTo(1, 8);
});
it('mScaleScore rises from 0 towards 3, never reaching it by much', () => {
  let last = mScaleScore(0);
  expect(last).toBe(0);
  for (let square = 0.01; square < 1e30; square *= 3) {
    const score = mScaleScore(square);
    expect(score).toBeGreaterThanOrEqual(last - 1e-15);
    expect(score).toBeLessThanOrEqual(3 + 1e-15);
    last = score;
  }
});
