/**
 * The quantile `p` of observations counted in buckets, as Prometheus' `histogram_quantile` gives it: interpolated within its bucket, whose
 * lower end is 0 for the first; the highest bound when it lies above all. NaN of no observations.
 *
 * @param bounds upper bounds, growing
 * @param counts of each bucket by itself; one more than there are bounds
 * @param p in [0, 1]
 */
export function histogramQuantile(bounds: readonly number[], counts: readonly number[], p: number): number {
  let total = 0;
  for (const count of counts) total += count;
  if (!(total > 0)) return Number.NaN;
  const rank = p * total;
  let below = 0;
  for (const [i, upper] of bounds.entries()) {
    const count = counts[i]!;
    if (count > 0 && below + count >= rank) {
      const lower = i === 0 ? Math.min(0, upper) : bounds[i - 1]!;
      return lower + (upper - lower) * Math.max(0, (rank - below) / count);
    }
    below += count;
  }
  return bounds.at(-1)!;
}
