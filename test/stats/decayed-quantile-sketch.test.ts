import { describe, expect, it } from 'vitest';
import { DecayedQuantileSketch } from '../../src/stats/decayed-quantile-sketch.js';
import { TimeDecayedQuantileSketch } from '../../src/stats/time-decayed-quantile-sketch.js';
import { obeysMergeLaw, obeysStatisticLaws } from '../laws/statistic-laws.js';
import { PortableStream } from '../support/portable-stream.js';

type Sketch = DecayedQuantileSketch | TimeDecayedQuantileSketch;
const shares = [0.05, 0.25, 0.5, 0.75, 0.95];
const read = (s: Sketch): number[] => [
  s.count,
  s.min,
  s.max,
  s.medianDeviation(),
  ...shares.flatMap((p) => [s.quantile(p), s.rank(p)]),
];
const quartileRange = (s: Sketch): number => s.quantile(0.75) - s.quantile(0.25);

/** The weighted quantile by definition: the first value up to which a share `p` of the weight lies. */
function weightedQuantile(xs: Float64Array, weights: Float64Array, p: number): number {
  const order = [...xs.keys()].sort((i, j) => xs[i]! - xs[j]!);
  const total = weights.reduce((sum, w) => sum + w, 0);
  let sum = 0;
  for (const i of order) {
    sum += weights[i]!;
    if (sum >= p * total) return xs[i]!;
  }
  return Number.NaN;
}

describe('DecayedQuantileSketch', () => {
  obeysStatisticLaws({ make: () => new DecayedQuantileSketch({ halfLife: 9, maxBins: 200 }), read });
  obeysStatisticLaws({ make: () => new DecayedQuantileSketch({ halfLife: 0.01, maxBins: 128, pivot: 2 }), read });

  it('weighs an observation by half for each half-life since', () => {
    const xs = new PortableStream(3).gaussians(6000);
    const sketch = new DecayedQuantileSketch({ halfLife: 500 });
    sketch.updateMany(xs);
    const weights = xs.map((_, i) => 2 ** ((i - xs.length) / 500));
    for (const p of shares) {
      expect(Math.abs(sketch.quantile(p) - weightedQuantile(xs, weights, p))).toBeLessThan(0.03);
    }
    expect(sketch.count).toBe(6000);
  });
  it('moves to another level and another spread', () => {
    const sketch = new DecayedQuantileSketch({ halfLife: 200 });
    const stream = new PortableStream(4);
    for (const [level, spread] of [
      [0, 1],
      [1e6, 1],
      [5, 1e-4],
      [5, 1e5],
      [0, 1],
    ] as const) {
      for (let i = 0; i < 8000; i++) sketch.update(level + spread * stream.gaussian());
      expect(Math.abs(sketch.quantile(0.5) - level)).toBeLessThan(0.25 * spread);
      expect(Math.abs(quartileRange(sketch) / (1.349 * spread) - 1)).toBeLessThan(0.25);
      expect(Math.abs(sketch.min - level)).toBeLessThan(7 * spread);
      expect(Math.abs(sketch.max - level)).toBeLessThan(7 * spread);
    }
  });
  it('never overflows, however long it runs', () => {
    const sketch = new DecayedQuantileSketch({ halfLife: 1 });
    for (let i = 0; i < 5000; i++) sketch.update(i % 3);
    expect(sketch.quantile(0.5)).toBeGreaterThanOrEqual(0);
    expect(sketch.state.every(Number.isFinite)).toBe(true);
  });
  it('appends what came later', () => {
    const xs = new PortableStream(8).gaussians(1500);
    const make = () => new DecayedQuantileSketch({ halfLife: 100, pivot: 0 });
    const whole = make();
    whole.updateMany(xs);
    const joined = make();
    const later = make();
    joined.updateMany(xs, 0, 900);
    later.updateMany(xs, 900);
    joined.append(later);
    for (const p of shares) expect(joined.quantile(p)).toBeCloseTo(whole.quantile(p), 10);
    expect(joined.count).toBe(1500);
  });
  it('refuses a half-life that is none', () => {
    expect(() => new DecayedQuantileSketch({ halfLife: 0 })).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION' }),
    );
    expect(() => new TimeDecayedQuantileSketch({ halfLife: -1 })).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION' }),
    );
  });
});

describe('TimeDecayedQuantileSketch', () => {
  const make = () => new TimeDecayedQuantileSketch({ halfLife: 700, maxBins: 300, pivot: 0 });
  obeysStatisticLaws({ make, read });
  obeysStatisticLaws({ make: () => new TimeDecayedQuantileSketch({ halfLife: 1 }), read });
  obeysMergeLaw<TimeDecayedQuantileSketch>({ make, read }, (actual, expected, { xs }) => {
    const size = Math.max(1, ...xs.map(Math.abs));
    expect(actual.count).toBe(expected.count);
    for (const p of shares) {
      // At a step of the distribution the last bit of a weight decides on which side of it the answer is.
      const near = [p - 1e-9, p, p + 1e-9].map((q) => expected.quantile(q));
      const [low, high] = [Math.min(...near), Math.max(...near)];
      if (xs.length === 0) continue;
      expect(actual.quantile(p)).toBeGreaterThanOrEqual(low - 1e-6 * size);
      expect(actual.quantile(p)).toBeLessThanOrEqual(high + 1e-6 * size);
    }
  });

  it('ends the same in any order of delivery', () => {
    const xs = new PortableStream(6).gaussians(800);
    const order = [...xs.keys()].sort((i, j) => ((i * 7919) % 800) - ((j * 7919) % 800));
    const [straight, shuffled] = [make(), make()];
    for (const i of xs.keys()) straight.update(xs[i]!, i * 10);
    for (const i of order) shuffled.update(xs[i]!, i * 10);
    for (const p of shares) expect(shuffled.quantile(p)).toBeCloseTo(straight.quantile(p), 6);
  });
  it('weighs a late value by its age', () => {
    const sketch = new TimeDecayedQuantileSketch({ halfLife: 700 });
    sketch.update(100, 7000);
    sketch.update(0, 0);
    expect(sketch.rank(50)).toBeCloseTo(2 ** -10 / (1 + 2 ** -10), 10);
  });
  it('begins anew after a gap in which all has faded', () => {
    const sketch = new TimeDecayedQuantileSketch({ halfLife: 1 });
    for (let i = 0; i < 100; i++) sketch.update(i, i / 10);
    sketch.update(-3, 1e6);
    expect([sketch.min, sketch.quantile(0.5), sketch.max, sketch.count]).toEqual([-3, -3, -3, 101]);
    sketch.update(0, 5);
    expect([sketch.min, sketch.max, sketch.count]).toEqual([-3, -3, 102]);
  });
});
