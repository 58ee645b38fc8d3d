/** KPSS: below, the level (or the scale) may well be the same all along; its 1 % point (Kwiatkowski et al. 1992). */
export const KPSS_LIMIT = 0.739;

/**
 * The KPSS statistic of `v` for a constant level: Σ_t (Σ_{i≤t} v_i − mean)² / (n²·long-run variance), 0.17 on average where there is
 * none but chance, more the more the level moves. The long-run variance takes in `bandwidth` lags by Bartlett's weights. NaN counts as
 * the mean. 0 of a flat series. O(n · bandwidth).
 */
export function kpss(v: Float64Array, bandwidth: number): number {
  let sum = 0;
  let count = 0;
  for (const x of v)
    if (!Number.isNaN(x)) {
      sum += x;
      count++;
    }
  const mean = sum / count;
  const d = v.map((x) => (Number.isNaN(x) ? 0 : x - mean));
  let partial = 0;
  let squares = 0;
  let variance = 0;
  for (const x of d) {
    partial += x;
    squares += partial * partial;
    variance += x * x;
  }
  let longRun = variance;
  for (let k = 1; k <= bandwidth && k < d.length; k++) {
    let product = 0;
    for (let t = k; t < d.length; t++) product += d[t]! * d[t - k]!;
    longRun += 2 * (1 - k / (bandwidth + 1)) * product;
  }
  return longRun > 0 ? squares / count / Math.max(longRun, variance * 1e-3) : 0;
}

/** The slope of a series, robustly: Theil (1950) and Sen (1968), and Kendall's rank correlation with time, on medians of up to 48 blocks. */
export function trendOf(v: Float64Array): { change: number; tau: number } {
  const blocks = Math.min(48, Math.floor(v.length / 8));
  const medians: number[] = [];
  for (let b = 0; b < blocks; b++) {
    const block = v.slice(Math.floor((b * v.length) / blocks), Math.floor(((b + 1) * v.length) / blocks));
    const seen = block.filter((x) => !Number.isNaN(x)).sort();
    if (seen.length > 0) medians.push(seen[seen.length >> 1]!);
  }
  const slopes: number[] = [];
  let concordance = 0;
  for (let i = 0; i < medians.length; i++)
    for (let j = i + 1; j < medians.length; j++) {
      slopes.push((medians[j]! - medians[i]!) / (j - i));
      concordance += Math.sign(medians[j]! - medians[i]!);
    }
  if (slopes.length === 0) return { change: 0, tau: 0 };
  slopes.sort((a, b) => a - b);
  return { change: slopes[slopes.length >> 1]! * medians.length, tau: concordance / slopes.length };
}
