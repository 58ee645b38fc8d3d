import type { QuantileStatistic } from './statistic.js';

/** The median of |x − median| by what a summary says of ranks. O(its ranks), some ten of them. */
export function medianDistance(summary: QuantileStatistic, median: number): number {
  const within = (distance: number) => summary.rank(median + distance) - summary.rank(median - distance);
  // Within the nearer quartile lies at most half of the weight, within the farther one at least half: from there by secants.
  const toQuartiles = [summary.valueAt(0.75) - median, median - summary.valueAt(0.25)] as const;
  let low = Math.max(Math.min(...toQuartiles), 0);
  let high = Math.max(...toQuartiles, 0);
  let missing = within(low) - 0.5;
  let surplus = within(high) - 0.5;
  for (let i = 0; i < 60 && high - low > 1e-12 * high && missing < 0 && surplus > 0; i++) {
    const secant = (low * surplus - high * missing) / (surplus - missing);
    const middle = i % 4 === 3 || !(secant > low && secant < high) ? (low + high) / 2 : secant;
    const excess = within(middle) - 0.5;
    if (excess < 0) {
      low = middle;
      missing = excess;
    } else {
      high = middle;
      surplus = excess;
    }
    if (excess === 0) return middle;
  }
  return missing < 0 ? high : low;
}
