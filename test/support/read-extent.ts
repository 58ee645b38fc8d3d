import type { ExtentStatistic } from '../../src/stats/statistic.js';

/** Every answer of a statistic of smallest and largest. */
export function readExtent({ count, min, max }: ExtentStatistic): number[] {
  return [count, min, max];
}
