import { expect } from 'vitest';
import type { MomentsStatistic } from '../../src/stats/statistic.js';
import type { TimedSeries } from '../laws/statistic-laws.js';

/** Below the smallest normal double, a square has few digits or none. */
const SUBNORMAL = 1e-320;

/** That two statistics agree up to rounding, which grows with the range of the data and not with its distance from zero. */
export function expectSameMoments(actual: MomentsStatistic, expected: MomentsStatistic, { xs }: TimedSeries): void {
  expect(actual.count).toBe(expected.count);
  if (expected.count === 0) {
    expect([actual.mean, actual.variance()]).toEqual([Number.NaN, Number.NaN]);
    return;
  }
  const range = Math.max(...xs) - Math.min(...xs);
  const x = xs[0]!;
  expect(Math.abs(actual.deviation(x) - expected.deviation(x))).toBeLessThanOrEqual(1e-14 * range + SUBNORMAL);
  for (const ddof of [0, 1]) {
    const variance = expected.variance(ddof);
    if (Number.isNaN(variance)) expect(actual.variance(ddof)).toBeNaN();
    else
      expect(Math.abs(actual.variance(ddof) - variance)).toBeLessThanOrEqual(
        1e-13 * range ** 2 * (1 + ddof) + SUBNORMAL,
      );
    expect(actual.variance(ddof)).not.toBeLessThan(0);
  }
}
