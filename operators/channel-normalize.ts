import type { OperatorFunction } from 'rxjs';
import type { CommonOptions, MethodOptions, ScalarMethod } from '../src/normalize/field-options.js';
import type { PlainArray } from '../src/normalize/vector/to-plain-value.js';
import type { VectorOptions } from '../src/normalize/vector/vector-options.js';
import { type ScoredVector, scoreVectors, type VectorAccess } from './internal/score-vectors.js';
import type { VectorInput, VectorOutput } from './internal/vector-input.js';

export interface ChannelNormalizeOptions
  extends Required<Pick<VectorOptions, 'shape'>>,
    Pick<VectorOptions, 'dtype' | 'channels' | 'maskValue'>,
    Omit<CommonOptions, 'drift'>,
    Omit<MethodOptions, 'norm'> {
  /** Of a vector, a shape like `[64]`, any; of positions and channels, as `[224, 224, 3]`, z-score. @defaultValue `'z-score'` */
  method?: ScalarMethod;
}

/**
 * Normalizes each channel of an array by the running statistics of that channel: those of a picture over all its pixels, those of a window
 * of readings over its steps, each component of a vector by itself.
 *
 *     source                                        --[0, 5]--[2, 7]--[1, 9]----|
 *     channelNormalize({ shape: [2], warmup: 2 })   --null----null----[0, 3]----|
 *
 * All values of a record are scored by what came before it, then learnt. Over positions and channels `warmup` and half-lives count
 * records, and `warmup` is 1 unless it is given; padding, by a mask (`{ values, mask }`) or `maskValue`, comes out as it came in and
 * enters no statistic. `channels` says which axis is that of the channels. Takes what `rescale` takes. O(values).
 *
 * @throws InvalidOptionError when called with a faulty option
 */
export function channelNormalize<T>(
  options: ChannelNormalizeOptions & VectorAccess<T>,
): OperatorFunction<T, ScoredVector<T, VectorOutput>>;
export function channelNormalize<V extends VectorInput>(
  options: ChannelNormalizeOptions,
): OperatorFunction<V, (V extends readonly unknown[] ? PlainArray : Float32Array | Float64Array) | null>;
export function channelNormalize<T>(
  options: ChannelNormalizeOptions & Partial<VectorAccess<T>>,
): OperatorFunction<never, unknown> {
  return scoreVectors({ ...options });
}
