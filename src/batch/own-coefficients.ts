import type { BatchCoefficients } from './batch-scaling.js';
import type { GroupMoments } from './group-moments.js';

export function newBatchCoefficients(groups: number): BatchCoefficients {
  return { shift: new Float64Array(groups), scale: new Float64Array(groups), offset: new Float64Array(groups) };
}

/**
 * What `scaling: 'own'` means, written to `into`: by the batch's own mean and biased variance, `1 / √(m2 / count + epsilon)`. A group
 * without spread (and `epsilon` 0) has scale 0, one without observations NaN.
 */
export function ownCoefficients(
  { count, shift, m2 }: GroupMoments,
  epsilon: number,
  into: BatchCoefficients,
): BatchCoefficients {
  for (let g = 0; g < count.length; g++) {
    const variance = m2[g]! / count[g]! + epsilon;
    into.shift[g] = shift[g]!;
    into.scale[g] = variance > 0 ? 1 / Math.sqrt(variance) : variance === 0 ? 0 : Number.NaN;
    into.offset[g] = 0;
  }
  return into;
}
