/**
 * Chance that the two-sample Kolmogorov-Smirnov distance of m and n values of one continuous distribution is at least `d` / (m·n): exact,
 * by counting lattice paths (Hodges 1958). With ties the true chance is smaller. O(m·n).
 */
export function smirnovTail(d: number, m: number, n: number): number {
  // inside[j]: chance that a random path reaches (i, j) and was always within the distance.
  const inside = new Float64Array(n + 1);
  for (let i = 0; i <= m; i++) {
    for (let j = 0; j <= n; j++) {
      if (Math.abs(i * n - j * m) >= d) inside[j] = 0;
      else if (i === 0 && j === 0) inside[j] = 1;
      // Of all orders of i and j values, the share i / (i + j) ends with one of the i.
      else inside[j] = (i > 0 ? inside[j]! * (i / (i + j)) : 0) + (j > 0 ? inside[j - 1]! * (j / (i + j)) : 0);
    }
  }
  return 1 - inside[n]!;
}
