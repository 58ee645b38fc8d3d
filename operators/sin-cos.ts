import type { OperatorFunction } from 'rxjs';
import type { VectorOptions } from '../src/normalize/vector/vector-options.js';
import { type ScoredVector, scoreVectors, type VectorAccess } from './internal/score-vectors.js';

export interface SinCosOptions extends Pick<VectorOptions, 'period'> {
  /** What null and an absent value are. @defaultValue `'skip'`: null comes out */
  missing?: 'skip' | 'error';
}

/**
 * Puts an angle, an hour, a day of the year on the circle, `[sin, cos]`, so that its end is beside its beginning.
 *
 *     source                  --0---------6---------24------|
 *     sinCos({ period: 24 })  --[0, 1]----[1, 0]----[0, 1]--|
 *
 * Keeps no state. The inverse is `period · atan2(sin, cos) / 2π`.
 *
 * @throws InvalidOptionError when called with a faulty option
 */
export function sinCos<T>(options: SinCosOptions & VectorAccess<T>): OperatorFunction<T, ScoredVector<T, number[]>> {
  return scoreVectors({ ...options, method: 'sin-cos' }) as unknown as OperatorFunction<T, ScoredVector<T, number[]>>;
}
