import { isObservation } from '../stats/is-observation.js';

/** Which length of a vector becomes 1. */
export type Norm = 'l1' | 'l2' | 'max';

/**
 * Scales `xs[start..end)` to length 1 into `out`, in place where `out` is `xs`. Returns the length it had, in the unit of `xs`:
 * `out · length` gives the vector back.
 *
 * A missing component comes out NaN and counts for nothing. A vector of length 0 stays as it is, with length 0. Components are scaled
 * by the largest before they are squared, so that no length overflows or vanishes.
 */
export function unitNorm(xs: Float64Array, norm: Norm, out: Float64Array = xs, start = 0, end = xs.length): number {
  let largest = 0;
  for (let i = start; i < end; i++) {
    const x = xs[i]!;
    if (isObservation(x) && Math.abs(x) > largest) largest = Math.abs(x);
  }
  let sum = 0;
  if (norm !== 'max' && largest > 0) {
    for (let i = start; i < end; i++) {
      const x = xs[i]!;
      if (!isObservation(x)) continue;
      const share = Math.abs(x) / largest;
      sum += norm === 'l1' ? share : share * share;
    }
  }
  const shares = norm === 'max' ? 1 : norm === 'l1' ? sum : Math.sqrt(sum);
  for (let i = start; i < end; i++) {
    const x = xs[i]!;
    // Two divisions: the length itself may be beyond what a double holds well, its factors are not.
    out[i] = isObservation(x) ? (largest > 0 ? x / largest / shares : 0) : Number.NaN;
  }
  return largest > 0 ? largest * shares : 0;
}
