import { BlockRing, type WindowOptions } from './block-ring.js';
import { isObservation } from './is-observation.js';
import { mergeTriples } from './moment-triple.js';
import type { ColumnwiseMoments } from './statistic.js';

/**
 * Mean and variance of the last `length` observations of one series, in the unit of the series.
 *
 * Nothing is taken out of a sum when it leaves (see `BlockRing`): a spike that has left is gone to the last bit but rounding, and the
 * answers depend on the window alone. Within the current block Σt and Σt² are summed, t = x − c with c the mean of all other blocks:
 * mean = c + Σt / n, m2 = m2 of the others + Σt² − (Σt)² / n. The block being a small part k of the n, (Σt)² / n is at most k / n of
 * Σt²: the difference loses nothing. (Where there are no other blocks yet, c is the first value of the block, and (Σt)² / n leaves at
 * least 1 / n of Σt².) Means in two doubles: right far from zero.
 *
 * O(1) amortized, `length` + O(√length) doubles. A missing value changes nothing: the window holds the last observations, however
 * many are missing between them.
 */
export class WindowMoments extends BlockRing implements ColumnwiseMoments {
  /** @throws InvalidOptionError when `length` is not an integer from 1 to 2^24 */
  constructor(options: WindowOptions, state?: Float64Array, offset = 0) {
    super(options, 3, 2, state, offset);
  }

  get mean(): number {
    const { state, offset } = this;
    return state[offset]! > 0 ? state[offset + this.answer]! + state[offset + this.answer + 1]! : Number.NaN;
  }

  variance(ddof = 0): number {
    const { state, offset } = this;
    const count = state[offset]!;
    return count > ddof ? state[offset + this.answer + 2]! / (count - ddof) : Number.NaN;
  }

  deviation(x: number): number {
    return x - this.state[this.offset + this.answer]! - this.state[this.offset + this.answer + 1]!;
  }

  shifted(step: number): number {
    return this.state[this.offset + this.answer]! + (this.state[this.offset + this.answer + 1]! + step);
  }

  updateColumn(
    xs: Float64Array,
    start: number,
    end: number,
    ddof: number,
    deviations: Float64Array,
    variances: Float64Array,
    means?: Float64Array,
  ): number {
    const { state, offset, length, blockLength } = this;
    let i = start;
    while (i < end) {
      const index = state[offset + 1]! - state[offset + 2]!;
      // Those that neither begin nor end a block, and the length of the window is never one of them.
      const inner = index === 0 ? 0 : Math.min(blockLength, length - state[offset + 2]!) - index - 1;
      const last = Math.min(end, i + inner);
      const stopped = inner > 0 ? this.#appendMany(xs, i, last, ddof, deviations, variances, means, start) : i;
      if (stopped < last || stopped === end) return stopped;
      i = stopped;
      const x = xs[i]!;
      if (!isObservation(x)) return i;
      deviations[i] = this.deviation(x);
      variances[i - start] = this.variance(ddof);
      if (means !== undefined) means[i - start] = this.mean;
      this.update(x);
      i++;
    }
    return i;
  }

  /** `append` for each of a stretch within a block, with what it adds up in registers. */
  #appendMany(
    xs: Float64Array,
    start: number,
    end: number,
    ddof: number,
    deviations: Float64Array,
    variances: Float64Array,
    means: Float64Array | undefined,
    first: number,
  ): number {
    const { state, offset, length } = this;
    const rest = offset + this.rest;
    const mean = state[rest]!;
    const low = state[rest + 1]!;
    const m2 = state[rest + 2]!;
    const prefix = offset + this.prefix;
    let sum = state[prefix]!;
    let squares = state[prefix + 1]!;
    const answer = offset + this.answer;
    let center = state[answer]!;
    let centerLow = state[answer + 1]!;
    let answerM2 = state[answer + 2]!;
    let count = state[offset]!;
    const position = state[offset + 1]!;
    let at = offset + this.values + position;
    let row = offset + this.suffix + 2 * (position + 1 - state[offset + 2]!);
    let i = start;
    for (; i < end; i++, at++, row += 2) {
      const x = xs[i]!;
      if (!isObservation(x)) break;
      deviations[i] = x - center - centerLow;
      variances[i - first] = count > ddof ? answerM2 / (count - ddof) : Number.NaN;
      if (means !== undefined) means[i - first] = center + centerLow;
      state[at] = x;
      if (count < length) count++;
      const t = x - mean - low;
      sum += t;
      squares += t * t;
      const total = state[row]! + sum;
      const step = total / count;
      const addend = step + low;
      center = mean + addend;
      const part = center - mean;
      centerLow = mean - (center - part) + (addend - part);
      answerM2 = m2 + Math.max(state[row + 1]! + squares - total * step, 0);
    }
    state[prefix] = sum;
    state[prefix + 1] = squares;
    state[answer] = center;
    state[answer + 1] = centerLow;
    state[answer + 2] = answerM2;
    state[offset] = count;
    state[offset + 1] = position + i - start;
    return i;
  }

  /** Rows of `suffix`: Σt and Σt² of the old values from there on, t being the distance from the mean of `rest`. */
  protected override open(x: number, restCount: number, start: number, end: number, old: boolean): void {
    const { state, offset } = this;
    const rest = offset + this.rest;
    if (restCount === 0) {
      state[rest] = x;
      state[rest + 1] = 0;
      state[rest + 2] = 0;
    }
    const prefix = offset + this.prefix;
    state[prefix] = 0;
    state[prefix + 1] = 0;
    if (!old) return; // in the first lap there are no old values, and the rows are the zeros that they begin as
    const mean = state[rest]!;
    const low = state[rest + 1]!;
    let row = offset + this.suffix + 2 * (end - start);
    let sum = 0;
    let squares = 0;
    state[row] = 0;
    state[row + 1] = 0;
    for (let at = offset + this.values + end - 1; at > offset + this.values + start; at--) {
      const t = state[at]! - mean - low;
      sum += t;
      squares += t * t;
      row -= 2;
      state[row] = sum;
      state[row + 1] = squares;
    }
  }

  protected override append(x: number, index: number, count: number): void {
    const { state, offset } = this;
    const rest = offset + this.rest;
    const mean = state[rest]!;
    const low = state[rest + 1]!;
    const t = x - mean - low;
    const prefix = offset + this.prefix;
    const sum = state[prefix]! + t;
    const squares = state[prefix + 1]! + t * t;
    state[prefix] = sum;
    state[prefix + 1] = squares;
    const row = offset + this.suffix + 2 * index;
    const total = state[row]! + sum;
    const step = total / count;
    const addend = step + low;
    const shifted = mean + addend;
    const part = shifted - mean;
    const answer = offset + this.answer;
    state[answer] = shifted;
    state[answer + 1] = mean - (shifted - part) + (addend - part);
    state[answer + 2] = state[rest + 2]! + Math.max(state[row + 1]! + squares - total * step, 0);
  }

  /** Corrected two-pass: the block is summarized for itself, whatever is beside it in the window by now. */
  protected override summarize(start: number, end: number, to: number): void {
    const { state, offset } = this;
    const first = offset + this.values + start;
    const last = offset + this.values + end;
    const count = end - start;
    const shift = state[first]!;
    let sum = 0;
    for (let at = first; at < last; at++) sum += state[at]! - shift;
    const step = sum / count;
    const mean = shift + step;
    const part = mean - shift;
    const low = shift - (mean - part) + (step - part);
    let error = 0;
    let squares = 0;
    for (let at = first; at < last; at++) {
      const delta = state[at]! - mean - low;
      error += delta;
      squares += delta * delta;
    }
    state[to] = mean;
    state[to + 1] = low + error / count;
    state[to + 2] = Math.max(squares - (error * error) / count, 0);
  }

  protected override join(a: number, m: number, b: number, n: number, to: number): void {
    mergeTriples(this.state, a, m, b, n, to);
  }
}
