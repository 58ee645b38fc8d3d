import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EpochDetector } from '../../src/drift/epoch-detector.js';
import { seededNormals } from '../support/seeded-normals.js';

/** Time and kind of every alarm. */
function alarms(xs: Float64Array): [number, number][] {
  const detector = new EpochDetector();
  const state = new Float64Array(EpochDetector.stride);
  const found: [number, number][] = [];
  for (let t = 0; t < xs.length; t++) {
    const event = detector.update(state, 0, xs[t]!, t);
    if (event !== 0) found.push([t, event]);
  }
  expect(detector.epochs(state, 0)).toBe(found.length);
  return found;
}

/** Median number of values, over 60 series, from a change at 1000 to the first alarm after it, of kind `event` if given. */
function medianDelay(change: (g: number) => number, event?: number): number {
  const delays = Array.from({ length: 60 }, (_, i) => {
    const xs = seededNormals(1000 + i, 3000).map((g, t) => (t < 1000 ? g : change(g)));
    const alarm = alarms(xs).find(([t, kind]) => t >= 1000 && (event === undefined || kind === event));
    return alarm === undefined ? Number.POSITIVE_INFINITY : alarm[0] - 1000 + 1;
  });
  return delays.sort((a, b) => a - b)[30]!;
}

describe('EpochDetector', () => {
  it('raises at most three false alarms in a million values of normal noise', () => {
    let count = 0;
    for (let i = 0; i < 40; i++) count += alarms(seededNormals(50 + i, 25_000)).length;
    expect(count).toBeLessThanOrEqual(3);
  });
  it('finds a shift of the level within a few values', () => {
    expect(medianDelay((g) => g + 1, 1)).toBeLessThanOrEqual(25);
    expect(medianDelay((g) => g - 2, -1)).toBeLessThanOrEqual(9);
    expect(medianDelay((g) => g + 3, 1)).toBeLessThanOrEqual(6);
  });
  it('finds a change of the scale', () => {
    // Doubled noise may well pass for a shift first; halved noise cannot.
    expect(medianDelay((g) => 2 * g)).toBeLessThanOrEqual(46);
    expect(medianDelay((g) => g / 2, -2)).toBeLessThanOrEqual(58);
  });
  it('does not take autocorrelation for shifts', () => {
    let x = 0;
    const xs = seededNormals(7, 200_000).map((g) => (x = 0.5 * x + g));
    expect(alarms(xs).length).toBeLessThanOrEqual(3);
  });
  it('sees the same in every unit and direction', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: -200, max: 200 }), (seed, power) => {
        const xs = seededNormals(seed, 600).map((g, t) => (t < 300 ? g : t < 450 ? g + 4 : 4 + 5 * g));
        const plain = alarms(xs);
        expect(plain.length).toBeGreaterThan(0);
        expect(alarms(xs.map((x) => x * 2 ** power))).toEqual(plain);
        expect(alarms(xs.map((x) => -x))).toEqual(plain.map(([t, e]) => [t, Math.abs(e) === 1 ? -e : e]));
      }),
      { numRuns: 30 },
    );
  });
  it('waits for a first change before it judges', () => {
    expect(alarms(new Float64Array(6000).fill(5))).toEqual([]);
    expect(alarms(Float64Array.from({ length: 100 }, (_, t) => (t < 50 ? 5 : 6)))).not.toContainEqual([50, 1]);
  });
});
