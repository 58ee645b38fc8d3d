import { IncompatibleStateError, InvalidOptionError } from '../errors.js';
import { FadingMoments } from './fading-moments.js';
import { isObservation } from './is-observation.js';
import type { Mergeable } from './statistic.js';

export interface TimeDecayedMomentsOptions {
  /** Event time after which a weight has halved, in ms. */
  halfLife: number;
  /** Weigh by age alone; else the first observation stands for an endless past. @defaultValue true */
  adjust?: boolean | undefined;
}

/**
 * Exponentially weighted mean and variance of one series, half-life in event time, in the unit of the series.
 *
 * With `adjust` an observation weighs 2^(−age / halfLife), its age being counted from the newest: a late one enters with the weight
 * that it would have by now, so that any order of delivery, and any order of merges, ends in the same state up to rounding. Without,
 * m = 2^(−Δ/halfLife)·m + (1 − 2^(−Δ/halfLife))·x, Δ being the time since the one before: there an observation that is not newer than
 * the newest weighs nothing and is not learnt.
 *
 * After a gap so long that all old weights are 0, the mean is the new observation and the variance 0; until then an old mean stands,
 * however old: time alone changes no answer. O(1) time, 72 bytes. A missing value, or one without a finite time, changes nothing.
 */
export class TimeDecayedMoments extends FadingMoments implements Mergeable<TimeDecayedMoments> {
  /** State: that of all fading moments, then the largest event time learnt. */
  static readonly stride: number = FadingMoments.header + 1;
  readonly stride: number = TimeDecayedMoments.stride;
  readonly halfLife: number;
  readonly adjust: boolean;

  /** @throws InvalidOptionError when `halfLife` is not a finite number greater than 0 */
  constructor(
    { halfLife, adjust = true }: TimeDecayedMomentsOptions,
    state: Float64Array = new Float64Array(TimeDecayedMoments.stride),
    offset = 0,
  ) {
    if (!(halfLife > 0 && halfLife < Number.POSITIVE_INFINITY)) {
      throw new InvalidOptionError('halfLife', halfLife, 'a finite number of ms greater than 0');
    }
    super(state, offset);
    this.halfLife = halfLife;
    this.adjust = adjust;
  }

  /** The largest event time learnt, in ms; NaN of nothing. */
  get newest(): number {
    return this.count > 0 ? this.state[this.offset + 8]! : Number.NaN;
  }

  update(x: number, time = Number.NaN, weight = 1): void {
    if (!(isObservation(x) && Number.isFinite(time) && weight > 0 && weight < Number.POSITIVE_INFINITY)) return;
    const { state, offset, adjust } = this;
    if (state[offset] === 0) {
      state[offset + 8] = time;
      this.learn(x, 1, 0, weight);
      return;
    }
    const halfLives = (time - state[offset + 8]!) / this.halfLife;
    if (halfLives > 0) {
      const loss = -Math.expm1(-Math.LN2 * halfLives);
      state[offset + 8] = time;
      // Only a large loss leaves too few digits in 1 − loss.
      const keep = loss > 0.5 ? 2 ** -halfLives : 1 - loss;
      this.learn(x, keep, loss, adjust ? weight : weight * loss);
    } else if (adjust) {
      this.learn(x, 1, 0, weight * 2 ** halfLives);
    }
  }

  /**
   * Joins what another has seen, whenever it was.
   * @throws IncompatibleStateError without `adjust`, where weights depend on the order of delivery, and for another half-life
   */
  merge(other: TimeDecayedMoments): void {
    if (!this.adjust || !other.adjust || this.halfLife !== other.halfLife) {
      throw new IncompatibleStateError('only time-decayed moments with adjust and of the same half-life can be merged');
    }
    if (other.count === 0) return;
    if (this.count === 0) {
      this.copy(other);
      return;
    }
    const halfLives = (other.newest - this.newest) / this.halfLife;
    this.mix(Math.min(1, 2 ** -halfLives), other, Math.min(1, 2 ** halfLives));
    if (halfLives > 0) this.state[this.offset + 8] = other.newest;
  }
}
