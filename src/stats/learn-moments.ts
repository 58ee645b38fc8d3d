/**
 * Learns an observation in the state of `Moments` at `offset`: Welford (1962) with West's (1979) weights, mean and sum of squared deviations
 * in two doubles each. `x` must be an observation and `weight` a finite number above 0; see `Moments.update`.
 */
export function learnMoments(state: Float64Array, offset: number, x: number, weight: number): void {
  const count = state[offset]! + weight;
  const mean = state[offset + 1]!;
  const low = state[offset + 2]!;
  const delta = x - mean - low;
  const addend = delta * (weight / count) + low; // the division does not wait for delta
  const sum = mean + addend;
  const part = sum - mean;
  const sumLow = mean - (sum - part) + (addend - part);
  const m2 = state[offset + 3]!;
  const square = weight * delta * (x - sum - sumLow) + state[offset + 4]!;
  const total = m2 + square;
  state[offset] = count;
  state[offset + 1] = sum;
  state[offset + 2] = sumLow;
  state[offset + 3] = total;
  state[offset + 4] = square - (total - m2);
}
