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
    super(options, 2, 2, state, offset);
  }

  get min(): number {
    return this.count > 0 ? this.state[this.offset + this.answer]! : Number.NaN;
  }

  get max(): number {
    return this.count > 0 ? this.state[this.offset + this.answer + 1]! : Number.NaN;
  }

  /** Rows of `suffix`: the extent of the old values from there on and of `rest`. */
  protected override open(x: number, restCount: number, start: number, end: number, old: boolean): void {
    const { state, offset } = this;
    let row = offset + this.suffix + 2 * (end - start);
    let min = restCount > 0 ? state[offset + this.rest]! : x;
    let max = restCount > 0 ? state[offset + this.rest + 1]! : x;
    state[row] = min;
    state[row + 1] = max;
    for (let i = end - 1; i > start; i--) {
      row -= 2;
      const value = old ? state[offset + this.values + i]! : min;
      min = Math.min(min, value);
      max = Math.max(max, value);
      state[row] = min;
      state[row + 1] = max;
    }
    state[offset + this.prefix] = x;
    state[offset + this.prefix + 1] = x;
  }

  protected override append(x: number, index: number): void {
    const { state, offset } = this;
    const prefix = offset + this.prefix;
    const row = offset + this.suffix + 2 * index;
    const min = Math.min(state[prefix]!, x);
    const max = Math.max(state[prefix + 1]!, x);
    state[prefix] = min;
    state[prefix + 1] = max;
    state[offset + this.answer] = Math.min(state[row]!, min);
    state[offset + this.answer + 1] = Math.max(state[row + 1]!, max);
  }

  /** At the end of a block `prefix` is all of it. */
  protected override summarize(_start: number, _end: number, to: number): void {
    const prefix = this.offset + this.prefix;
    this.state.copyWithin(to, prefix, prefix + 2);
  }

  protected override join(a: number, m: number, b: number, n: number, to: number): void {
    const { state } = this;
    const first = m > 0 ? a : b;
    const second = n > 0 ? b : a;
    state[to] = Math.min(state[first]!, state[second]!);
    state[to + 1] = Math.max(state[first + 1]!, state[second + 1]!);
  }
}
