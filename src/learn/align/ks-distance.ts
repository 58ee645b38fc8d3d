/** Kolmogorov–Smirnov distance of two samples: the largest difference of their distribution functions, in [0, 1]. O(n log n). */
export function ksDistance(xs: ArrayLike<number>, ys: ArrayLike<number>): number {
  const a = Float64Array.from(xs).sort();
  const b = Float64Array.from(ys).sort();
  let largest = 0;
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const x = Math.min(a[i]!, b[j]!);
    while (i < a.length && a[i]! <= x) i++;
    while (j < b.length && b[j]! <= x) j++;
    largest = Math.max(largest, Math.abs(i / a.length - j / b.length));
  }
  return largest;
}
