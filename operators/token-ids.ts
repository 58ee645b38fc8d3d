import type { OperatorFunction } from 'rxjs';
import type { CommonOptions } from '../src/normalize/field-options.js';
import type { VectorOptions } from '../src/normalize/vector/vector-options.js';
import type { MaskedIds } from '../src/normalize/vector/vector-value.js';
import { type ScoredVector, scoreVectors, type VectorAccess } from './internal/score-vectors.js';
import type { TextOptions } from './tf-idf.js';

export interface TokenIdsOptions
  extends TextOptions,
    Pick<VectorOptions, 'maxTerms' | 'length' | 'padding' | 'truncation' | 'mask'>,
    Pick<CommonOptions, 'order'> {
  whenFull?: 'ignore' | 'refuse';
  /** What null and an absent value are. @defaultValue `'skip'`: null comes out */
  missing?: 'skip' | 'error';
}

/**
 * Turns each text into the ids of its terms, for an embedding: 1 for a term not known yet, 0 for padding.
 *
 *     source                   --'disk full'----'disk ok'----'disk full'--|
 *     tokenIds({ length: 3 })  --[1, 1, 0]------[2, 1, 0]----[2, 3, 0]----|
 *
 * The vocabulary grows as texts are learnt, up to `maxTerms`: 2 is the first term ever seen. With `mask` ids come as `{ ids, mask }`. What
 * `tfIdf` says of text holds here. O(length).
 *
 * @throws InvalidOptionError when called with a faulty option
 */
export function tokenIds<T>(
  options: TokenIdsOptions & VectorAccess<T>,
): OperatorFunction<T, ScoredVector<T, Int32Array | MaskedIds>>;
export function tokenIds(
  options: TokenIdsOptions & { mask: true },
): OperatorFunction<string | Uint8Array | null, MaskedIds | null>;
export function tokenIds(options?: TokenIdsOptions): OperatorFunction<string | Uint8Array | null, Int32Array | null>;
export function tokenIds<T>(
  options: TokenIdsOptions & Partial<VectorAccess<T>> = {},
): OperatorFunction<never, unknown> {
  return scoreVectors({ ...options, method: 'token-ids' });
}
