import { FourierTransform } from '../../stats/fourier-transform.js';

/**
 * Autocorrelation of `v` at the lags 0…`longest`, in [−1, 1]: Σ v_t·v_(t+k) / Σ v², missing values (NaN) counting as 0, the mean.
 * `v` has mean 0. By way of the spectrum (Wiener & Khinchin), with zeros behind the values so that nothing comes round. O(n log n).
 */
export function autocorrelation(v: Float64Array, longest: number): Float64Array {
  const lags = Math.max(0, Math.min(longest, v.length - 1));
  let size = 1;
  while (size < v.length + lags + 1) size *= 2;
  const fourier = new FourierTransform(size);
  const real = new Float64Array(size);
  const imaginary = new Float64Array(size);
  for (let t = 0; t < v.length; t++) real[t] = Number.isNaN(v[t]!) ? 0 : v[t]!;
  fourier.transform(real, imaginary);
  for (let k = 0; k < size; k++) {
    real[k] = real[k]! * real[k]! + imaginary[k]! * imaginary[k]!;
    imaginary[k] = 0;
  }
  fourier.transform(real, imaginary);
  const whole = real[0]!;
  return real.slice(0, lags + 1).map((sum) => (whole > 0 ? sum / whole : 0));
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
