import { describe, expect, it } from 'vitest';
import { Adwin } from '../../src/drift/adwin.js';
import { createDetector } from '../../src/drift/create-detector.js';
import { Cusum } from '../../src/drift/cusum.js';
import { JointDetector } from '../../src/drift/joint-detector.js';
import { SelfStarting } from '../../src/drift/self-starting.js';
import { alarms, fresh, obeysDetectorLaws } from '../laws/detector-laws.js';
import { seededNormals } from '../support/seeded-normals.js';

const known = { center: 0, scale: 1 };

describe('SelfStarting', () => {
  obeysDetectorLaws({ make: () => new SelfStarting(new Cusum({ threshold: 8, reference: known })) });
  it('sees the same in every unit and at every level', () => {
    const xs = seededNormals(4, 900).map((g, t) => (t < 600 ? g : g + 2));
    const plain = alarms(fresh(new SelfStarting(new Adwin({ clock: 1 }))), xs);
    expect(plain.length).toBeGreaterThan(0);
    for (const [factor, level] of [
      [2 ** 40, 0],
      [2 ** -40, 0],
      [1, 2 ** 20],
    ] as const) {
      const moved = xs.map((x) => factor * x + level);
      expect(alarms(fresh(new SelfStarting(new Adwin({ clock: 1 }))), moved)).toEqual(plain);
    }
  });
  it('hands on N(0, 1) from the first value that it judges', () => {
    let sum = 0;
    let squares = 0;
    let far = 0;
    let count = 0;
    const spy = new Cusum({ reference: known });
    const watched = new Proxy(spy, {
      get: (target, property) =>
        property === 'update'
          ? (u: number) => {
              sum += u;
              squares += u * u;
              if (Math.abs(u) > 3) far++;
              count++;
              return 0;
            }
          : Reflect.get(target, property),
    });
    const detector = fresh(new SelfStarting(watched));
    for (let seed = 1; seed <= 4000; seed++) {
      detector.reset();
      for (const x of seededNormals(seed, 60)) detector.update(1e6 + 1e-3 * x);
    }
    expect(count).toBe(4000 * 30);
    expect(Math.abs(sum / count)).toBeLessThan(0.012);
    expect(Math.abs(squares / count - 1)).toBeLessThan(0.02);
    // 0.0027 of N(0, 1): Student's t with 30 degrees of freedom would have twice as many.
    expect(far / count).toBeGreaterThan(0.0021);
    expect(far / count).toBeLessThan(0.0033);
  });
});

describe('JointDetector', () => {
  obeysDetectorLaws({ make: () => new JointDetector() });

  const delays = (change: (g: number) => number, kind: number) =>
    Array.from({ length: 60 }, (_, i) => {
      const detector = fresh(new JointDetector());
      const found = alarms(
        detector,
        seededNormals(1000 + i, 4000).map((g, t) => (t < 2000 ? g : change(g))),
      ).find(([t, event]) => t >= 2000 && (kind === 0 || event === kind));
      return found === undefined ? Number.POSITIVE_INFINITY : found[0] - 1999;
    }).sort((a, b) => a - b);
  const median = (sorted: number[]) => sorted[sorted.length >> 1]!;

  it('raises at most three false alarms in a million values of normal noise', () => {
    let count = 0;
    for (let i = 0; i < 40; i++) count += alarms(fresh(new JointDetector()), seededNormals(50 + i, 25_000)).length;
    expect(count).toBeLessThanOrEqual(3);
  });
  it('finds shifts of the level and changes of the scale', () => {
    expect(median(delays((g) => g + 0.5, 1))).toBeLessThanOrEqual(95);
    expect(median(delays((g) => g - 1, -1))).toBeLessThanOrEqual(26);
    expect(median(delays((g) => g + 2, 1))).toBeLessThanOrEqual(10);
    expect(median(delays((g) => 2 * g, 0))).toBeLessThanOrEqual(40);
    expect(median(delays((g) => g / 2, -2))).toBeLessThanOrEqual(46);
  });
  it('says how far and how long ago', () => {
    for (const [change, low, high] of [
      [(g: number) => g + 2, 1.2, 3],
      [(g: number) => 3 * g, 1.8, 4.5],
      [(g: number) => g / 4, 0.1, 0.5],
    ] as const) {
      const sizes: number[] = [];
      for (let seed = 1; seed <= 30; seed++) {
        const detector = fresh(new JointDetector());
        const xs = seededNormals(seed, 2000).map((g, t) => 5 + 10 * (t < 1000 ? g : change(g)));
        for (const [t, x] of xs.entries()) {
          if (detector.update(x) === 0 || t < 1000) continue;
          sizes.push(detector.size);
          expect(Math.abs(t - detector.delay - 999)).toBeLessThan(60);
          break;
        }
      }
      sizes.sort((a, b) => a - b);
      expect(sizes[15]).toBeGreaterThan(low);
      expect(sizes[15]).toBeLessThan(high);
    }
  });
  it('does not take autocorrelation for shifts', () => {
    let x = 0;
    const xs = seededNormals(7, 200_000).map((g) => {
      x = 0.5 * x + g;
      return x;
    });
    expect(alarms(fresh(new JointDetector()), xs).length).toBeLessThanOrEqual(3);
  });
});

describe('createDetector', () => {
  const refused: [options: object | string, message: string][] = [
    ['adwim', 'detector must be one of "joint"'],
    [{ name: 'adwin', falseAlarmEvery: 9 }, 'falseAlarmEvery must be a number of values from 10 to 1e9, got 9'],
    [{ name: 'kswin', falseAlarmEvery: 50 }, 'falseAlarmEvery must be at least 110 for kswin, got 50'],
    [{ falseAlarmEvery: Number.NaN }, 'falseAlarmEvery must be'],
    [{ name: 'adwin', falseAlarmEvery: 100, delta: 0.1 }, 'delta must be absent: falseAlarmEvery says the same thing'],
    [{ name: 'shewhart', alpha: 0.1 }, 'alpha must be absent: shewhart does not have it'],
    [{ name: 'adwin', clock: 7 }, 'clock must be 1 or 32'],
    [{ name: 'cusum', smallestShift: -1 }, 'smallestShift must be'],
  ];
  for (const [options, message] of refused)
    it(`refuses ${JSON.stringify(options)}`, () => {
      expect(() => createDetector(options as 'adwin')).toThrow(message);
      expect(() => createDetector(options as 'adwin')).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
    });
});
