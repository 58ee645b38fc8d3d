import { normalCdf } from '../../stats/normal-cdf.js';

/** Mean number of values of N(shift, 1) until one is further from 0 than `limit`. */
export function shewhartRunLength(limit: number, shift: number): number {
  return 1 / (normalCdf(-limit - shift) + normalCdf(-limit + shift));
}
