import type { OperatorFunction } from 'rxjs';
import type { CommonOptions } from '../src/normalize/field-options.js';
import type { VectorOptions } from '../src/normalize/vector/vector-options.js';
import type { SparseVector } from '../src/normalize/vector/vector-value.js';
import { type ScoredVector, scoreVectors, type VectorAccess } from './internal/score-vectors.js';

/** How text is cut into terms. */
export type TextOptions = Pick<VectorOptions, 'lowercase' | 'minLength' | 'ngrams' | 'stopWords' | 'locale'>;

export interface TfIdfOptions
  extends TextOptions,
    Pick<VectorOptions, 'maxTerms' | 'whenFull' | 'features' | 'tf' | 'idf' | 'output'>,
    Pick<CommonOptions, 'memory' | 'order'> {
  norm?: 'l1' | 'l2' | 'none';
  /** What null and an absent value are. @defaultValue `'skip'`: null comes out */
  missing?: 'skip' | 'error';
}

/** Weights of the terms of a text: by term, by position, or all positions. */
export type TermWeights = Record<string, number> | SparseVector | Float64Array;

/**
 * Weighs the terms of each text by how often they are in it and how rare they are in the texts before it, at length 1.
 *
 *     source                           --'disk full'-------------------'disk ok'----------------|
 *     tfIdf()                          --{ disk: .71, full: .71 }------{ disk: .58, ok: .81 }---|
 *
 * tf · (ln((1 + n) / (1 + df)) + 1), then L2, as scikit-learn and river's `TFIDF`, which learns first (`order: 'learn-first'`); n and df
 * fade with `memory: { halfLife }`, in documents or in event time. `output: 'sparse'` gives `{ indices, values }`, indices by first
 * appearance, `'dense'` an array of `maxTerms`; with `features` terms are hashed to so many positions. A text of no words has no weights,
 * one that is no text comes out null, with the reason in `unfit` where the stream is of records. O(length of the text).
 *
 * @throws InvalidOptionError when called with a faulty option
 */
export function tfIdf<T>(options: TfIdfOptions & VectorAccess<T>): OperatorFunction<T, ScoredVector<T, TermWeights>>;
export function tfIdf(options?: TfIdfOptions): OperatorFunction<string | Uint8Array | null, TermWeights | null>;
export function tfIdf<T>(options: TfIdfOptions & Partial<VectorAccess<T>> = {}): OperatorFunction<never, unknown> {
  return scoreVectors({ ...options, method: 'tf-idf' });
}
