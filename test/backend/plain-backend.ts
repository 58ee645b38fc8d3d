import type { BatchJob } from '../../src/backend/backend.js';
import { type BatchLayout, groupsIn, valuesIn } from '../../src/batch/batch-layout.js';
import { isObservation } from '../../src/stats/is-observation.js';

/** Which group value `k` of the batch belongs to: the definition of a layout, index by index. */
export function groupOf({ rows, groups, inner }: BatchLayout, k: number): number {
  const group = Math.floor(k / inner) % groups;
  return Math.floor(k / (inner * groups * rows)) * groups + group;
}

export interface PlainGroup {
  count: number;
  /** Mean and m2 of the residuals about the job's pivot, in two passes. */
  shift: number;
  m2: number;
}

/** Moments of a job by the textbook, one value after the other. */
export function plainMoments(job: BatchJob): PlainGroup[] {
  const residuals = Array.from({ length: groupsIn(job.layout) }, () => [] as number[]);
  job.values.forEach((x: number, k: number) => {
    const group = groupOf(job.layout, k);
    if (isObservation(x) && job.mask?.[k] !== 0) residuals[group]!.push(x - job.pivots[group]!);
  });
  return residuals.map((group) => {
    const count = group.length;
    const first = group[0] ?? 0;
    const shift = count === 0 ? 0 : first + group.reduce((sum, r) => sum + (r - first), 0) / count;
    return { count, shift, m2: group.reduce((sum, r) => sum + (r - shift) ** 2, 0) };
  });
}

/** The output of a job by the textbook. */
export function plainOutput(job: BatchJob): Float64Array {
  const { layout, values, pivots, scaling, gamma, beta, missing } = job;
  const moments = plainMoments(job);
  const coefficients =
    scaling!.kind === 'given'
      ? scaling!.coefficients
      : scaling!.kind === 'resolved'
        ? scaling!.resolve({
            count: Float64Array.from(moments, ({ count }) => count),
            shift: Float64Array.from(moments, ({ shift }) => shift),
            m2: Float64Array.from(moments, ({ m2 }) => m2),
          })
        : undefined;
  return Float64Array.from({ length: valuesIn(layout) }, (_, k) => {
    const group = groupOf(layout, k);
    const channel = Math.floor(k / layout.channelInner) % layout.channels;
    const { count, shift, m2 } = moments[group]!;
    const epsilon = scaling!.kind === 'own' ? scaling!.epsilon : 0;
    const spread = Math.sqrt(m2 / count + epsilon);
    const center = coefficients ? coefficients.shift[group]! : shift;
    const scale = coefficients ? coefficients.scale[group]! : count === 0 ? Number.NaN : spread > 0 ? 1 / spread : 0;
    const offset = coefficients ? coefficients.offset[group]! : 0;
    const b = beta?.[channel] ?? 0;
    if (!isObservation(values[k]!))
      return missing === 'center' && !Number.isNaN(center + scale + offset) ? b : Number.NaN;
    return ((values[k]! - pivots[group]! - center) * scale + offset) * (gamma?.[channel] ?? 1) + b;
  });
}
