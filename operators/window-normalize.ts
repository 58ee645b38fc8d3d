import type { OperatorFunction } from 'rxjs';
import type { VectorOptions } from '../src/normalize/vector/vector-options.js';
import { type ScoredVector, scoreVectors, type VectorAccess } from './internal/score-vectors.js';
import type { VectorOutput } from './internal/vector-input.js';

export interface WindowNormalizeOptions
  extends Required<Pick<VectorOptions, 'shape'>>,
    Pick<VectorOptions, 'dtype' | 'channels' | 'slice'> {
  method: 'instance-norm' | 'san' | 'dish-ts';
  /** What null and an absent value are. @defaultValue `'skip'`: null comes out */
  missing?: 'skip' | 'error';
}

/**
 * Normalizes each channel of each window by what the window says itself: RevIN (`instance-norm`), slice by slice (`san`), or by level and
 * spread (`dish-ts`), in their untrained forms.
 *
 *     source                                                    --[1, 3, 2]------|
 *     windowNormalize({ method: 'instance-norm', shape: [3] })  --[−1.2, 1.2, 0]-|
 *
 * `center` and `scale`, by slice and channel, are the way back: `denormalizeWindow` takes windows and forecasts to the window's own scale.
 * Padding (`{ values, mask }`) comes out as it came in. Keeps no state. O(values).
 *
 * @throws InvalidOptionError when called with a faulty option
 */
export function windowNormalize<T>(
  options: WindowNormalizeOptions & VectorAccess<T>,
): OperatorFunction<T, ScoredVector<T, VectorOutput>> {
  return scoreVectors({ ...options }) as unknown as OperatorFunction<T, ScoredVector<T, VectorOutput>>;
}
