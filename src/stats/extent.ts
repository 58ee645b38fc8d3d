import { isObservation } from './is-observation.js';
import { StateView } from './state-view.js';
import type { ExtentStatistic, Mergeable } from './statistic.js';

/**
 * Smallest and largest observation of one series, in the unit of the series, exactly.
 *
 * −0 is smaller than 0, as `Math.min` has it. NaN of nothing. O(1) time, 24 bytes. A missing value changes nothing.
 */
export class Extent extends StateView implements ExtentStatistic, Mergeable<Extent> {
  static readonly stride = 3;
  readonly stride: number = Extent.stride;

  /** State: `[count, min, max]`; zeros when nothing has been seen. */
  constructor(state: Float64Array = new Float64Array(Extent.stride), offset = 0) {
    super(state, offset);
  }

  get count(): number {
    return this.state[this.offset]!;
  }

  get min(): number {
    return this.count > 0 ? this.state[this.offset + 1]! : Number.NaN;
  }

  get max(): number {
    return this.count > 0 ? this.state[this.offset + 2]! : Number.NaN;
  }

  update(x: number): void {
    if (isObservation(x)) this.#widen(x, x, 1);
  }

  merge(other: Extent): void {
    if (other.count > 0) this.#widen(other.min, other.max, other.count);
  }

  #widen(min: number, max: number, added: number): void {
    const { state, offset } = this;
    const count = state[offset]!;
    state[offset] = count + added;
    state[offset + 1] = count > 0 ? Math.min(state[offset + 1]!, min) : min;
    state[offset + 2] = count > 0 ? Math.max(state[offset + 2]!, max) : max;
  }
}
