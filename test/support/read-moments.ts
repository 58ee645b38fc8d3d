import type { MomentsStatistic } from '../../src/stats/statistic.js';

/** Every answer of a statistic of center and spread. */
export function readMoments(statistic: MomentsStatistic): number[] {
  const { count, mean } = statistic;
  return [count, mean, statistic.variance(), statistic.variance(1), statistic.deviation(3), statistic.shifted(3)];
}
