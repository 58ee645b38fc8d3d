/** 1 − 2^(−1/h) for half-lives h of 3 and 128 values. */
const SHORT = 0.2062994740159002;
const LONG = 0.0054005765163668285;
/** Above this gain the series for 1 / √(1 + t) is not exact enough. */
const SERIES_GAIN = 0.01;
const SETTLED = 800;
const SQRT_12 = 3.4641016151377544;

/**
 * The eight scales that the experts predict with: a short (half-life 3 values) and a long one (128) around each of four centers.
 *
 * State: 8 doubles at `at`, reciprocals of scales, short and long in turn. Each is a recursive M-scale: its square grows by the gain
 * times (score − 1), see `mScaleScore`. None falls below the rounding error of a series whose values differ by `resolution` at least,
 * `resolution / √12`, so that a series of few distinct values never looks exactly predictable.
 */
export class ExpertScales {
  /** All scales become the size of the first change. */
  open(state: Float64Array, at: number, gap: number): void {
    state.fill(1 / gap, at, at + 8);
  }

  /** @param changes values learnt since the first change @param scores of the deviations from the eight predictions */
  learn(state: Float64Array, at: number, scores: Float64Array, changes: number, resolution: number): void {
    const mean = changes < SETTLED ? 1 / (changes + 1) : 0;
    const short = mean > SHORT ? mean : SHORT;
    const long = mean > LONG ? mean : LONG;
    const finest = SQRT_12 / resolution;
    for (let k = 0; k < 8; k += 2) {
      const quick = state[at + k]! / Math.sqrt(1 + short * (scores[k]! - 1));
      const growth = long * (scores[k + 1]! - 1);
      const slow = state[at + k + 1]!;
      const steady = long > SERIES_GAIN ? slow / Math.sqrt(1 + growth) : slow * shrink(growth);
      state[at + k] = quick < finest ? quick : finest;
      state[at + k + 1] = steady < finest ? steady : finest;
    }
  }

  /** Every long scale restarts from its short one. */
  shorten(state: Float64Array, at: number): void {
    for (let k = 0; k < 8; k += 2) state[at + k + 1] = state[at + k]!;
  }
}

/** 1 / √(1 + t) for small t, without the root and the division. */
function shrink(t: number): number {
  return 1 - t * (0.5 - t * (0.375 - t * 0.3125));
}
