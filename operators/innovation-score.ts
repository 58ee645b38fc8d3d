import type { OperatorFunction } from 'rxjs';
import { scoreSeries } from './internal/score-series.js';
import type { CommonOptions, RecordAccess, Scored } from './internal/scoring-options.js';

export type InnovationScoreOptions = Pick<CommonOptions, 'warmup' | 'whileWarming' | 'missing' | 'clip'>;

/**
 * Scores how surprising each value is: its distance from what the past predicts, in predicted scales.
 *
 *     source                          --5--5.1--4.9--9--|
 *     innovationScore({ warmup: 3 })  --n---n----n---8--|     n = null
 *
 * Unlike a z-score it follows the level from value to value, so that the level itself is not in it: it is what an alarm wants. On
 * N(0, 1) it has standard deviation 1 and exceeds 3 in 0.3 % of all values; on heavy tails it is large by design. It chooses its own memory
 * among many and takes no `memory`. A missing value comes out as null and is learnt by nobody.
 * On records `value` says what to read and `key` to which series it belongs; without them the stream is of plain numbers.
 *
 * @throws InvalidOptionError when called with an option that is unknown, of the wrong type or without meaning beside the others
 */
export function innovationScore<T>(options: InnovationScoreOptions & RecordAccess<T>): OperatorFunction<T, Scored<T>>;
export function innovationScore(options?: InnovationScoreOptions): OperatorFunction<number, number | null>;
export function innovationScore(options: InnovationScoreOptions = {}): OperatorFunction<never, unknown> {
  return scoreSeries('innovation', options);
}
