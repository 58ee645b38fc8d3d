import { normalCdf } from '../../stats/normal-cdf.js';

const KAPPA = 1.364989633530465;

/**
 * Chance of a score at least as far out as `z` under `normalShare`·N(0, 1) + (1 − `normalShare`)·t2(0, 1/κ), in [0, 1].
 * Both tails: `2·π·Φ(−|z|) + (1 − π)·2 / (q·(q + U))`, `U = κ|z|`, `q = √(2 + U²)`. NaN where `z` is.
 */
export function twoSidedP(z: number, normalShare: number): number {
  const size = Math.abs(z);
  const u = KAPPA * size;
  const q = Math.sqrt(2 + u * u);
  return 2 * normalShare * normalCdf(-size) + ((1 - normalShare) * 2) / (q * (q + u));
}
