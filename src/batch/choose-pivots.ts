import { isObservation } from '../stats/is-observation.js';
import { type BatchLayout, groupsIn } from './batch-layout.js';

/** Groups of up to so many values are judged by their first observation, larger ones by the median of five. */
const SMALL = 64;
const SAMPLE = 5;

/**
 * Writes to `pivots` a value of each group, so that residuals are small beside the offset: the median of up to five observations spread
 * over the group, so that a lone spike is not chosen; 0 where there is none.
 *
 * A value of the group is never further from its mean than √n standard deviations, so that moments about it lose at most a factor n.
 * O(groups), but for groups in which much is missing.
 */
export function choosePivots(
  layout: BatchLayout,
  values: ArrayLike<number>,
  pivots: Float64Array,
  mask?: Uint8Array,
): void {
  const { groups, inner, rows } = layout;
  const size = rows * inner;
  const wanted = size > SMALL ? SAMPLE : 1;
  const sample = new Float64Array(SAMPLE);
  for (let g = 0; g < groupsIn(layout); g++) {
    // Value k of the group is at start + ⌊k / inner⌋ · row + k mod inner.
    const row = groups * inner;
    const start = Math.floor(g / groups) * rows * row + (g % groups) * inner;
    let found = 0;
    for (let part = 0; part < wanted; part++) {
      const end = Math.floor(((part + 1) * size) / wanted);
      for (let k = Math.floor((part * size) / wanted); k < end; k++) {
        const at = start + Math.floor(k / inner) * row + (k % inner);
        if (!isObservation(values[at]!) || (mask !== undefined && mask[at] === 0)) continue;
        insert(sample, found++, values[at]!);
        break;
      }
    }
    pivots[g] = found === 0 ? 0 : sample[found >> 1]!;
  }
}

/** Keeps the first `length` of `sorted` in order with one more. */
function insert(sorted: Float64Array, length: number, x: number): void {
  let i = length;
  for (; i > 0 && sorted[i - 1]! > x; i--) sorted[i] = sorted[i - 1]!;
  sorted[i] = x;
}
