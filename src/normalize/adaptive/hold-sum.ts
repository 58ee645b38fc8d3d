import { positivePart } from '../../stats/positive-part.js';

/** A sum of a CUSUM, held between 0 and `limit`, so that it also comes back. */
export function holdSum(sum: number, limit: number): number {
  return sum > limit ? limit : positivePart(sum);
}
