import type { GroupMoments } from './group-moments.js';

/**
 * What each group is normalized with: `y = ((x − pivot − shift) · scale + offset) · γ + β`.
 *
 * - `own`: by the batch's own moments, `scale = 1 / √(m2 / count + epsilon)`, 0 where that is no number; moments and normalization may
 *   be one pass
 * - `given`: by numbers known beforehand
 * - `resolved`: by numbers that `resolve` makes from the moments, on the host, between the two passes
 */
export type BatchScaling =
  | { readonly kind: 'own'; readonly epsilon: number }
  | { readonly kind: 'given'; readonly coefficients: BatchCoefficients }
  | { readonly kind: 'resolved'; readonly resolve: (moments: GroupMoments) => BatchCoefficients };

/** By group. NaN in any of the three makes the outputs of that group NaN. */
export interface BatchCoefficients {
  /** Center less pivot, in the unit of the values. */
  readonly shift: Float64Array;
  /** What a residual is multiplied by: 1 / unit. */
  readonly scale: Float64Array;
  /** Added after scaling; without unit. 0 but for batch renormalization. */
  readonly offset: Float64Array;
}
