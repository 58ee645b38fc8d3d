import { BlockRing, type WindowOptions } from './block-ring.js';
import { addToTriple, mergeTriples } from './moment-triple.js';
import type { MomentsStatistic } from './statistic.js';

/**
 * Mean and variance of the last `length` observations of one series, in the unit of the series.
 *
 * Never subtracts what leaves (see `BlockRing`): a spike that has left is gone to the last bit but rounding, and the answers depend on
 * the window alone. Mean in two doubles: right far from zero. O(1) amortized, `length` + O(√length) doubles. A missing value changes
 * nothing: the window holds the last observations, however many are missing between them.
 */
export class WindowMoments extends BlockRing implements MomentsStatistic {
  /** @throws InvalidOptionError when `length` is not an integer from 1 to 2^24 */
  constructor(options: WindowOptions, state?: Float64Array, offset = 0) {
    super(options, 3, state, offset);
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

  protected override append(x: number, count: number, rest: number): void {
    const { state, offset } = this;
    const prefix = offset + this.prefix;
    addToTriple(state, prefix, prefix, x, count);
    mergeTriples(state, offset + this.suffix + 3 * count, rest, prefix, count, offset + this.answer);
  }

  protected override add(from: number, to: number, x: number, count: number): void {
    addToTriple(this.state, from, to, x, count);
  }

  protected override join(a: number, m: number, b: number, n: number, to: number): void {
    mergeTriples(this.state, a, m, b, n, to);
  }
}
