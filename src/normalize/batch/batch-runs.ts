/**
 * Moments and scores of one column of a micro-batch that were computed ahead, elsewhere: a run is the values of one series. They rest on
 * these values alone, never on what is known of a series, so that they may be taken before what precedes is learnt.
 */
export interface BatchRuns {
  /** By record: its run; −1 where it is in none. */
  readonly runOf: Int32Array;
  /** By run: records in it, observations or not; its moments are not there where `isKnown` is 0. */
  readonly size: Int32Array;
  readonly isKnown: Uint8Array;
  /** By run: observations, a value near them, and what the mean and Σ(x − mean)² are, the mean being `pivot + shift`. */
  readonly count: Float64Array;
  readonly pivot: Float64Array;
  readonly shift: Float64Array;
  readonly m2: Float64Array;
  /** By record: (x − mean) / √(m2 / count + epsilon); NaN where x is no observation or its run is not known. */
  readonly scores: Float64Array;
}
