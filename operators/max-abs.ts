import type { OperatorFunction } from 'rxjs';
import { scoreSeries } from './internal/score-series.js';
import type { CommonOptions, RecordAccess, Scored } from './internal/scoring-options.js';

export type MaxAbsOptions = CommonOptions;

/**
 * Divides each value by the largest magnitude before it: `x / max |x|`.
 *
 *     source                    --2--4--1---8--|
 *     maxAbs({ warmup: 2 })     --n--n--.25-2--|     n = null
 *
 * Output has no unit and lies in [−1, 1] but for new extremes (`clip: 1` cuts them). Zero stays zero, so sparse series stay sparse.
 * A missing value comes out as null and is learnt by nobody.
 * On records `value` says what to read and `key` to which series it belongs; without them the stream is of plain numbers.
 *
 * @throws InvalidOptionError when called with an option that is unknown, of the wrong type or without meaning beside the others
 */
export function maxAbs<T>(options: MaxAbsOptions & RecordAccess<T>): OperatorFunction<T, Scored<T>>;
export function maxAbs(options?: MaxAbsOptions): OperatorFunction<number, number | null>;
export function maxAbs(options: MaxAbsOptions = {}): OperatorFunction<never, unknown> {
  return scoreSeries('max-abs', options);
}
