import { describe, expect, it } from 'vitest';
import { LevelWatch } from '../../../src/normalize/adaptive/level-watch.js';
import { seededNormals } from '../../support/seeded-normals.js';

/** Values to the first alarm and its direction, in a regime with center 0 and scale 1. */
function firstAlarm(xs: Float64Array): { t: number; side: number; n: number; mean: number } | undefined {
  const watch = new LevelWatch();
  const state = new Float64Array(LevelWatch.stride);
  let short = 0;
  let last = 0;
  for (let t = 0; t < xs.length; t++) {
    const x = xs[t]!;
    short += 0.2 * (x - short);
    if (watch.learn(state, 0, x, x, x, 1, 1)) {
      const side = watch.shift(state, 0, 0, 1, short, x + last);
      if (side !== 0) {
        const place = watch.shadowAt(0, side);
        return { t: t + 1, side, n: -state[place]!, mean: state[place + 1]! };
      }
    }
    last = x;
  }
  return undefined;
}

describe('LevelWatch', () => {
  it('is silent on normal noise', () => {
    for (let seed = 0; seed < 20; seed++) expect(firstAlarm(seededNormals(seed, 20_000))).toBeUndefined();
  });
  it('finds a shift up or down, and what the new level is', () => {
    for (const shift of [3, -3, 8, -8]) {
      for (let seed = 0; seed < 20; seed++) {
        const alarm = firstAlarm(seededNormals(seed + 40, 300).map((g) => shift + g))!;
        expect(alarm.side).toBe(Math.sign(shift));
        expect(alarm.t).toBeGreaterThanOrEqual(8);
        expect(alarm.t).toBeLessThan(25);
        expect(alarm.n).toBeLessThanOrEqual(alarm.t);
        expect(Math.abs(alarm.mean - shift)).toBeLessThan(1.2);
      }
    }
  });
  it('lets a burst of up to five values of any size pass', () => {
    for (let length = 1; length <= 5; length++) {
      const xs = seededNormals(length, 2000).map((g, t) => (t >= 1000 && t < 1000 + length ? 1e6 : g));
      expect(firstAlarm(xs.map((x) => Math.max(-8, Math.min(8, x))))).toBeUndefined();
    }
  });
});
