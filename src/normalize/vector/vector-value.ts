import type { NamedWeights } from './text/named-weights.js';

/** Weights of few of very many positions: the rest is 0. */
export interface SparseVector {
  /** Positions, ascending. */
  readonly indices: Int32Array;
  readonly values: Float64Array;
}

/** Integers that stand for terms, and which of them do. */
export interface MaskedIds {
  readonly ids: Int32Array;
  /** 1 where an id is that of a term, known or not; 0 for padding. */
  readonly mask: Uint8Array;
}

/** What a field that is more than one number comes to. null: there is no score; NaN in an array stands for null. */
export type VectorValue =
  | number
  | string
  | boolean
  | null
  | Float64Array
  | Float32Array
  | Int32Array
  | SparseVector
  | MaskedIds
  | NamedWeights;
