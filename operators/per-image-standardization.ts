import type { OperatorFunction } from 'rxjs';
import type { PlainArray } from '../src/normalize/vector/to-plain-value.js';
import type { VectorOptions } from '../src/normalize/vector/vector-options.js';
import { type ScoredVector, scoreVectors, type VectorAccess } from './internal/score-vectors.js';
import type { VectorInput, VectorOutput } from './internal/vector-input.js';

export interface PerImageStandardizationOptions
  extends Required<Pick<VectorOptions, 'shape'>>,
    Pick<VectorOptions, 'dtype'> {
  /** What null and an absent value are. @defaultValue `'skip'`: null comes out */
  missing?: 'skip' | 'error';
}

/**
 * Standardizes each picture by itself: `(x − mean) / max(sd, 1/√N)` over all its N values, as `tf.image.per_image_standardization`.
 *
 *     source                                   --[1, 3]----[2, 2]--|
 *     perImageStandardization({ shape: [2] })  --[−1, 1]---[0, 0]--|
 *
 * Takes what `rescale` takes. `center` and `scale` are the inverse. Keeps no state. O(values).
 *
 * @throws InvalidOptionError when called with a faulty option
 */
export function perImageStandardization<T>(
  options: PerImageStandardizationOptions & Pick<VectorAccess<T>, 'value'>,
): OperatorFunction<T, ScoredVector<T, VectorOutput>>;
export function perImageStandardization<V extends VectorInput>(
  options: PerImageStandardizationOptions,
): OperatorFunction<V, (V extends readonly unknown[] ? PlainArray : Float32Array | Float64Array) | null>;
export function perImageStandardization<T>(
  options: PerImageStandardizationOptions & Partial<VectorAccess<T>>,
): OperatorFunction<never, unknown> {
  return scoreVectors({ ...options, method: 'per-image-standardization' });
}
