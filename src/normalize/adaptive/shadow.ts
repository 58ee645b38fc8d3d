/** From so many values on a deviation is cut at four standard deviations of the shadow itself. */
const SELF_CLIPPING = 6;

/**
 * Mean and sum of squared deviations of what may turn out to be a new regime, gathered while that is being decided.
 *
 * State: 3 doubles at `at`: `[n, mean, Σ(x − mean)²]` (Welford 1962). A negative n: latched, the shadow is wanted even if the suspicion
 * falls back for a while.
 */
export const shadow = {
  stride: 3,

  learn(state: Float64Array, at: number, x: number): void {
    const signed = state[at]!;
    const n = signed < 0 ? -signed : signed;
    const squares = state[at + 2]!;
    let delta = x - state[at + 1]!;
    if (n >= SELF_CLIPPING) {
      const limit = (16 * squares) / n;
      if (delta * delta > limit) delta = delta > 0 ? Math.sqrt(limit) : -Math.sqrt(limit);
    }
    const step = delta / (n + 1);
    state[at + 1]! += step;
    state[at + 2] = squares + delta * (delta - step);
    state[at] = signed < 0 ? -n - 1 : n + 1;
  },

  latch(state: Float64Array, at: number): void {
    if (state[at]! > 0) state[at] = -state[at]!;
  },

  /** Values gathered. */
  count(state: Float64Array, at: number): number {
    return Math.abs(state[at]!);
  },

  /** Values gathered since it was latched or before; 0 for a shadow that is not latched. */
  latchedCount(state: Float64Array, at: number): number {
    return state[at]! < 0 ? -state[at]! : 0;
  },
};
