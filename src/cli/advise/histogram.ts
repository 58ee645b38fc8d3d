const BARS = ' ▁▂▃▄▅▆▇█';

/** How values are distributed, as `bins` bars from `low` to `high`; what is beyond counts in the last. Any value at all shows. */
export function histogram(values: readonly Float64Array[], low: number, high: number, bins: number): string {
  const counts = new Array<number>(bins).fill(0);
  for (const series of values)
    for (const x of series) {
      if (Number.isNaN(x)) continue;
      const bin = Math.floor(((x - low) / (high - low)) * bins);
      counts[Math.min(Math.max(Number.isNaN(bin) ? 0 : bin, 0), bins - 1)]! += 1;
    }
  const highest = Math.max(...counts, 1);
  return counts.map((count) => BARS[count === 0 ? 0 : Math.max(1, Math.round((count / highest) * 8))]).join('');
}
