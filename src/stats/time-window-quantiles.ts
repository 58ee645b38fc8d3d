import { SortedValues } from './sorted-values.js';
import type { QuantileStatistic } from './statistic.js';
import { TimeWindow, type TimeWindowOptions } from './time-window.js';

/** From so many values leaving at once it is quicker to sort those that stay. */
const MANY = 16;
/** So few are moved more quickly one by one. */
const FEW = 24;

/**
 * Exact order statistics of the last `duration` ms of event time of one series, in the unit of the series.
 *
 * The window is kept twice: as it came, and sorted. Nothing is subtracted: a spike leaves no trace once it is out. Quantiles are linear
 * at p·(count − 1). An update is a binary search and one move of what is larger, for the value that enters and for each that leaves:
 * O(count), at the speed of a memory copy; answers are O(log count). The sorted values lie behind the entries. A missing value, one without
 * a time or too late changes nothing.
 */
export class TimeWindowQuantiles extends TimeWindow implements QuantileStatistic {
  readonly #sorted = new SortedValues();

  /** @throws InvalidOptionError when a duration is not a number of ms greater than 0, or a lateness below 0 */
  constructor(options: TimeWindowOptions, state?: Float64Array, offset = 0) {
    super(options, 0, 0, state, offset, 1);
  }

  get min(): number {
    return this.count > 0 ? this.#values().at(0) : Number.NaN;
  }
  get max(): number {
    return this.count > 0 ? this.#values().at(this.count - 1) : Number.NaN;
  }
  quantile(p: number): number {
    return this.#values().quantile(p);
  }
  quantiles(ps: Float64Array, into: Float64Array): boolean {
    const values = this.#values();
    for (let k = 0; k < ps.length; k++) into[k] = values.quantile(ps[k]!);
    return true;
  }
  rank(x: number): number {
    return this.#values().rank(x);
  }
  position(x: number): number {
    return this.#values().position(x);
  }
  valueAt(position: number): number {
    return this.#values().quantile(position);
  }
  medianDeviation(): number {
    return this.#values().medianDeviation();
  }
  forEach(visit: (value: number, weight: number) => void): void {
    this.#values().forEach(visit);
  }

  protected override inserted(index: number): void {
    const { state, apart } = this;
    const at = this.entry(index) + 1;
    const x = state[at]! + 0; // −0 is 0: the two would not be told apart when one leaves
    state[at] = x;
    const before = this.count - 1;
    const to = apart + this.#sorted.aim(state, apart, before).below(x);
    move(state, to + 1, to, apart + before);
    state[to] = x;
  }

  protected override evicting(evicted: number): void {
    const { state, apart, count } = this;
    if (evicted === count) return;
    if (evicted > MANY) this.#sortFrom(evicted);
    else
      for (let i = 0; i < evicted; i++) {
        const from = apart + this.#sorted.aim(state, apart, count - i).below(state[this.entry(i) + 1]!);
        move(state, from, from + 1, apart + count - i);
      }
  }

  protected override changed(): void {}

  #sortFrom(index: number): void {
    const { state, count, apart, width } = this;
    const from = this.entry(index) + 1;
    for (let i = 0; i < count - index; i++) state[apart + i] = state[from + i * width]!;
    state.subarray(apart, apart + count - index).sort();
  }

  #values(): SortedValues {
    return this.#sorted.aim(this.state, this.apart, this.count);
  }
}

/** Moves `array[start, end)` one place up or down, to begin at `to`. */
function move(array: Float64Array, to: number, start: number, end: number): void {
  if (end - start > FEW) array.copyWithin(to, start, end);
  else if (to > start) for (let i = end - 1; i >= start; i--) array[i + 1] = array[i]!;
  else for (let i = start; i < end; i++) array[i - 1] = array[i]!;
}
