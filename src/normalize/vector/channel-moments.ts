import { isObservation } from '../../stats/is-observation.js';
import type { NumberArray } from './tensor-types.js';

/** Which values of a tensor are those of one channel: `from`, and every `step` behind it, `count` of them. */
export interface ChannelRun {
  from: number;
  step: number;
  count: number;
}

/** Values observed, their mean, and the sum of their squared distances from it. */
export interface ChannelMoments {
  count: number;
  mean: number;
  m2: number;
}

/** Sums of squares of bytes that fit 31 bits. */
const BLOCK = 16_384;

/**
 * Moments of one channel of one tensor, in two passes: the mean of distances from the first value, then squares of distances from the
 * mean. What is missing or masked does not count. O(count).
 * @param mask by value, or by position where `isByPosition`; 0: is not there
 */
export function channelMoments(
  values: NumberArray,
  { from, step, count }: ChannelRun,
  mask: Uint8Array | undefined,
  isByPosition: boolean,
  moments: ChannelMoments,
): void {
  const end = from + step * count;
  let n = 0;
  let pivot = 0;
  let sum = 0;
  for (let i = from, p = 0; i < end; i += step, p++) {
    const x = values[i]!;
    if (!isObservation(x) || (mask !== undefined && mask[isByPosition ? p : i] === 0)) continue;
    if (n === 0) pivot = x;
    n++;
    sum += x - pivot;
  }
  const shift = n > 0 ? sum / n : 0;
  let m2 = 0;
  for (let i = from, p = 0; i < end; i += step, p++) {
    const x = values[i]!;
    if (!isObservation(x) || (mask !== undefined && mask[isByPosition ? p : i] === 0)) continue;
    const delta = x - pivot - shift;
    m2 += delta * delta;
  }
  moments.count = n;
  moments.mean = pivot + shift;
  moments.m2 = m2;
}

/**
 * The same of bytes, all of them there, exact: sums of integers. Writes what `table` has for each byte into `out` on the way.
 * @param at where in `table` the channel's 256 entries begin
 */
export function byteMoments(
  values: Uint8Array,
  { from, step, count }: ChannelRun,
  table: Float64Array | Float32Array | undefined,
  at: number,
  out: Float64Array | Float32Array,
  moments: ChannelMoments,
): void {
  let sum = 0;
  let squares = 0;
  for (let begin = 0; begin < count; begin += BLOCK) {
    const end = from + step * Math.min(begin + BLOCK, count);
    let s = 0;
    let q = 0;
    if (table === undefined)
      for (let i = from + step * begin; i < end; i += step) {
        const x = values[i]!;
        s += x;
        q += x * x;
      }
    else
      for (let i = from + step * begin; i < end; i += step) {
        const x = values[i]!;
        s += x;
        q += x * x;
        out[i] = table[at + x]!;
      }
    sum += s;
    squares += q;
  }
  setMoments(moments, count, sum, squares);
}

/** The same for three channels side by side, as pictures have them, in one pass. */
export function pixelMoments(
  values: Uint8Array,
  positions: number,
  table: Float64Array | Float32Array | undefined,
  out: Float64Array | Float32Array,
  moments: readonly ChannelMoments[],
): void {
  let sum0 = 0;
  let sum1 = 0;
  let sum2 = 0;
  let squares0 = 0;
  let squares1 = 0;
  let squares2 = 0;
  for (let begin = 0; begin < positions; begin += BLOCK) {
    const end = 3 * Math.min(begin + BLOCK, positions);
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let q0 = 0;
    let q1 = 0;
    let q2 = 0;
    for (let i = 3 * begin; i < end; i += 3) {
      const x = values[i]!;
      const y = values[i + 1]!;
      const z = values[i + 2]!;
      s0 += x;
      s1 += y;
      s2 += z;
      q0 += x * x;
      q1 += y * y;
      q2 += z * z;
      if (table === undefined) continue;
      out[i] = table[x]!;
      out[i + 1] = table[256 + y]!;
      out[i + 2] = table[512 + z]!;
    }
    sum0 += s0;
    sum1 += s1;
    sum2 += s2;
    squares0 += q0;
    squares1 += q1;
    squares2 += q2;
  }
  setMoments(moments[0]!, positions, sum0, squares0);
  setMoments(moments[1]!, positions, sum1, squares1);
  setMoments(moments[2]!, positions, sum2, squares2);
}

/** n·Σx² − (Σx)² is exact as long as it is below 2^53: for bytes up to some 300,000 positions, and as good as that beyond. */
function setMoments(moments: ChannelMoments, count: number, sum: number, squares: number): void {
  moments.count = count;
  moments.mean = count > 0 ? sum / count : 0;
  moments.m2 = count > 0 ? Math.max(0, (count * squares - sum * sum) / count) : 0;
}
