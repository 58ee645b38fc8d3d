import type { OperatorFunction } from 'rxjs';
import type { MethodOptions } from '../src/normalize/field-options.js';
import { scoreSeries } from './internal/score-series.js';
import type { CommonOptions, RecordAccess, Scored } from './internal/scoring-options.js';

export interface ZScoreOptions extends CommonOptions, Pick<MethodOptions, 'ddof'> {}

/**
 * Scores each value against what came before it: `(x − mean) / standard deviation`.
 *
 *     source                    --1--3--2--9--|
 *     zScore({ warmup: 2 })     --n--n--0--8.6|     n = null
 *
 * Output has no unit. A value is scored first and learnt after (`order`), so it never dilutes its own score. A missing value comes
 * out as null and is learnt by nobody. One value out for one in, but for `whileWarming: 'drop'`.
 * Mean and variance: Welford (1962), carried in two doubles, or the statistic that `memory` asks for.
 * On records `value` says what to read and `key` to which series it belongs; without them the stream is of plain numbers.
 *
 * @throws InvalidOptionError when called with an option that is unknown, of the wrong type or without meaning beside the others
 */
export function zScore<T>(options: ZScoreOptions & RecordAccess<T>): OperatorFunction<T, Scored<T>>;
export function zScore(options?: ZScoreOptions): OperatorFunction<number, number | null>;
export function zScore(options: ZScoreOptions = {}): OperatorFunction<never, unknown> {
  return scoreSeries('z-score', options);
}
