import type { OperatorFunction } from 'rxjs';
import type { MethodOptions } from '../src/normalize/field-options.js';
import { scoreSeries } from './internal/score-series.js';
import type { CommonOptions, RecordAccess, Scored } from './internal/scoring-options.js';

export interface QuantileNormalizeOptions extends CommonOptions, Pick<MethodOptions, 'distribution'> {}

/**
 * Replaces each value by its rank among those before it, uniform on [0, 1] or normal.
 *
 *     source                               --1--2--3--2--|
 *     quantileNormalize({ warmup: 3 })     --n--n--n--.5-|     n = null
 *
 * Output has no unit and does not depend on the shape of the distribution; `normal` is clipped to ±5.2. A value beyond what was learnt
 * gets the rank of the extreme. A missing value comes out as null and is learnt by nobody.
 * On records `value` says what to read and `key` to which series it belongs; without them the stream is of plain numbers.
 *
 * @throws InvalidOptionError when called with an option that is unknown, of the wrong type or without meaning beside the others
 */
export function quantileNormalize<T>(
  options: QuantileNormalizeOptions & RecordAccess<T>,
): OperatorFunction<T, Scored<T>>;
export function quantileNormalize(options?: QuantileNormalizeOptions): OperatorFunction<number, number | null>;
export function quantileNormalize(options: QuantileNormalizeOptions = {}): OperatorFunction<never, unknown> {
  return scoreSeries('quantile', options);
}
