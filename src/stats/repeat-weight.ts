/** Equal values in a row that still count in full. */
const PATIENCE = 4;

/**
 * What a value is worth that repeats the last one: the n-th equal value in a row `min(1, 4/n)`, so that a stuck sensor soon stops
 * teaching. In (0, 1], 1 for every value that differs.
 *
 * State: 2 doubles at `at`: the last value and how often it came in a row.
 */
export function repeatWeight(state: Float64Array, at: number, x: number): number {
  if (x !== state[at]!) {
    state[at] = x;
    state[at + 1] = 1;
    return 1;
  }
  const run = state[at + 1]! + 1;
  state[at + 1] = run;
  return run > PATIENCE ? PATIENCE / run : 1;
}
