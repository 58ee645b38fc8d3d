// Where things stand in the state.
const COUNT = 0;
const LEVEL = 1;
const SLOPE = 2;
const SQUARES = 3;

/**
 * The straight line of least squares through the values of a series, one a moment, in recursive form: gains `2(2n − 1) / (n(n + 1))` for
 * its end and `6 / (n(n + 1))` for its slope. The variance of the slope is `12·s² / n³`.
 *
 * State: 4 doubles at `at`, zeros at first: `[n, end of the line, slope a value, Σ(deviations from the line)²]`. O(1).
 */
export const lineFit = {
  stride: 4,

  /** `x` must be an observation. */
  learn(state: Float64Array, at: number, x: number): void {
    const n = state[at + COUNT]! + 1;
    state[at + COUNT] = n;
    if (n === 1) {
      state[at + LEVEL] = x;
      return;
    }
    const line = state[at + LEVEL]! + state[at + SLOPE]!;
    const error = x - line;
    const perCount = 1 / (n * (n + 1));
    state[at + LEVEL] = line + 2 * (2 * n - 1) * perCount * error;
    state[at + SLOPE]! += 6 * perCount * error;
    state[at + SQUARES]! += (n - 1) * (n - 2) * perCount * error * error;
  },

  /**
   * How far `x` is from where the line goes, in standard deviations of what came about it, or in half steps of it where those are more: a line
   * without noise is known to a step. 0 where the line has not risen or fallen by six times as much, and among its first 32 values.
   */
  departure(state: Float64Array, at: number, x: number): number {
    const n = state[at + COUNT]!;
    if (n < 32) return 0;
    const slope = state[at + SLOPE]!;
    const square = state[at + SQUARES]! / (n - 2);
    if (!(slope * slope * n * n > 36 * square)) return 0;
    const error = x - state[at + LEVEL]! - slope;
    return error / Math.max(Math.sqrt(square * (1 + 4 / n)), Math.abs(slope) / 2);
  },

  /** Whether there is a slope of so many squared standard errors, where the deviations from the line are independent. */
  isSteep(state: Float64Array, at: number, squaredErrors: number): boolean {
    const n = state[at + COUNT]!;
    const slope = state[at + SLOPE]!;
    return n > 2 && slope * slope * n * n * n > ((12 * squaredErrors) / (n - 2)) * state[at + SQUARES]!;
  },
};
