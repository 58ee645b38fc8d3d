import type { OperatorFunction } from 'rxjs';
import { InvalidOptionError } from '../src/errors.js';
import { type Memory, needsTime, resolveMemory } from '../src/normalize/memory.js';
import { momentsFor } from '../src/normalize/moments-for.js';
import { HigherMoments } from '../src/stats/higher-moments.js';
import type { MomentsStatistic } from '../src/stats/statistic.js';
import type { RecordAccess } from './internal/scoring-options.js';
import { type Summarized, summarizeSeries } from './internal/summarize-series.js';

export interface RunningMomentsOptions {
  /** How the past is weighed. @defaultValue `'all'` */
  memory?: Memory;
  /** How much older than the newest a value may be and still enter a time window. @defaultValue the window's length */
  allowedLateness?: number | string;
  /** 0 population, 1 sample. @defaultValue 0 */
  ddof?: 0 | 1;
  /** Skewness and excess kurtosis too; for memory `'all'` only. @defaultValue false */
  shape?: boolean;
}

/** What is known of a series; all NaN but `count` while there is not enough. */
export interface MomentsSummary {
  count: number;
  /** In the unit of the series. */
  mean: number;
  /** In the unit of the series, squared. */
  variance: number;
  /** In the unit of the series. */
  standardDeviation: number;
  /** Without unit; with `shape` only. */
  skewness?: number;
  /** Excess kurtosis, 0 for normal data, without unit; with `shape` only. */
  kurtosis?: number;
}

/**
 * Says after each value what mean and variance are so far, that value included.
 *
 *     source               --3------5------4------|
 *     runningMoments()     --3, 0---4, 1---4, .67-|     mean, variance
 *
 * Right far from zero: relative error of the variance 1e-15 at offset 1.7e12. A missing value is learnt by nobody: the summary comes
 * again unchanged. O(1) a value.
 * On records `value` says what to read and `key` to which series it belongs; without them the stream is of plain numbers.
 *
 * @throws InvalidOptionError when called with a faulty option
 */
export function runningMoments<T>(
  options: RunningMomentsOptions & RecordAccess<T>,
): OperatorFunction<T, Summarized<T> & MomentsSummary>;
export function runningMoments(options?: RunningMomentsOptions): OperatorFunction<number, MomentsSummary>;
export function runningMoments<T>(
  options: RunningMomentsOptions & Partial<RecordAccess<T>> = {},
): OperatorFunction<never, unknown> {
  const { memory, allowedLateness, ddof = 0, shape = false, ...access } = options;
  const resolved = resolveMemory(memory, allowedLateness);
  if (ddof !== 0 && ddof !== 1) throw new InvalidOptionError('ddof', ddof, 'one of 0, 1');
  if (shape && resolved.kind !== 'all')
    throw new InvalidOptionError('shape', shape, "false: only memory 'all' has skewness and kurtosis");
  return summarizeSeries<T, MomentsStatistic, MomentsSummary>(
    {
      make: () => (shape ? new HigherMoments() : momentsFor(resolved)),
      read: (statistic) => summarize(statistic, ddof),
      fingerprint: JSON.stringify(['moments', resolved, shape]),
      timed: needsTime(resolved),
    },
    access,
    (summarized, summary) => Object.assign(summarized, summary),
  );
}

function summarize(statistic: MomentsStatistic, ddof: number): MomentsSummary {
  const { count, mean } = statistic;
  const variance = statistic.variance(ddof);
  const summary: MomentsSummary = { count, mean, variance, standardDeviation: Math.sqrt(variance) };
  if (statistic instanceof HigherMoments) {
    summary.skewness = statistic.skewness;
    summary.kurtosis = statistic.excessKurtosis;
  }
  return summary;
}
