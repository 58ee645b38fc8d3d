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
