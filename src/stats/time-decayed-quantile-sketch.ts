import { IncompatibleStateError, InvalidOptionError } from '../errors.js';
import { isObservation } from './is-observation.js';
import { PivotSketch, type QuantileSketchOptions } from './pivot-sketch.js';
import { COUNT, GROWTH, LANDMARK, NEGLIGIBLE, NEWEST } from './sketch-layout.js';
import type { Mergeable } from './statistic.js';

export interface TimeDecayedQuantileSketchOptions extends QuantileSketchOptions {
  /** Event time after which a weight has halved, in ms. */
  halfLife: number;
}

/** After so many half-lives weights are counted from a new landmark, long before they overflow. */
const FAR = 300;

/**
 * Quantiles of a past that fades in event time, in the unit of the series: `QuantileSketch` with weights.
 *
 * Forward decay (Cormode et al., ICDE 2009): an observation weighs 2^((time − landmark) / halfLife) for ever, and only the landmark moves.
 * So a late one enters with the weight it would have by now, and around a given pivot any order of delivery ends in the same answers, up to
 * rounding; with `pivot: 'auto'` the pivot depends on which values came first, and answers agree within the accuracy.
 * What weighs less than 2⁻²⁴ of a new observation is forgotten; `min` and `max` are then the edges of what is left, right to a bin.
 *
 * O(1) amortized; a quantile or a rank O(√bins). A missing value, or one without a finite time, changes nothing; time alone changes no
 * answer. `count` is of all learnt.
 */
export class TimeDecayedQuantileSketch extends PivotSketch implements Mergeable<TimeDecayedQuantileSketch> {
  protected readonly fading = true;
  readonly halfLife: number;

  /** @throws InvalidOptionError */
  constructor(options: TimeDecayedQuantileSketchOptions, state?: Float64Array, offset = 0) {
    const { halfLife } = options;
    if (!(halfLife > 0 && halfLife < Number.POSITIVE_INFINITY)) {
      throw new InvalidOptionError('halfLife', halfLife, 'a finite number of ms greater than 0');
    }
    super(options, state, offset);
    this.halfLife = halfLife;
  }

  update(x: number, time = Number.NaN): void {
    if (!(isObservation(x) && Number.isFinite(time))) return;
    const { state, offset } = this;
    if (state[offset + COUNT] === 0) {
      state[offset + LANDMARK] = time;
      state[offset + NEWEST] = time;
      state[offset + GROWTH] = 1;
    } else if (time > state[offset + NEWEST]!) this.#turn(time);
    if (time === state[offset + NEWEST]) {
      this.learn(x, state[offset + GROWTH]!, 1);
      return;
    }
    const weight = 2 ** ((time - state[offset + LANDMARK]!) / this.halfLife);
    if (weight >= NEGLIGIBLE * state[offset + GROWTH]!) this.learn(x, weight, 1);
    else state[offset + COUNT]! += 1;
  }

  /** @throws IncompatibleStateError for a sketch of other options */
  merge(other: TimeDecayedQuantileSketch): void {
    if (other.halfLife !== this.halfLife)
      throw new IncompatibleStateError('sketches must have the same halfLife to be merged');
    if (other.count === 0) return;
    const { state, offset } = this;
    const { state: from, offset: start } = other;
    if (this.count === 0) {
      state[offset + LANDMARK] = from[start + LANDMARK]!;
      state[offset + NEWEST] = from[start + NEWEST]!;
      state[offset + GROWTH] = from[start + GROWTH]!;
    } else if (from[start + NEWEST]! > state[offset + NEWEST]!) this.#turn(from[start + NEWEST]!);
    this.absorb(other, 2 ** ((from[start + LANDMARK]! - state[offset + LANDMARK]!) / this.halfLife));
  }

  protected interval(): number {
    return 256;
  }

  /** Sets the newest time, and with it what an observation of now weighs. */
  #turn(time: number): void {
    const { state, offset, halfLife } = this;
    let age = (time - state[offset + LANDMARK]!) / halfLife;
    if (age > FAR) {
      this.rescale(2 ** -age, 1);
      state[offset + LANDMARK] = time;
      age = 0;
    }
    state[offset + NEWEST] = time;
    state[offset + GROWTH] = 2 ** age;
  }
}
