import type { VectorValue } from './vector-value.js';

/**
 * Scores the values of one field that is more than one number, or no number at all, and learns them.
 *
 * `read` a value, which no series needs to be known for and which changes no state; then `aim` at the series and `score`: normalize first,
 * learn after, unless the rules say otherwise. What `output` and the members below it answer is of the last score, and may be used again
 * for the next: a copy is the caller's to make.
 */
export interface VectorScorer {
  /** Doubles of state that a new series needs; 0: none is kept. */
  readonly stride: number;
  /** Whether the state may move to a longer array, as in `Statistic`. */
  readonly growable: boolean;
  /** The array aimed at, or the longer one that replaced it. */
  readonly state: Float64Array;
  aim(state: Float64Array, offset: number): void;

  /**
   * Takes up what the next `score` is for: undefined and null are missing.
   * @returns why the value is none of this field, as `expected …, got …`; undefined where it is one
   * @throws MissingValueError for a missing value under `missing: 'error'`
   */
  read(value: unknown): string | undefined;
  /** Why the series aimed at cannot take what was read; nothing is learnt by asking. */
  refuse?(): string | undefined;
  /** @param time event time in ms; NaN where there is none */
  score(time: number): void;

  readonly output: VectorValue;
  /** How the value came, which is how an array goes out: plain arrays, nested or flat, or packed numbers. */
  readonly form: 'nested' | 'flat' | 'packed';
  /** The shape of an output of nested arrays; undefined: it is flat. */
  readonly nesting: readonly number[] | undefined;
  /** What a position of the output means has changed so many times. */
  readonly epoch: number;
  /** Whether the last value found the series warmed up. */
  readonly warm: boolean;
  /** What the inverse needs, in the unit of the values: one each of the channels, or one for all; null where the method has none. */
  readonly center: VectorValue;
  readonly scale: VectorValue;
  /** Records that the last score rests on. */
  readonly count: number;
}
