import { describe, expect, it } from 'vitest';
import { Whitening } from '../../../src/normalize/adaptive/whitening.js';
import { mScaleScore } from '../../../src/stats/m-scale-score.js';
import { seededNormals } from '../../support/seeded-normals.js';

function innovations(xs: Float64Array): Float64Array {
  const whitening = new Whitening(2048);
  const state = new Float64Array(Whitening.stride);
  whitening.open(state, 0);
  return xs.map((v) => {
    const eps = whitening.innovation(state, 0, v);
    expect(whitening.shortMean(state, 0, v)).toBe(
      whitening.short(state, 0) + 0.2062994740159002 * (v - whitening.short(state, 0)),
    );
    whitening.learn(state, 0, v, eps * eps, mScaleScore(eps * eps), 1);
    expect(whitening.last(state, 0)).toBe(v);
    return eps;
  });
}

/** Lag-1 correlation and mean square of the later part. */
function summary(eps: Float64Array): { correlation: number; square: number } {
  let square = 0;
  let product = 0;
  for (let t = 1000; t < eps.length; t++) {
    square += eps[t]! ** 2;
    product += eps[t]! * eps[t - 1]!;
  }
  return { correlation: product / square, square: square / (eps.length - 1000) };
}

describe('Whitening', () => {
  it('leaves of an autoregressive series what is new, at scale 1', () => {
    for (const a of [0, 0.5, 0.9]) {
      let x = 0;
      const { correlation, square } = summary(
        innovations(seededNormals(5, 20_000).map((g) => (x = a * x + Math.sqrt(1 - a * a) * g))),
      );
      expect(Math.abs(correlation)).toBeLessThan(0.08);
      expect(square).toBeCloseTo(1, 0);
    }
  });
  it('never answers more than 8 scales', () => {
    const eps = innovations(seededNormals(6, 3000).map((g, t) => (t % 500 === 499 ? 1e3 : 0.01 * g)));
    expect(Math.max(...eps)).toBe(8);
  });
});
