import type { GroupMoments } from '../../batch/group-moments.js';
import type { BatchCoefficients } from '../backend.js';

/** What `scaling.kind: 'own'` says: each group by its own moments. NaN for a group of nothing, scale 0 for a flat one without epsilon. */
export function ownCoefficients({ count, shift, m2 }: GroupMoments, epsilon: number): BatchCoefficients {
  const scale = new Float64Array(count.length);
  for (let q = 0; q < scale.length; q++) {
    const factor = 1 / Math.sqrt(m2[q]! / count[q]! + epsilon);
    scale[q] = count[q]! > 0 && !Number.isFinite(factor) ? 0 : factor;
  }
  return { shift: shift.slice(), scale, offset: new Float64Array(scale.length) };
}
