import { gaussLegendre } from './gauss-legendre.js';
import { normalDensity } from './normal-density.js';
import { solveLinear } from './solve-linear.js';

/**
 * Mean number of values until the exponential mean of N(shift, 1), starting at 0, is further from 0 than c = limit·√(α / (2 − α)).
 *
 * L(z) = 1 + (1/α) ∫ L(y)·φ((y − (1 − α)z)/α − μ) dy over ±c (Crowder 1987), solved at Gauss-Legendre nodes and read at z = 0.
 */
export function ewmaRunLength(alpha: number, limit: number, shift: number): number {
  const edge = limit * Math.sqrt(alpha / (2 - alpha));
  const n = Math.min(Math.max(24, Math.ceil((6 * edge) / alpha) + 8), 400);
  const { nodes, weights } = gaussLegendre(n, -edge, edge);
  const kernel = (z: number, j: number) =>
    (weights[j]! / alpha) * normalDensity((nodes[j]! - (1 - alpha) * z) / alpha - shift);
  const a = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) a[i * n + j] = -kernel(nodes[i]!, j);
    a[i * n + i]! += 1;
  }
  const lengths = solveLinear(a, new Float64Array(n).fill(1));
  let length = 1;
  for (let j = 0; j < n; j++) length += kernel(0, j) * lengths[j]!;
  return length > 0 && length < 1e13 ? length : 1e13;
}
