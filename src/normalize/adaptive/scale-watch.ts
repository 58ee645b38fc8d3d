import { holdSum } from './hold-sum.js';
import type { Present } from './present.js';

const THRESHOLD = 16;
/** Sums go no further, so that they also come back. */
const HIGHEST = 20;
/** Values a change of scale has at least. */
const SHORTEST = 8;
const UP_SLOPE = 0.9;
/** ln E exp(UP_SLOPE·(score − 1)) and ln E exp(−(score − 1)) under N(0, 1): what makes each sum's exponential a martingale. */
const UP_DRIFT = 0.2545148524808726;
const DOWN_DRIFT = 0.2648066937824161;
/** A new scale starts as if four values had shown it doubled or halved. */
const PRIOR = 4;
const PRIOR_GROWTH = 4;
const PRIOR_SHRINKAGE = 0.25;

/**
 * Notices that innovations have become larger or smaller than they were: a CUSUM (Page 1954) of their M-scale scores a side, and, since
 * the sum last left zero, the number of innovations and the sum of their squares.
 *
 * State: 6 doubles at `at`, zeros at first: `[sum up, sum down, n up, Σsquares up, n down, Σsquares down]`. No unit. O(1).
 */
export class ScaleWatch {
  static readonly stride = 6;

  learn(state: Float64Array, at: number, { square, score, weight }: Present): -2 | 0 | 2 {
    const up = holdSum(state[at]! + (UP_SLOPE * (score - 1) - UP_DRIFT) * weight, HIGHEST);
    const down = holdSum(state[at + 1]! - (score - 1 + DOWN_DRIFT) * weight, HIGHEST);
    state[at] = up;
    state[at + 1] = down;
    const growing = gather(state, at + 2, up, square);
    const shrinking = gather(state, at + 4, down, square);
    if (up >= THRESHOLD && growing >= SHORTEST) return 2;
    return down >= THRESHOLD && shrinking >= SHORTEST ? -2 : 0;
  }

  /** Innovations since the estimated change. */
  delay(state: Float64Array, at: number, event: -2 | 2): number {
    return state[at + (event === 2 ? 2 : 4)]!;
  }

  /** By how much the variance has changed. */
  ratio(state: Float64Array, at: number, event: -2 | 2): number {
    const growth = event === 2;
    const squares = state[at + (growth ? 3 : 5)]!;
    return (squares + PRIOR * (growth ? PRIOR_GROWTH : PRIOR_SHRINKAGE)) / (this.delay(state, at, event) + PRIOR);
  }
}

/** Answers the number of innovations: 0 again with a sum of 0, which no processor foresees, so without a branch. */
function gather(state: Float64Array, at: number, sum: number, square: number): number {
  const counts = Math.ceil(sum * (1 / HIGHEST)); // 0 or 1
  const n = (state[at]! + 1) * counts;
  state[at] = n;
  state[at + 1] = (state[at + 1]! + square) * counts;
  return n;
}
