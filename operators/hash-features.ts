import type { OperatorFunction } from 'rxjs';
import type { VectorOptions } from '../src/normalize/vector/vector-options.js';
import type { SparseVector } from '../src/normalize/vector/vector-value.js';
import { type ScoredVector, scoreVectors, type VectorAccess } from './internal/score-vectors.js';
import type { TextOptions } from './tf-idf.js';

export interface HashFeaturesOptions extends TextOptions, Pick<VectorOptions, 'features' | 'signed' | 'tf'> {
  norm?: 'l1' | 'l2' | 'none';
  output?: 'sparse' | 'dense';
  /** What null and an absent value are. @defaultValue `'skip'`: null comes out */
  missing?: 'skip' | 'error';
}

/**
 * Counts the terms of each text at the positions that their hashes say, with a sign that is a bit of the hash, at length 1 (feature
 * hashing, Weinberger et al. 2009).
 *
 *     source          --'disk disk full'--------------------------------|
 *     hashFeatures()  --{ indices: [87, 2051], values: [.89, −.45] }----|
 *
 * Keeps no state and no vocabulary: any number of terms fits `features` positions. What `tfIdf` says of text holds here. O(length).
 *
 * @throws InvalidOptionError when called with a faulty option
 */
export function hashFeatures<T>(
  options: HashFeaturesOptions & Pick<VectorAccess<T>, 'value'>,
): OperatorFunction<T, ScoredVector<T, SparseVector | Float64Array>>;
export function hashFeatures(
  options?: HashFeaturesOptions,
): OperatorFunction<string | Uint8Array | null, SparseVector | Float64Array | null>;
export function hashFeatures<T>(
  options: HashFeaturesOptions & Partial<VectorAccess<T>> = {},
): OperatorFunction<never, unknown> {
  return scoreVectors({ ...options, method: 'hashing' });
}
