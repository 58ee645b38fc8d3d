import { InvalidOptionError } from '../errors.js';
import type { WindowOptions } from './block-ring.js';
import { isObservation } from './is-observation.js';
import { SortedValues } from './sorted-values.js';
import { StateView } from './state-view.js';
import type { QuantileStatistic } from './statistic.js';

/** State: `[count, next, ring…, sorted…]`, `next` being where in the ring the next observation goes. */
const HEADER = 2;

/**
 * Exact order statistics of the last `length` observations of one series, in the unit of the series.
 *
 * The window is kept twice: as it came, and sorted. An update is two binary searches and one move of what lies between the value
 * that leaves and the one that enters: O(length), at the speed of a memory copy. Nothing is subtracted, so that a spike leaves no
 * trace once it is out. Quantiles are linear at p·(count − 1). Answers O(log length); 2·length + 2 doubles.
 * A missing value changes nothing.
 */
export class WindowQuantiles extends StateView implements QuantileStatistic {
  readonly stride: number;
  readonly length: number;
  readonly #sorted = new SortedValues();

  /** @throws InvalidOptionError when `length` is not an integer from 1 to 2^26 */
  constructor({ length }: WindowOptions, state?: Float64Array, offset = 0) {
    if (!(Number.isSafeInteger(length) && length >= 1 && length <= 2 ** 26)) {
      throw new InvalidOptionError('length', length, 'an integer from 1 to 67108864');
    }
    const stride = HEADER + 2 * length;
    super(state ?? new Float64Array(stride), offset);
    this.length = length;
    this.stride = stride;
  }

  get count(): number {
    return this.state[this.offset]!;
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

  update(given: number): void {
    if (!isObservation(given)) return;
    const x = given + 0; // −0 is 0: the two would not be told apart when one leaves
    const { state, offset, length } = this;
    const count = state[offset]!;
    const next = state[offset + 1]!;
    const ring = offset + HEADER;
    const sorted = ring + length;
    const values = this.#values();
    let to = sorted + values.below(x);
    if (count < length) {
      state.copyWithin(to + 1, to, sorted + count);
      state[offset] = count + 1;
    } else {
      const from = sorted + values.below(state[ring + next]!);
      if (from < to) state.copyWithin(from, from + 1, to--);
      else state.copyWithin(to + 1, to, from);
    }
    state[to] = x;
    state[ring + next] = x;
    state[offset + 1] = next + 1 === length ? 0 : next + 1;
  }

  #values(): SortedValues {
    const { state, offset } = this;
    return this.#sorted.aim(state, offset + HEADER + this.length, state[offset]!);
  }
}
