import type { OperatorFunction } from 'rxjs';
import type { MethodOptions } from '../src/normalize/field-options.js';
import { scoreSeries } from './internal/score-series.js';
import type { CommonOptions, RecordAccess, Scored } from './internal/scoring-options.js';

export interface PowerNormalizeOptions extends CommonOptions, Pick<MethodOptions, 'family'> {}

/**
 * Bends the axis so that skewed values become symmetric, then standardizes: Yeo-Johnson (2000) or Box-Cox (1964).
 *
 *     source                            --1--10--100--10--|
 *     powerNormalize({ warmup: 3 })     --n---n----n---0--|     n = null
 *
 * λ is the maximum likelihood estimate over what was learnt, estimated anew as the series goes on. Output has no unit. Box-Cox takes
 * positive values only: others come out as null and are learnt by nobody, as missing values do.
 * On records `value` says what to read and `key` to which series it belongs; without them the stream is of plain numbers.
 *
 * @throws InvalidOptionError when called with an option that is unknown, of the wrong type or without meaning beside the others
 */
export function powerNormalize<T>(options: PowerNormalizeOptions & RecordAccess<T>): OperatorFunction<T, Scored<T>>;
export function powerNormalize(options?: PowerNormalizeOptions): OperatorFunction<number, number | null>;
export function powerNormalize(options: PowerNormalizeOptions = {}): OperatorFunction<never, unknown> {
  return scoreSeries('power', options);
}
