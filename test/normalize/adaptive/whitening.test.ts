import { describe, expect, it } from 'vitest';
import { Present } from '../../../src/normalize/adaptive/present.js';
import { Whitening } from '../../../src/normalize/adaptive/whitening.js';
import { mScaleScore } from '../../../src/stats/m-scale-score.js';
import { seededNormals } from '../../support/seeded-normals.js';

function innovations(xs: Float64Array): Float64Array {
  const whitening = new Whitening(2048);
  const state = new Float64Array(Whitening.stride);
  whitening.open(state, 0);
  return xs.map((v) => {
    const now = Object.assign(new Present(), { v, weight: 1 });
    const [before, short] = [state[0], whitening.short(state, 0)];
    whitening.judge(state, 0, now);
    const { eps } = now;
    expect([now.square, now.score, now.last]).toEqual([eps * eps, mScaleScore(eps * eps), before]);
    expect(now.short).toBe(short + 0.2062994740159002 * (v - short));
    whitening.learn(state, 0, now);
    expect([state[0], whitening.short(state, 0)]).toEqual([v, now.short]);
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
  it('counts innovations that normal noise never has, and forgets them', () => {
    const whitening = new Whitening(2048);
    const state = new Float64Array(Whitening.stride);
    whitening.open(state, 0);
    const learn = (v: number) => {
      const now = Object.assign(new Present(), { v, weight: 1 });
      whitening.judge(state, 0, now);
      whitening.learn(state, 0, now);
    };
    for (const g of seededNormals(7, 2000)) learn(g);
    expect(whitening.outliers(state, 0)).toBeLessThan(1.01);
    for (const g of seededNormals(8, 600)) {
      learn(g);
      learn(g > 0.5 ? 6 * g + 3 : g);
    }
    expect(whitening.outliers(state, 0)).toBeGreaterThan(2);
    for (const g of seededNormals(9, 4000)) learn(g);
    expect(whitening.outliers(state, 0)).toBeLessThan(1);
  });
});
