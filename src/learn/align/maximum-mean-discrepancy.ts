/**
 * Maximum mean discrepancy of two samples of vectors under a Gaussian kernel, squared (Gretton et al. 2012, biased form): 0 for equal samples.
 *
 * @param bandwidth σ of exp(−d² / 2σ²) @defaultValue the median distance of all vectors
 */
export function maximumMeanDiscrepancy(
  xs: readonly ArrayLike<number>[],
  ys: readonly ArrayLike<number>[],
  bandwidth = medianDistance([...xs, ...ys]),
): number {
  const kernel = (a: ArrayLike<number>, b: ArrayLike<number>) =>
    Math.exp(-squaredDistance(a, b) / (2 * bandwidth ** 2));
  const mean = (as: readonly ArrayLike<number>[], bs: readonly ArrayLike<number>[]) => {
    let sum = 0;
    for (const a of as) for (const b of bs) sum += kernel(a, b);
    return sum / (as.length * bs.length);
  };
  return mean(xs, xs) + mean(ys, ys) - 2 * mean(xs, ys);
}

function medianDistance(vectors: readonly ArrayLike<number>[]): number {
  const distances: number[] = [];
  for (let i = 0; i < vectors.length; i++)
    for (let j = 0; j < i; j++) distances.push(Math.sqrt(squaredDistance(vectors[i]!, vectors[j]!)));
  distances.sort((a, b) => a - b);
  return distances[distances.length >> 1] || 1;
}

function squaredDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2;
  return sum;
}
