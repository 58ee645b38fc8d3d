/**
 * Autocorrelation of `v` at the lags 0…`longest`, in [−1, 1]: Σ v_t·v_(t+k) / Σ v², missing values (NaN) counting as 0, the mean.
 * `v` has mean 0. O(n · longest).
 */
export function autocorrelation(v: Float64Array, longest: number): Float64Array {
  const filled = v.map((x) => (Number.isNaN(x) ? 0 : x));
  const n = filled.length;
  const answer = new Float64Array(Math.min(longest, n - 1) + 1);
  for (let k = 0; k < answer.length; k++) {
    let sum = 0;
    for (let t = k; t < n; t++) sum += filled[t]! * filled[t - k]!;
    answer[k] = sum;
  }
  const whole = answer[0]!;
  return whole > 0 ? answer.map((sum) => sum / whole) : answer.fill(0);
}

/**
 * How many successive values say as much as one independent value: 1 + 2·Σρ_k up to the first lag at which the sum in pairs is no
 * longer positive (Geyer 1992). At least 1.
 */
export function correlationTime(rho: Float64Array): number {
  let sum = 0;
  for (let k = 1; k + 1 < rho.length; k += 2) {
    const pair = rho[k]! + rho[k + 1]!;
    if (pair <= 0) break;
    sum += pair;
  }
  return Math.max(1, 1 + 2 * sum);
}
