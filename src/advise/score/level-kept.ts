/** Stretches with less in them have no correlation worth the name. */
const FEWEST = 16;

/**
 * How much of what happens within a stretch of values is left in their scores: the correlation of value and score, by stretches of
 * `length`, their median. 1: nothing is lost; short memories follow the level and hand on noise. NaN where no stretch varies.
 */
export function levelKept(
  series: readonly { values: Float64Array; normalized: Float64Array }[],
  length: number,
): number {
  const found: number[] = [];
  for (const { values, normalized } of series) {
    for (let from = 0; from < values.length; from += length) {
      const r = correlation(values.subarray(from, from + length), normalized.subarray(from, from + length));
      if (!Number.isNaN(r)) found.push(r);
    }
  }
  found.sort((a, b) => a - b);
  const half = found.length >> 1;
  if (found.length === 0) return Number.NaN;
  return found.length % 2 === 1 ? found[half]! : (found[half - 1]! + found[half]!) / 2;
}

/** Pearson's, of the pairs that are both there; in two passes, so that the level of the values does not matter. */
function correlation(xs: Float64Array, ys: Float64Array): number {
  let [n, meanX, meanY] = [0, 0, 0];
  for (let i = 0; i < xs.length; i++) {
    if (!(Math.abs(xs[i]!) < 1e150 && Math.abs(ys[i]!) < 1e150)) continue;
    n++;
    meanX += (xs[i]! - meanX) / n;
    meanY += (ys[i]! - meanY) / n;
  }
  if (n < FEWEST) return Number.NaN;
  let [xx, xy, yy] = [0, 0, 0];
  for (let i = 0; i < xs.length; i++) {
    if (!(Math.abs(xs[i]!) < 1e150 && Math.abs(ys[i]!) < 1e150)) continue;
    const [dx, dy] = [xs[i]! - meanX, ys[i]! - meanY];
    xx += dx * dx;
    xy += dx * dy;
    yy += dy * dy;
  }
  return xy / Math.sqrt(xx * yy);
}
