import { addToTriple, mergeTriples } from './moment-triple.js';
import type { MomentsStatistic } from './statistic.js';
import type { TimeWindowOptions } from './time-window.js';
import { TwoStackWindow } from './two-stack-window.js';

/**
 * Mean and variance of the observations of the last `duration` ms of event time, in the unit of the series.
 *
 * The window is (newest − duration, newest], the newest being the largest event time learnt or told by `advance`. Never subtracts
 * (see `TwoStackWindow`): a spike that has left is gone to the last bit but rounding. Mean in two doubles: right far from zero.
 * An infinite value, NaN, a value without a time or too late changes nothing. State: own doubles `[back…, answer…]`, three each.
 */
export class TimeWindowMoments extends TwoStackWindow implements MomentsStatistic {
  /** @throws InvalidOptionError when a duration is not a number of ms greater than 0, or a lateness below 0 */
  constructor(options: TimeWindowOptions, state?: Float64Array, offset = 0) {
    super(options, 6, 3, state, offset);
  }

  get mean(): number {
    const at = this.#answer;
    return this.count > 0 ? this.state[at]! + this.state[at + 1]! : Number.NaN;
  }

  variance(ddof = 0): number {
    const { count } = this;
    return count > ddof ? this.state[this.#answer + 2]! / (count - ddof) : Number.NaN;
  }

  deviation(x: number): number {
    const at = this.#answer;
    return x - this.state[at]! - this.state[at + 1]!;
  }

  shifted(step: number): number {
    const at = this.#answer;
    return this.state[at]! + (this.state[at + 1]! + step);
  }

  protected override fold(at: number, count: number): void {
    addToTriple(this.state, at + this.width + 2, at + 2, this.state[at + 1]!, count);
  }

  protected override addToBack(x: number, count: number): void {
    const back = this.offset + this.own;
    addToTriple(this.state, back, back, x, count);
  }

  protected override changed(): void {
    const { state, offset, own, front, count } = this;
    if (count > 0) mergeTriples(state, this.entry(0) + 2, front, offset + own, count - front, this.#answer);
    else state.fill(0, offset + own, offset + own + 6);
  }

  get #answer(): number {
    return this.offset + this.own + 3;
  }
}
