/**
 * What `Moments.update` does with an observation of weight 1, in the state of `Moments` at `offset`: Welford (1962), mean and sum of squared
 * deviations in two doubles each. For those who have the state at hand, whatever statistic it belongs to.
 */
export function learnMoments(state: Float64Array, offset: number, x: number): void {
  const count = state[offset]! + 1;
  const mean = state[offset + 1]!;
  const low = state[offset + 2]!;
  const delta = x - mean - low;
  const addend = delta * (1 / count) + low; // the division does not wait for delta
  const sum = mean + addend;
  const part = sum - mean;
  const sumLow = mean - (sum - part) + (addend - part);
  const m2 = state[offset + 3]!;
  const square = delta * (x - sum - sumLow) + state[offset + 4]!;
  const total = m2 + square;
  state[offset] = count;
  state[offset + 1] = sum;
  state[offset + 2] = sumLow;
  state[offset + 3] = total;
  state[offset + 4] = square - (total - m2);
}
