import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { QuantileSketch } from '../../src/stats/quantile-sketch.js';
import { type Agree, obeysMergeLaw, obeysStatisticLaws } from '../laws/statistic-laws.js';
import { PortableStream } from '../support/portable-stream.js';

const shares = [0, 0.01, 0.1, 0.25, 0.5, 0.7, 0.9, 0.99, 1];
const read = (s: QuantileSketch): number[] => [
  s.count,
  s.min,
  s.max,
  s.accuracy,
  s.medianDeviation(),
  ...shares.flatMap((p) => [s.quantile(p), s.valueAt(p)]),
  ...[-100, 0, 1, 5e5].flatMap((x) => [s.rank(x), s.position(x)]),
];
const sketchOf = (xs: Iterable<number>, options = {}): QuantileSketch => {
  const sketch = new QuantileSketch(options);
  for (const x of xs) sketch.update(x);
  return sketch;
};

/** Linear quantile of a batch, as numpy has it. */
function batchQuantile(sorted: Float64Array, p: number): number {
  const place = p * (sorted.length - 1);
  const low = sorted[Math.floor(place)]!;
  return low + (place % 1) * (sorted[Math.ceil(place)]! - low);
}

/** The bound: relative to the distance from the pivot, of the two order statistics that the true quantile is between. */
function expectWithin(
  sketch: QuantileSketch,
  xs: Iterable<number>,
  pivot: number,
  share: readonly number[],
  extra = 0,
): void {
  const sorted = Float64Array.from(xs).sort();
  for (const p of share) {
    const place = p * (sorted.length - 1);
    const size = Math.max(...[Math.floor(place), Math.ceil(place)].map((i) => Math.abs(sorted[i]! - pivot)));
    const error = Math.abs(sketch.quantile(p) - batchQuantile(sorted, p));
    const bound = sketch.accuracy * size * (1 + 1e-9) + extra + 1e-14 * Math.abs(pivot);
    expect(error <= bound, `p ${p}: ${error} above ${bound}`).toBe(true);
  }
}

const wide = fc.oneof(
  fc.double({ noNaN: true, min: -1e150, max: 1e150 }),
  fc.double({ noNaN: true, min: -100, max: 100 }),
  fc.integer({ min: -5, max: 5 }),
);
const whole = fc.integer({ min: -1e6, max: 1e6 });

describe('QuantileSketch around a given pivot', () => {
  const make = () => new QuantileSketch({ pivot: 0, maxBins: 256, accuracy: 0.02 });
  const agree: Agree<QuantileSketch> = (actual, expected) => {
    expect(actual.count).toBe(expected.count);
    expect(read(actual)).toEqual(read(expected));
  };
  obeysStatisticLaws({ make, read, values: wide });
  obeysMergeLaw({ make, read, values: wide }, agree);

  it('keeps its bound for every value', () => {
    fc.assert(
      fc.property(fc.array(wide, { minLength: 1, maxLength: 300 }), fc.constantFrom(0, 1000), (xs, pivot) => {
        const sketch = sketchOf(xs, { pivot, maxBins: 200 });
        expectWithin(sketch, xs, pivot, shares, 1e-300);
        // A zero may come out with either sign.
        expect(sketch.min + 0).toBe(Math.min(...xs) + 0);
        expect(sketch.max + 0).toBe(Math.max(...xs) + 0);
      }),
      { examples: [[[-0, 0], 0]] },
    );
  });
  it('has every quantile of 1 to 10000 within 1 %', () => {
    const sketch = sketchOf(
      Array.from({ length: 10_000 }, (_, i) => i + 1),
      { pivot: 0 },
    );
    expect(sketch.accuracy).toBeCloseTo(0.01, 15);
    for (let i = 0; i <= 1000; i++) {
      const truth = 1 + (i / 1000) * 9999;
      expect(Math.abs(sketch.quantile(i / 1000) - truth)).toBeLessThanOrEqual(0.01 * truth);
    }
  });
  it('merges positive and negative values without losing either', () => {
    const hundred = Array.from({ length: 100 }, (_, i) => i + 1);
    const sketch = sketchOf(hundred, { pivot: 0 });
    sketch.merge(
      sketchOf(
        hundred.map((x) => -x),
        { pivot: 0 },
      ),
    );
    expect(sketch.quantile(0)).toBe(-100);
    expect(Math.abs(sketch.quantile(0.25) + 50.25)).toBeLessThanOrEqual(0.51);
  });
  it('takes a weight for so many observations', () => {
    const weighted = new QuantileSketch({ pivot: 0 });
    const repeated = new QuantileSketch({ pivot: 0 });
    for (const [x, weight] of [
      [3, 2],
      [-7, 5],
      [0, 1],
      [900, 3],
    ] as const) {
      weighted.update(x, Number.NaN, weight);
      for (let i = 0; i < weight; i++) repeated.update(x);
    }
    expect(weighted.state).toEqual(repeated.state);
  });
});

describe('QuantileSketch around its own pivot', () => {
  const make = () => new QuantileSketch({ maxBins: 512 });
  obeysStatisticLaws({ make, read, values: fc.oneof(wide, whole) });
  obeysMergeLaw({ make, read, values: whole }, (actual, expected, { xs }) => {
    expect(actual.count).toBe(expected.count);
    expect([actual.min, actual.max]).toEqual([expected.min, expected.max]);
    if (xs.length === 0) return;
    // Each is right to 1 % of the distance from its pivot, the merged one to 2 %, about the order statistics on either side of the rank:
    // among a few scattered values those are far apart, and any answer between them is one.
    const allowed = 0.04 * Math.max(1, ...xs.map(Math.abs));
    const sorted = xs.slice().sort();
    for (const p of [0.25, 0.5, 0.75]) {
      const rank = p * (xs.length - 1);
      const below = sorted[Math.max(0, Math.floor(rank) - 1)]! - allowed;
      const above = sorted[Math.min(xs.length - 1, Math.ceil(rank) + 1)]! + allowed;
      for (const sketch of [actual, expected]) {
        expect(sketch.quantile(p)).toBeGreaterThanOrEqual(below);
        expect(sketch.quantile(p)).toBeLessThanOrEqual(above);
      }
    }
  });

  it('is exact for the first 32 values, and for ever where there are no more', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...Array(32).keys()), { minLength: 1, maxLength: 300 }), (xs) => {
        const sketch = sketchOf(xs);
        const sorted = Float64Array.from(xs).sort();
        for (const p of shares) expect(sketch.quantile(p)).toBeCloseTo(batchQuantile(sorted, p), 12);
        const deviations = sorted.map((x) => Math.abs(x - batchQuantile(sorted, 0.5))).sort();
        expect(sketch.medianDeviation()).toBeCloseTo(batchQuantile(deviations, 0.5), 12);
        for (const x of xs) {
          const [below, same] = [xs.filter((y) => y < x).length, xs.filter((y) => y === x).length];
          expect(sketch.rank(x)).toBeCloseTo((below + same / 2) / xs.length, 12);
        }
      }),
    );
  });
  it.each([0, 1e9, 1.7e12])('is as accurate at offset %d', (offset) => {
    const xs = new PortableStream(1).gaussians(1000).map((x) => x + offset);
    const sketch = sketchOf(xs);
    expectWithin(sketch, xs, sketch.center, [0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 0.98], sketch.resolution);
    expect(Math.abs(sketch.medianDeviation() - 0.6849528606981039)).toBeLessThan(0.01);
    expect(sketch.accuracy).toBeCloseTo(0.01, 12);
  });
  it('keeps median and quartiles where a spike comes among the first or later values', () => {
    const xs = new PortableStream(1).gaussians(1000);
    for (const index of [0, 20, 33, 500]) {
      const spiked = xs.slice();
      spiked[index] = 1e12;
      const sketch = sketchOf(spiked);
      expectWithin(sketch, spiked, sketch.center, [0.05, 0.25, 0.5, 0.75, 0.95], sketch.resolution);
      expect(sketch.max).toBe(1e12);
      expect(sketch.quantile(1)).toBe(1e12);
      expect(sketch.accuracy).toBeCloseTo(0.01, 12);
    }
  });
  it('reaches out for values that are more than a few', () => {
    const stream = new PortableStream(5);
    const xs = Float64Array.from({ length: 4000 }, () => stream.gaussian() * (stream.uniform() < 0.3 ? 1e5 : 1));
    const sketch = sketchOf(xs);
    expect(sketch.accuracy).toBeLessThan(0.05);
    const sorted = xs.slice().sort();
    for (const p of [0.1, 0.25, 0.5, 0.75, 0.9]) {
      const [low, high] = [batchQuantile(sorted, p - 0.01), batchQuantile(sorted, p + 0.01)];
      expect(sketch.quantile(p)).toBeGreaterThan(low - sketch.accuracy * Math.abs(low) - 0.02);
      expect(sketch.quantile(p)).toBeLessThan(high + sketch.accuracy * Math.abs(high) + 0.02);
    }
  });
  it('follows the median to another level', () => {
    const xs = new PortableStream(9).gaussians(20_000).map((x, i) => x + (i < 1000 ? 0 : 1e4));
    const sketch = sketchOf(xs);
    expect(Math.abs(sketch.center - 1e4)).toBeLessThan(3);
    // What came before the move, a twentieth of all and as much again, stands at one value each.
    expect(Math.abs(sketch.quantile(0.5) - 1e4)).toBeLessThan(0.2);
    expect(Math.abs(sketch.quantile(0.75) - sketch.quantile(0.25) - 1.49)).toBeLessThan(0.4);
  });
  it('rises with x, and gives back the x of a position', () => {
    const sketch = sketchOf(new PortableStream(1).gaussians(5000));
    let before = 0;
    for (let x = -4; x <= 4; x += 0.001) {
      const position = sketch.position(x);
      expect(position).toBeGreaterThanOrEqual(before);
      before = position;
      if (position > 0 && position < 1) expect(Math.abs(sketch.valueAt(position) - x)).toBeLessThan(1e-9);
    }
  });
  it('refuses other options in a merge, and options that are none', () => {
    expect(() => new QuantileSketch().merge(new QuantileSketch({ maxBins: 2048 }))).toThrow(
      expect.objectContaining({ code: 'INCOMPATIBLE_STATE' }),
    );
    for (const options of [{ accuracy: 0 }, { maxBins: 3 }, { pivot: Number.NaN }]) {
      expect(() => new QuantileSketch(options)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
    }
  });
});
