import { BlockRing, type WindowOptions } from './block-ring.js';
import type { ExtentStatistic } from './statistic.js';

/**
 * Smallest and largest of the last `length` observations of one series, in the unit of the series, exactly.
 *
 * NaN of nothing. O(1) amortized, `length` + O(√length) doubles (see `BlockRing`). A missing value changes nothing.
 */
export class WindowExtent extends BlockRing implements ExtentStatistic {
  /** @throws InvalidOptionError when `length` is not an integer from 1 to 2^24 */
  constructor(options: WindowOptions, state?: Float64Array, offset = 0) {
    super(options, 2, state, offset);
  }

  get min(): number {
    return this.count > 0 ? this.state[this.offset + this.answer]! : Number.NaN;
  }

  get max(): number {
    return this.count > 0 ? this.state[this.offset + this.answer + 1]! : Number.NaN;
  }

  protected override append(x: number, count: number, rest: number): void {
    const { offset } = this;
    const prefix = offset + this.prefix;
    this.add(prefix, prefix, x, count);
    this.join(offset + this.suffix + 2 * count, rest, prefix, count, offset + this.answer);
  }

  protected override add(from: number, to: number, x: number, count: number): void {
    const { state } = this;
    state[to] = count === 1 ? x : Math.min(state[from]!, x);
    state[to + 1] = count === 1 ? x : Math.max(state[from + 1]!, x);
  }

  protected override join(a: number, m: number, b: number, n: number, to: number): void {
    const { state } = this;
    const first = m > 0 ? a : b;
    const second = n > 0 ? b : a;
    state[to] = Math.min(state[first]!, state[second]!);
    state[to + 1] = Math.max(state[first + 1]!, state[second + 1]!);
  }
}
