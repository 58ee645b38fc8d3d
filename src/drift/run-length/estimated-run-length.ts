import { gaussLegendre } from './gauss-legendre.js';

/** Mean run length of a chart whose values are N(shift, 1) and whose limits are `stretch` times as wide as they were set. */
type RunLength = (stretch: number, shift: number) => number;

/**
 * Mean run length, the learning included, of a chart whose center and scale are those of its first `warmup` values.
 *
 * With a center that is off by m and a scale of s instead of 1 the chart behaves as one with known reference, stretched s times, on values
 * shifted by −m. The mean over what m and s may be: m ~ N(0, 1/n), s² ~ χ²(n − 1) / (n − 1). A chart that is reset at each alarm, and so
 * learns again, raises its alarms at this mean distance in the long run.
 */
export function estimatedRunLength(warmup: number, shift: number, runLength: RunLength): number {
  const freedom = warmup - 1;
  const spread = 1 / Math.sqrt(2 * freedom);
  const scales = gaussLegendre(14, Math.max(0.02, 1 - 5 * spread), 1 + 7 * spread);
  // In control the center is off to either side alike.
  const centers = gaussLegendre(shift === 0 ? 7 : 14, shift === 0 ? 0 : -5, 5);
  let total = 0;
  let weight = 0;
  for (const [i, scale] of scales.nodes.entries()) {
    const likely = (scales.weights[i]! * Math.exp(freedom * (Math.log(scale) - (scale * scale - 1) / 2))) / scale;
    for (const [j, center] of centers.nodes.entries()) {
      const share = likely * centers.weights[j]! * Math.exp((-center * center) / 2);
      if (share < 1e-14) continue;
      weight += share;
      total += share * runLength(scale, shift - center / Math.sqrt(warmup));
    }
  }
  return freedom + total / weight;
}
