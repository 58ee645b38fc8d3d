/** Squared ratio of the standard deviation to the M-scale on normal data: it makes the mean score of N(0, 1) equal to 1. */
const KAPPA_SQUARED = 1.8631967008636334;

/**
 * How much a deviation of square `square`, in units of the present scale, speaks for a larger scale (above 1) or a smaller one
 * (below 1): `3k / (2 + k)`, `k = κ²·square`, the score of the scale of Student's t with two degrees of freedom. The M-scale is where
 * the mean score is 1 (Huber 1981, ch. 5).
 *
 * In [0, 3]: no single value, whatever its size, moves a scale by more than three ordinary ones. No unit. NaN stays NaN.
 */
export function mScaleScore(square: number): number {
  return (3 * KAPPA_SQUARED * square) / (2 + KAPPA_SQUARED * square);
}
