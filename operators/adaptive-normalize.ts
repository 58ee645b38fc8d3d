import type { OperatorFunction } from 'rxjs';
import { scoreSeries } from './internal/score-series.js';
import type { CommonOptions, RecordAccess, Scored } from './internal/scoring-options.js';

export type AdaptiveNormalizeOptions = Pick<CommonOptions, 'warmup' | 'whileWarming' | 'missing' | 'clip'>;

/**
 * Scores each value within its current regime, and follows the regime when level, scale or unit change.
 *
 *     source                          --5--5.1--4.9--9--|
 *     adaptiveNormalize({ warmup: 3 })--n---n----n---8--|     n = null
 *
 * What happens inside a regime (noise, a daily cycle, an outlier) stays visible; a change of regime is followed within a few values and
 * counted in `epoch`. It has nothing to tune and takes no `memory`. A missing value comes out as null and is learnt by nobody.
 * On records `value` says what to read and `key` to which series it belongs; without them the stream is of plain numbers.
 *
 * @throws InvalidOptionError when called with an option that is unknown, of the wrong type or without meaning beside the others
 */
export function adaptiveNormalize<T>(
  options: AdaptiveNormalizeOptions & RecordAccess<T>,
): OperatorFunction<T, Scored<T>>;
export function adaptiveNormalize(options?: AdaptiveNormalizeOptions): OperatorFunction<number, number | null>;
export function adaptiveNormalize(options: AdaptiveNormalizeOptions = {}): OperatorFunction<never, unknown> {
  return scoreSeries('adaptive', options);
}
