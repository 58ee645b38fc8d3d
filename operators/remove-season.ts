import type { OperatorFunction } from 'rxjs';
import type { CommonOptions } from '../src/normalize/field-options.js';
import type { VectorOptions } from '../src/normalize/vector/vector-options.js';
import { type ScoredVector, scoreVectors, type VectorAccess } from './internal/score-vectors.js';

export interface RemoveSeasonOptions
  extends Pick<VectorOptions, 'season' | 'bins' | 'utcOffset'>,
    Pick<CommonOptions, 'memory' | 'order' | 'warmup' | 'whileWarming'> {
  /** What null and an absent value are. @defaultValue `'skip'`: null comes out */
  missing?: 'skip' | 'error';
}

/**
 * Removes from each value what is usual at its hour of the day, or phase of another season: the running mean of that phase.
 *
 *     source             --Mon 08:00 5----Mon 20:00 1----Tue 08:00 7----|
 *     removeSeason({…})  --null-----------null-----------2--------------|
 *
 * `center` is what was removed: value = normalized + center, in the unit of the value. Scored first, learnt after, each phase by itself.
 *
 * @throws InvalidOptionError when called with a faulty option
 */
export function removeSeason<T>(
  options: RemoveSeasonOptions & VectorAccess<T>,
): OperatorFunction<T, ScoredVector<T, number>> {
  return scoreVectors({ ...options, method: 'seasonal' }) as unknown as OperatorFunction<T, ScoredVector<T, number>>;
}
