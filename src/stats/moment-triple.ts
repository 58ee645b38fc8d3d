/**
 * The moments of a known number of observations as three doubles of an array, `[mean, meanLow, m2]`: the mean in two doubles and the
 * sum of squared deviations. What the windows compute with; the count is told by the place.
 */

/** Writes to `to` the moments at `from` and `x` together, `count` observations with it: Welford (1962), two-sum. */
export function addToTriple(state: Float64Array, from: number, to: number, x: number, count: number): void {
  if (count === 1) {
    state[to] = x;
    state[to + 1] = 0;
    state[to + 2] = 0;
    return;
  }
  const mean = state[from]!;
  const low = state[from + 1]!;
  const delta = x - mean - low;
  const addend = delta / count + low;
  const sum = mean + addend;
  const part = sum - mean;
  const sumLow = mean - (sum - part) + (addend - part);
  state[to + 2] = state[from + 2]! + delta * (x - sum - sumLow);
  state[to] = sum;
  state[to + 1] = sumLow;
}

/** Writes to `to` the moments of the `m` observations at `a` and the `n` at `b` together: Chan, Golub & LeVeque (1983), two-sum. */
export function mergeTriples(state: Float64Array, a: number, m: number, b: number, n: number, to: number): void {
  if (m === 0 || n === 0) {
    const from = m === 0 ? b : a;
    state[to] = state[from]!;
    state[to + 1] = state[from + 1]!;
    state[to + 2] = state[from + 2]!;
    return;
  }
  const mean = state[a]!;
  const low = state[a + 1]!;
  const delta = state[b]! - mean + (state[b + 1]! - low);
  const step = delta * (n / (m + n));
  const addend = step + low;
  const sum = mean + addend;
  const part = sum - mean;
  state[to + 2] = state[a + 2]! + state[b + 2]! + delta * step * m;
  state[to] = sum;
  state[to + 1] = mean - (sum - part) + (addend - part);
}
