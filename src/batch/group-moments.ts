/**
 * Moments of each group of a micro-batch, one entry a group, about a pivot of that group: the mean is `pivot + shift`, kept apart so
 * that it is exact far from zero (at 1.7e12 a double has steps of 2.4e-4).
 */
export interface GroupMoments {
  /** Observations of the group: neither masked nor missing. */
  readonly count: Float64Array;
  /** Mean of `x − pivot`, in the unit of the values; 0 of nothing. */
  readonly shift: Float64Array;
  /** Σ(x − mean)², never negative; 0 of nothing. */
  readonly m2: Float64Array;
}

export function newGroupMoments(groups: number): GroupMoments {
  return { count: new Float64Array(groups), shift: new Float64Array(groups), m2: new Float64Array(groups) };
}
