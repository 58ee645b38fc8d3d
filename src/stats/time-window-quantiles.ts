import { SortedValues } from './sorted-values.js';
import type { QuantileStatistic } from './statistic.js';
import { TimeWindow, type TimeWindowOptions } from './time-window.js';

/** Doubles of an entry: time, value, sorted value. */
const WIDTH = 3;
/** From so many values leaving at once it is quicker to sort those that stay. */
const MANY = 16;

/**
 * Exact order statistics of the last `duration` ms of event time of one series, in the unit of the series.
 *
 * Beside the i-th oldest observation lies the i-th smallest of the window, so that both orders grow and slide together. Nothing is
 * subtracted: a spike leaves no trace once it is out. Quantiles are linear at p·(count − 1). An update moves what lies between the
 * value and its place, O(count); answers are O(log count). A missing value, one without a time or too late changes nothing.
 */
export class TimeWindowQuantiles extends TimeWindow implements QuantileStatistic {
  readonly #sorted = new SortedValues();

  /** @throws InvalidOptionError when a duration is not a number of ms greater than 0, or a lateness below 0 */
  constructor(options: TimeWindowOptions, state?: Float64Array, offset = 0) {
    super(options, 0, WIDTH - 2, state, offset);
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

  /** The new entry has left a gap in the sorted values at its own place; the gap moves to where its value belongs. */
  protected override inserted(index: number): void {
    const { state } = this;
    const first = this.entry(0) + 2;
    const last = first + (this.count - 1) * WIDTH;
    let gap = first + index * WIDTH;
    const x = state[gap - 1]! + 0; // −0 is 0: the two would not be told apart when one leaves
    state[gap - 1] = x;
    for (; gap > first && state[gap - WIDTH]! > x; gap -= WIDTH) state[gap] = state[gap - WIDTH]!;
    for (; gap < last && state[gap + WIDTH]! < x; gap += WIDTH) state[gap] = state[gap + WIDTH]!;
    state[gap] = x;
  }

  protected override evicting(evicted: number): void {
    const { count } = this;
    if (evicted === count) return;
    if (evicted > MANY) this.#sortFrom(evicted);
    else for (let i = 0; i < evicted; i++) this.#remove(i);
  }

  protected override changed(): void {}

  /** Takes the value of entry i out of the sorted values, which begin at entry i, so that they begin one later. */
  #remove(i: number): void {
    const { state } = this;
    const entry = this.entry(i);
    const below = this.#sorted.aim(state, entry + 2, WIDTH, this.count - i).below(state[entry + 1]!);
    for (let at = entry + 2 + below * WIDTH; at > entry + 2; at -= WIDTH) state[at] = state[at - WIDTH]!;
  }

  #sortFrom(index: number): void {
    const { state, count } = this;
    const from = this.entry(index);
    const values = Float64Array.from({ length: count - index }, (_, i) => state[from + i * WIDTH + 1]!).sort();
    for (let i = 0; i < values.length; i++) state[from + i * WIDTH + 2] = values[i]!;
  }

  #values(): SortedValues {
    return this.#sorted.aim(this.state, this.entry(0) + 2, WIDTH, this.count);
  }
}
