import type { OperatorFunction } from 'rxjs';
import { InvalidOptionError } from '../src/errors.js';
import { parseDuration } from '../src/parse-duration.js';
import { DecayedMoments } from '../src/stats/decayed-moments.js';
import type { MomentsStatistic } from '../src/stats/statistic.js';
import { TimeDecayedMoments } from '../src/stats/time-decayed-moments.js';
import type { RecordAccess } from './internal/scoring-options.js';
import { type Summarized, summarizeSeries } from './internal/summarize-series.js';

export interface EwmaOptions {
  /** After so many samples, or this duration of event time, a value weighs half. Either this or `alpha`. */
  halfLife?: number | string;
  /** Weight of the newest value in (0, 1]: `1 − 2^(−1 / halfLife)`. */
  alpha?: number;
  /**
   * true: every value weighs 2^(−age / halfLife), so that the first ones are not overweighted (pandas' `adjust=True`);
   * false: the recursion `m = αx + (1 − α)m` that starts from the first value. @defaultValue true
   */
  adjust?: boolean;
}

/** What is known of a series; NaN while nothing is. */
export interface EwmaSummary {
  count: number;
  /** In the unit of the series. */
  mean: number;
  /** In the unit of the series, squared. */
  variance: number;
}

/**
 * Exponentially weighted moving average.
 *
 *     source                              --1--3---5----4-----|
 *     ewma({ alpha: .5, adjust: false })  --1--2---3.5--3.75--|
 *
 * On numbers: the mean; on records: mean and variance beside the record. In the unit of the series. A half-life in event time counts
 * late values with the weight of their age. A missing value is learnt by nobody: the mean comes again unchanged, NaN before the first.
 * On records `value` says what to read and `key` to which series it belongs; without them the stream is of plain numbers.
 *
 * @throws InvalidOptionError when called with a faulty option, or without exactly one of `halfLife` and `alpha`
 */
export function ewma<T>(options: EwmaOptions & RecordAccess<T>): OperatorFunction<T, Summarized<T> & EwmaSummary>;
export function ewma(options: EwmaOptions): OperatorFunction<number, number>;
export function ewma<T>(options: EwmaOptions & Partial<RecordAccess<T>>): OperatorFunction<never, unknown> {
  const { halfLife, alpha, adjust = true, ...access } = options;
  if ((halfLife === undefined) === (alpha === undefined))
    throw new InvalidOptionError('halfLife', halfLife, 'given, or alpha in its place, and not both');
  if (alpha !== undefined && !(alpha > 0 && alpha <= 1)) throw new InvalidOptionError('alpha', alpha, 'in (0, 1]');
  if (typeof adjust !== 'boolean') throw new InvalidOptionError('adjust', adjust, 'true or false');
  const duration = typeof halfLife === 'string' ? parseDuration('halfLife', halfLife) : undefined;
  if (typeof halfLife === 'number' && !(halfLife > 0 && Number.isFinite(halfLife)))
    throw new InvalidOptionError('halfLife', halfLife, 'a number of samples > 0 or a duration like "5m"');
  const make = (): MomentsStatistic => {
    if (duration !== undefined) return new TimeDecayedMoments({ halfLife: duration, adjust });
    return alpha === undefined
      ? new DecayedMoments({ halfLife: halfLife as number, adjust })
      : new DecayedMoments({ alpha, adjust });
  };
  return summarizeSeries<T, MomentsStatistic, EwmaSummary | number>(
    {
      make,
      read: access.value === undefined ? (statistic) => statistic.mean : summarize,
      fingerprint: JSON.stringify(['ewma', halfLife ?? null, alpha ?? null, adjust]),
      timed: duration !== undefined,
    },
    access,
    (summarized, summary) => Object.assign(summarized, summary),
  );
}

function summarize(statistic: MomentsStatistic): EwmaSummary {
  return { count: statistic.count, mean: statistic.mean, variance: statistic.variance() };
}
