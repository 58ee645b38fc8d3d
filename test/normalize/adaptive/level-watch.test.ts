import { describe, expect, it } from 'vitest';
import { LevelWatch } from '../../../src/normalize/adaptive/level-watch.js';
import { Present } from '../../../src/normalize/adaptive/present.js';
import { seededNormals } from '../../support/seeded-normals.js';

/** Values to the first alarm and its direction, in a regime with center 0 and scale 1. */
function firstAlarm(
  xs: Float64Array,
): { t: number; side: number; n: number; mean: number; squares: number } | undefined {
  const watch = new LevelWatch();
  const state = new Float64Array(LevelWatch.stride);
  let short = 0;
  let last = 0;
  for (let t = 0; t < xs.length; t++) {
    const x = xs[t]!;
    short += 0.2 * (x - short);
    const now = present(x, { short, last });
    if (watch.learn(state, 0, now)) {
      const side = watch.shift(state, 0, now);
      if (side !== 0) {
        const place = watch.shadowAt(0, side);
        return {
          t: t + 1,
          side,
          n: Math.abs(state[place]!),
          mean: state[place + 1]!,
          squares: watch.innovations(state, 0, side),
        };
      }
    }
    last = x;
  }
  return undefined;
}

/** A value `x` of a known regime with center 0 and scale 1. */
function present(x: number, of: Partial<Present> = {}): Present {
  const now = {
    x,
    u: x,
    v: x,
    eps: x,
    weight: 1,
    tau: 1,
    center: 0,
    scale: 1,
    short: x,
    last: x,
    known: true,
    trusting: true,
  };
  return Object.assign(new Present(), now, { square: (of.eps ?? x) ** 2 }, of);
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
        expect(alarm.t).toBeGreaterThanOrEqual(7);
        expect(alarm.t).toBeLessThan(25);
        expect(alarm.n).toBeLessThanOrEqual(alarm.t);
        expect(Math.abs(alarm.mean - shift)).toBeLessThan(1.2);
      }
    }
  });
  it('lets a burst of up to six values of any size pass', () => {
    for (let length = 1; length <= 6; length++) {
      const xs = seededNormals(length, 2000).map((g, t) => (t >= 1000 && t < 1000 + length ? 1e6 : g));
      expect(firstAlarm(xs.map((x) => Math.max(-8, Math.min(8, x))))).toBeUndefined();
    }
  });
  it('sees on a correlated series by its first innovation what the sums see late, unless innovations are not to be trusted', () => {
    // A shift by four scales under whitening by .95: one large innovation, then next to none.
    const alarmAt = (trusting: boolean): number | undefined => {
      const watch = new LevelWatch();
      const state = new Float64Array(LevelWatch.stride);
      for (let t = 0; t < 60; t++) {
        const eps = t === 0 ? 8 : 0.6;
        const now = present(4, { eps, tau: 40, trusting });
        if (watch.learn(state, 0, now) && watch.shift(state, 0, now) === 1) return t + 1;
      }
      return undefined;
    };
    expect(alarmAt(true)).toBe(7);
    expect(alarmAt(false)).toBeUndefined();
  });
  it('sums the squared innovations of a shadow but for the first', () => {
    const { n, squares } = firstAlarm(new Float64Array(20).fill(7))!;
    expect(squares).toBeCloseTo(49 * (n - 1), 9);
  });
});
