import type { OperatorFunction } from 'rxjs';
import type { MethodOptions } from '../src/normalize/field-options.js';
import { scoreSeries } from './internal/score-series.js';
import type { CommonOptions, RecordAccess, Scored } from './internal/scoring-options.js';

export interface RobustScaleOptions
  extends CommonOptions,
    Pick<MethodOptions, 'quantiles' | 'unitVariance' | 'spread'> {}

/**
 * Scores each value by order statistics, which outliers do not move: `(x − median) / (q75 − q25)`.
 *
 *     source                          --1--2--3--90--4--|
 *     robustScale({ warmup: 3 })      --n--n--n--88--1.5|     n = null
 *
 * Output has no unit; `unitVariance` makes it 1 on normal data; `spread: 'mad'` divides by the median absolute deviation instead.
 * Quantiles are exact for windows, from a sketch with 1 % relative error for other memories. A missing value comes out as null and is
 * learnt by nobody.
 * On records `value` says what to read and `key` to which series it belongs; without them the stream is of plain numbers.
 *
 * @throws InvalidOptionError when called with an option that is unknown, of the wrong type or without meaning beside the others
 */
export function robustScale<T>(options: RobustScaleOptions & RecordAccess<T>): OperatorFunction<T, Scored<T>>;
export function robustScale(options?: RobustScaleOptions): OperatorFunction<number, number | null>;
export function robustScale(options: RobustScaleOptions = {}): OperatorFunction<never, unknown> {
  return scoreSeries('robust', options);
}
