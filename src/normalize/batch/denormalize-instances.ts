import { type BatchLayout, valuesIn } from '../../batch/batch-layout.js';

/** What instances were normalized by: a group is a channel of a sample. */
export interface InstanceScaling {
  /** Center of each group as `pivot + shift`, in the unit of its values. */
  readonly pivots: Float64Array;
  readonly shift: Float64Array;
  /** What each group was divided by: `√(variance + epsilon)`. */
  readonly deviation: Float64Array;
  /** By channel. */
  readonly gamma: Float64Array | undefined;
  readonly beta: Float64Array | undefined;
}

/** Takes each y back to `x = (y − β) / γ · deviation + center`, into a new array. NaN stays NaN. */
export function denormalizeInstances(
  ys: ArrayLike<number>,
  layout: BatchLayout,
  { pivots, shift, deviation, gamma, beta }: InstanceScaling,
): Float64Array {
  const { rows, groups, inner, channels, channelInner } = layout;
  const xs = new Float64Array(valuesIn(layout));
  for (let k = 0; k < xs.length; k++) {
    const g = Math.floor(k / (inner * groups * rows)) * groups + (Math.floor(k / inner) % groups);
    const channel = Math.floor(k / channelInner) % channels;
    const residual = ((ys[k]! - (beta?.[channel] ?? 0)) / (gamma?.[channel] ?? 1)) * deviation[g]!;
    xs[k] = pivots[g]! + (shift[g]! + residual);
  }
  return xs;
}
