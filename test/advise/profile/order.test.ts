import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { autocorrelation, correlationTime } from '../../../src/advise/profile/autocorrelation.js';
import { circleOf } from '../../../src/advise/profile/circle.js';
import { seasonOf } from '../../../src/advise/profile/season.js';
import { sequenceOf } from '../../../src/advise/profile/sequence.js';
import { shapeOf } from '../../../src/advise/profile/shape.js';
import { KPSS_LIMIT, kpss, trendOf } from '../../../src/advise/profile/stationarity.js';
import { seededNormals } from '../../support/seeded-normals.js';

/** Without the smallest doubles, whose products are 0. */
const series = fc
  .array(fc.integer({ min: -1e6, max: 1e6 }), { maxLength: 120 })
  .map((xs) => Float64Array.from(xs, (x) => x / 1000));

describe('autocorrelation', () => {
  it('is the sum of products, over the sum of squares', () => {
    fc.assert(
      fc.property(series, fc.nat(150), (v, longest) => {
        const rho = autocorrelation(v, longest);
        const products = (k: number) => v.reduce((sum, x, t) => sum + (t < k ? 0 : x * v[t - k]!), 0);
        expect(rho).toHaveLength(Math.max(1, Math.min(longest + 1, v.length)));
        const whole = products(0);
        rho.forEach((r, k) => expect(Math.abs(r - (whole > 0 ? products(k) / whole : 0))).toBeLessThan(1e-9));
      }),
    );
  });
  it('takes a missing value for the mean', () => {
    expect(autocorrelation(Float64Array.of(1, Number.NaN, 1), 2)).toEqual(Float64Array.of(1, 0, 0.5));
  });
  it('gives the correlation time of AR(ρ): (1 + ρ) / (1 − ρ)', () => {
    const geometric = (rho: number) => Float64Array.from({ length: 400 }, (_, k) => rho ** k);
    expect(correlationTime(geometric(0.5))).toBeCloseTo(3, 6);
    expect(correlationTime(geometric(0.9))).toBeCloseTo(19, 6);
    expect(correlationTime(geometric(-0.5))).toBe(1);
  });
});

describe('seasonOf', () => {
  const found = (values: Float64Array) =>
    seasonOf(autocorrelation(values, Math.floor(values.length * 0.66)), values.length);
  it('finds the period of a noisy cycle', () => {
    fc.assert(
      fc.property(fc.integer({ min: 4, max: 300 }), fc.nat(1000), (period, seed) => {
        const noise = seededNormals(seed, 1500);
        const { period: seen, strength } = found(
          noise.map((x, t) => 0.4 * x + Math.SQRT2 * Math.sin((2 * Math.PI * t) / period)),
        );
        expect(Math.abs(seen - period)).toBeLessThanOrEqual(Math.max(1, period / 40));
        expect(strength).toBeGreaterThan(0.7);
      }),
      { numRuns: 30 },
    );
  });
  it('finds none in noise, nor in what only wanders', () => {
    for (let seed = 0; seed < 50; seed++) expect(found(seededNormals(seed, 500)).period).toBe(0);
    expect(found(Float64Array.from({ length: 500 }, (_, t) => t - 250)).period).toBe(0);
  });
  it('calls nothing a cycle of which next to nothing repeats, though it stands out', () => {
    let state = 7;
    const uniform = () => {
      state = (state * 1103515245 + 12345) % 2147483648;
      return state / 2147483648;
    };
    // Twelve of a weak generator, which repeats itself a little, on levels that are apart.
    const values = Float64Array.from({ length: 4000 }, (_, t) => {
      let sum = -6;
      for (let k = 0; k < 12; k++) sum += uniform();
      return 50 + 2 * (t < 1500 ? 0 : t < 2800 ? 4 : 1) + 2 * sum;
    });
    expect(sequenceOf(values, shapeOf(values)).season).toEqual({ period: 0, strength: 0 });
  });
});

describe('kpss', () => {
  it('is beyond its 1 % point about that often where nothing moves, and always where the level does', () => {
    let [beyond, sum] = [0, 0];
    for (let seed = 0; seed < 300; seed++) {
      const v = seededNormals(seed, 400);
      const statistic = kpss(v, 8);
      sum += statistic;
      if (statistic > KPSS_LIMIT) beyond++;
      expect(
        kpss(
          v.map((x, t) => (t < 200 ? x : x + 1)),
          8,
        ),
      ).toBeGreaterThan(KPSS_LIMIT);
    }
    expect(beyond).toBeLessThan(12);
    // Its expectation is 1/6.
    expect(sum / 300).toBeCloseTo(1 / 6, 1);
  });
  it('does not mind unit and origin', () => {
    const v = seededNormals(3, 200);
    expect(
      kpss(
        v.map((x) => 5 * x + 7),
        8,
      ),
    ).toBeCloseTo(kpss(v, 8), 9);
    expect(kpss(new Float64Array(50).fill(3), 8)).toBe(0);
  });
});

describe('trendOf', () => {
  it('is the rise from begin to end, outliers or not', () => {
    const rise = Float64Array.from({ length: 960 }, (_, t) => t / 100 + (t % 11 === 0 ? 1000 : 0));
    expect(trendOf(rise).change).toBeCloseTo(9.6, 1);
    expect(trendOf(rise).tau).toBe(1);
    expect(trendOf(new Float64Array(7))).toEqual({ change: 0, tau: 0 });
  });
});

describe('circleOf', () => {
  const turning = (turn: number, start: number, step: number) =>
    Float64Array.from({ length: 500 }, (_, i) => start + ((i * step) % turn));
  const unit = (values: Float64Array) => circleOf(values, { min: Math.min(...values), max: Math.max(...values) });
  it('knows degrees and radians, from 0 or from −½ turn', () => {
    expect(unit(turning(360, 0, 7))).toBe('degrees');
    expect(unit(turning(360, -180, 7))).toBe('degrees');
    expect(unit(turning(2 * Math.PI, 0, 0.1))).toBe('radians');
    expect(unit(turning(2 * Math.PI, -Math.PI, 0.1))).toBe('radians');
  });
  it('knows what is none', () => {
    expect(unit(turning(100, 0, 7))).toBeUndefined();
    expect(unit(Float64Array.from({ length: 500 }, (_, i) => (i * 360) / 499))).toBeUndefined();
    expect(unit(turning(720, 0, 7))).toBeUndefined();
  });
});
