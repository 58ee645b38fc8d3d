import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Present } from '../../../src/normalize/adaptive/present.js';
import { RegimeTrend } from '../../../src/normalize/adaptive/regime-trend.js';
import { seededNormals } from '../../support/seeded-normals.js';

const present = (x: number, scale: number) => Object.assign(new Present(), { x, scale, weight: 1 });

function lineThrough(xs: Float64Array, memory = 2048): { trend: RegimeTrend; state: Float64Array } {
  const trend = new RegimeTrend(memory);
  const state = new Float64Array(RegimeTrend.stride);
  trend.open(state, 0, xs[0]!, 0);
  for (const x of xs) trend.learn(state, 0, present(x, 1e9));
  return { trend, state };
}

/** Slope and end of the line of least squares, by the textbook, with `opening` values at the first one's level before. */
function leastSquares(xs: Float64Array, opening: number): { slope: number; end: number } {
  const all = [...new Array<number>(opening).fill(xs[0]!), ...xs];
  const middle = (all.length - 1) / 2;
  const mean = all.reduce((a, b) => a + b, 0) / all.length;
  const slope =
    all.reduce((sum, x, t) => sum + (t - middle) * (x - mean), 0) /
    all.reduce((sum, _, t) => sum + (t - middle) ** 2, 0);
  return { slope, end: mean + slope * middle };
}

describe('RegimeTrend', () => {
  it('is the line of least squares while it is young', () => {
    fc.assert(
      fc.property(fc.float64Array({ min: -1e3, max: 1e3, noNaN: true, minLength: 1, maxLength: 300 }), (xs) => {
        const { trend, state } = lineThrough(xs);
        const { slope, end } = leastSquares(xs, 8);
        expect(Math.abs(trend.slope(state, 0) - slope)).toBeLessThan(1e-9);
        expect(Math.abs(trend.level(state, 0) - end)).toBeLessThan(1e-8);
      }),
    );
  });
  it('believes a ramp of a hundredth of a scale a value within 250 values, and no noise', () => {
    for (let seed = 0; seed < 20; seed++) {
      const noise = seededNormals(seed, 250);
      const ramp = lineThrough(noise.map((g, t) => g + 0.01 * t));
      expect(ramp.trend.isSteep(ramp.state, 0, 1)).toBe(true);
      const flat = lineThrough(noise);
      expect(flat.trend.isSteep(flat.state, 0, 1)).toBe(false);
    }
  });
  it('takes a ramp for clear, and neither a step nor noise nor a wandering series', () => {
    for (let seed = 0; seed < 20; seed++) {
      const noise = seededNormals(seed, 60);
      const clear = (xs: Float64Array) => {
        const { trend, state } = lineThrough(xs);
        return trend.isClear(state, 0);
      };
      expect(clear(noise.map((g, t) => 0.4 * g + 0.5 * t))).toBe(true);
      expect(clear(noise)).toBe(false);
      for (const at of [10, 20, 30, 40, 50]) expect(clear(noise.map((_, t) => (t < at ? 0 : 9)))).toBe(false);
    }
  });
  it('knows the variance about itself', () => {
    const { trend, state } = lineThrough(seededNormals(3, 600).map((g, t) => 2 * g + 0.5 * t));
    expect(trend.residual(state, 0) / 4).toBeCloseTo(1, 0);
    const exact = lineThrough(Float64Array.from({ length: 600 }, (_, t) => 3 * t));
    exact.trend.follow(exact.state, 0, true);
    expect(exact.trend.floor(exact.state, 0)).toBeCloseTo(9 / 12, 1);
  });
  it('goes on at another level where the slope goes on, and only there', () => {
    const { trend, state } = lineThrough(Float64Array.from({ length: 300 }, (_, t) => t));
    const squares = (8 * 63) / 12;
    expect(trend.goesOn(state, 0, 8, squares, 0.1)).toBe(false);
    trend.follow(state, 0, true);
    expect(trend.goesOn(state, 0, 8, squares, 0.1)).toBe(true);
    expect(trend.goesOn(state, 0, 8, 0, 0.1)).toBe(false);
    expect(trend.goesOn(state, 0, 8, 10 * squares, 0.1)).toBe(false);
    trend.jump(state, 0, 3.5, 8);
    expect(trend.level(state, 0)).toBeCloseTo(7, 1);
    trend.learn(state, 0, present(8, 1));
    expect(trend.level(state, 0)).toBeCloseTo(8, 1);
  });
  it('is over once the series is level again', () => {
    const { trend, state } = lineThrough(Float64Array.from({ length: 400 }, (_, t) => 0.02 * t));
    trend.follow(state, 0, true);
    expect(trend.isOver(state, 0, 1)).toBe(false);
    let after = 0;
    while (!trend.isOver(state, 0, 1)) {
      trend.learn(state, 0, present(8, 1));
      after++;
    }
    expect(after).toBeLessThan(1000);
  });
  it('goes on when the center has gone the same way twice, and ends when it goes back', () => {
    const { trend, state } = lineThrough(Float64Array.from({ length: 100 }, (_, t) => 0.01 * t));
    trend.recenter(state, 0, 5, 35, 1);
    expect([trend.level(state, 0), trend.slope(state, 0)]).toEqual([5, 0]);
    for (let t = 0; t < 50; t++) trend.learn(state, 0, present(5 + 0.01 * t, 1));
    const slope = trend.slope(state, 0);
    trend.recenter(state, 0, 6, 35, 1);
    expect(trend.slope(state, 0)).toBe(slope);
    trend.follow(state, 0, true);
    trend.recenter(state, 0, 5, 35, -1);
    expect([trend.slope(state, 0), trend.isFollowed(state, 0)]).toEqual([0, false]);
  });
});
