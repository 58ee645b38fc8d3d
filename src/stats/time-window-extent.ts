import type { ExtentStatistic } from './statistic.js';
import type { TimeWindowOptions } from './time-window.js';
import { TwoStackWindow } from './two-stack-window.js';

/**
 * Smallest and largest observation of the last `duration` ms of event time, in the unit of the series, exactly.
 *
 * The window is (newest − duration, newest], the newest being the largest event time learnt or told by `advance`. An infinite value,
 * NaN, a value without a time or too late changes nothing. State: own doubles `[backMin, backMax]`. O(1) amortized.
 */
export class TimeWindowExtent extends TwoStackWindow implements ExtentStatistic {
  /** @throws InvalidOptionError when a duration is not a number of ms greater than 0, or a lateness below 0 */
  constructor(options: TimeWindowOptions, state?: Float64Array, offset = 0) {
    super(options, 2, 2, state, offset);
  }

  get min(): number {
    const { state, front, count } = this;
    const back = count > front ? state[this.offset + this.own]! : Number.POSITIVE_INFINITY;
    if (front === 0) return count > 0 ? back : Number.NaN;
    return Math.min(state[this.entry(0) + 2]!, back);
  }

  get max(): number {
    const { state, front, count } = this;
    const back = count > front ? state[this.offset + this.own + 1]! : Number.NEGATIVE_INFINITY;
    if (front === 0) return count > 0 ? back : Number.NaN;
    return Math.max(state[this.entry(0) + 3]!, back);
  }

  protected override fold(at: number, count: number): void {
    this.#widen(at + this.width + 2, at + 2, this.state[at + 1]!, count);
  }

  protected override addToBack(x: number, count: number): void {
    const back = this.offset + this.own;
    this.#widen(back, back, x, count);
  }

  protected override changed(): void {}

  /** Writes to `to` the extent at `from` and x together, `count` observations with it. */
  #widen(from: number, to: number, x: number, count: number): void {
    const { state } = this;
    state[to] = count === 1 ? x : Math.min(state[from]!, x);
    state[to + 1] = count === 1 ? x : Math.max(state[from + 1]!, x);
  }
}
