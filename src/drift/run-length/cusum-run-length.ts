import { normalCdf } from '../../stats/normal-cdf.js';
import { gaussLegendre } from './gauss-legendre.js';
import { normalDensity } from './normal-density.js';
import { solveLinear } from './solve-linear.js';

/**
 * Mean number of values until a two-sided CUSUM of N(shift, 1) alarms, both sums starting at 0. `slack` and `threshold` in standard
 * deviations.
 *
 * One side: L(z) = 1 + L(0)·Φ(k − z − μ) + ∫ φ(y + k − z − μ)·L(y) dy over (0, h), solved at Gauss-Legendre nodes; both:
 * 1 / (1/L⁺ + 1/L⁻) (Kemp 1961).
 */
export function cusumRunLength(slack: number, threshold: number, shift: number): number {
  return 1 / (1 / oneSided(slack, threshold, shift) + 1 / oneSided(slack, threshold, -shift));
}

function oneSided(slack: number, threshold: number, shift: number): number {
  const n = Math.min(Math.max(20, Math.ceil(4 * threshold) + 8), 240);
  const { nodes, weights } = gaussLegendre(n, 0, threshold);
  const size = n + 1;
  const a = new Float64Array(size * size);
  const drift = slack - shift;
  for (let i = 0; i < size; i++) {
    const z = i === 0 ? 0 : nodes[i - 1]!;
    a[i * size] = -normalCdf(drift - z);
    for (let j = 1; j < size; j++) a[i * size + j] = -weights[j - 1]! * normalDensity(nodes[j - 1]! + drift - z);
    a[i * size + i]! += 1;
  }
  const length = solveLinear(a, new Float64Array(size).fill(1))[0]!;
  // Beyond what the elimination resolves a run is endless.
  return length > 0 && length < 1e13 ? length : 1e13;
}
