import { expect } from 'vitest';
import type { ExtentStatistic } from '../../src/stats/statistic.js';
import { readExtent } from './read-extent.js';

/** That two statistics agree to the last bit, but for the sign of zero. */
export function expectSameExtent(actual: ExtentStatistic, expected: ExtentStatistic): void {
  expect(readExtent(actual).map((x) => x + 0)).toEqual(readExtent(expected).map((x) => x + 0));
}
