import type { OperatorFunction } from 'rxjs';
import type { PlainArray } from '../src/normalize/vector/to-plain-value.js';
import type { VectorOptions } from '../src/normalize/vector/vector-options.js';
import { type ScoredVector, scoreVectors, type VectorAccess } from './internal/score-vectors.js';
import type { VectorInput, VectorOutput } from './internal/vector-input.js';

export interface RescaleOptions
  extends Required<Pick<VectorOptions, 'shape'>>,
    Pick<VectorOptions, 'dtype' | 'channels' | 'scale' | 'offset' | 'mean' | 'std'> {
  /** What null and an absent value are. @defaultValue `'skip'`: null comes out */
  missing?: 'skip' | 'error';
}

/**
 * Rescales every value of an array, a picture say, by fixed numbers: `(x · scale + offset − mean) / std`.
 *
 *     source                                --[0, 255]----|
 *     rescale({ shape: [2], scale: 1/255 }) --[0, 1]------|
 *
 * Keras's `Rescaling(scale, offset)`, torchvision's `Normalize(mean, std)`, or one behind the other; `mean` and `std` for all channels or
 * one each. Takes plain arrays, nested as `shape` says or flat, typed arrays, and base64 of little-endian numbers of `dtype`. A value of
 * another shape comes out null, with the reason in `unfit` where the stream is of records. Keeps no state. O(values).
 *
 * @throws InvalidOptionError when called with a faulty option
 */
export function rescale<T>(
  options: RescaleOptions & Pick<VectorAccess<T>, 'value'>,
): OperatorFunction<T, ScoredVector<T, VectorOutput>>;
export function rescale<V extends VectorInput>(
  options: RescaleOptions,
): OperatorFunction<V, (V extends readonly unknown[] ? PlainArray : Float32Array | Float64Array) | null>;
export function rescale<T>(options: RescaleOptions & Partial<VectorAccess<T>>): OperatorFunction<never, unknown> {
  return scoreVectors({ ...options, method: 'rescale' });
}
