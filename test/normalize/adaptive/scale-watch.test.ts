import { describe, expect, it } from 'vitest';
import { Present } from '../../../src/normalize/adaptive/present.js';
import { ScaleWatch } from '../../../src/normalize/adaptive/scale-watch.js';
import { mScaleScore } from '../../../src/stats/m-scale-score.js';
import { seededNormals } from '../../support/seeded-normals.js';

/** Values to the first alarm, its kind, and what it says. */
function firstAlarm(eps: Float64Array) {
  const watch = new ScaleWatch();
  const state = new Float64Array(ScaleWatch.stride);
  for (let t = 0; t < eps.length; t++) {
    const square = eps[t]! * eps[t]!;
    const event = watch.learn(
      state,
      0,
      Object.assign(new Present(), { square, score: mScaleScore(square), weight: 1 }),
    );
    if (event !== 0) {
      return { t: t + 1, event, delay: watch.delay(state, 0, event), ratio: watch.ratio(state, 0, event) };
    }
  }
  return undefined;
}

describe('ScaleWatch', () => {
  it('is silent on a million normal innovations, but for a handful', () => {
    let alarms = 0;
    for (let i = 0; i < 20; i++) if (firstAlarm(seededNormals(i, 50_000)) !== undefined) alarms++;
    expect(alarms).toBeLessThanOrEqual(4);
  });
  it('finds a doubled and a halved scale, and by how much the variance changed', () => {
    for (const [factor, event] of [
      [2, 2],
      [0.5, -2],
    ] as const) {
      for (let seed = 0; seed < 20; seed++) {
        const alarm = firstAlarm(seededNormals(seed + 70, 2000).map((g) => factor * g))!;
        expect(alarm.event).toBe(event);
        expect(alarm.t).toBeLessThan(200);
        expect(alarm.delay).toBeLessThanOrEqual(alarm.t);
        expect(Math.abs(Math.log2(alarm.ratio) - Math.log2(factor * factor))).toBeLessThan(1.2);
      }
    }
  });
  it('waits for eight values however wild the first are', () => {
    expect(firstAlarm(new Float64Array(50).fill(8))!.t).toBeGreaterThanOrEqual(8);
  });
});
