import type { OperatorFunction } from 'rxjs';
import type { MethodOptions } from '../src/normalize/field-options.js';
import { scoreSeries } from './internal/score-series.js';
import type { CommonOptions, RecordAccess, Scored } from './internal/scoring-options.js';

export interface MinMaxOptions extends CommonOptions, Pick<MethodOptions, 'range'> {}

/**
 * Puts each value on a target range by the extent of what came before it: `low + (x − min) / (max − min) · (high − low)`.
 *
 *     source                    --0--4--2--8--|
 *     minMax({ warmup: 2 })     --n--n--.5-2--|     n = null
 *
 * Output is in `range`, [0, 1] when none is given; a value beyond what was learnt comes out beyond the range unless `clip: true`.
 * A flat series answers the low end. A missing value comes out as null and is learnt by nobody.
 * On records `value` says what to read and `key` to which series it belongs; without them the stream is of plain numbers.
 *
 * @throws InvalidOptionError when called with an option that is unknown, of the wrong type or without meaning beside the others
 */
export function minMax<T>(options: MinMaxOptions & RecordAccess<T>): OperatorFunction<T, Scored<T>>;
export function minMax(options?: MinMaxOptions): OperatorFunction<number, number | null>;
export function minMax(options: MinMaxOptions = {}): OperatorFunction<never, unknown> {
  return scoreSeries('min-max', options);
}
