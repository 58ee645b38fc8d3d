/** A count in at most five places: 950, 12.3k, 4.56M. */
export function formatCount(count: number): string {
  if (count < 1000) return count.toFixed(0);
  for (const [unit, size] of [
    ['k', 1e3],
    ['M', 1e6],
    ['G', 1e9],
  ] as const)
    if (count < 999.5 * size) return `${(count / size).toPrecision(3)}${unit}`;
  return count.toExponential(2);
}
