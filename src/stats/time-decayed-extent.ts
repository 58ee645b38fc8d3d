import { FadingExtent } from './fading-extent.js';
import { isObservation } from './is-observation.js';
import { TimeDecayedMoments, type TimeDecayedMomentsOptions } from './time-decayed-moments.js';

/** Where the clock is in the state, counted from `offset`. */
const CLOCK = 4 + 9;

/**
 * Smallest and largest of one series, relaxing towards the decayed mean by half in `halfLife` ms of event time, in the unit of the series.
 *
 * See `FadingExtent` for the formula. The clock is the largest event time learnt or told by `advance`, which relaxes the bounds too.
 * A value that is `age` behind the clock enters as m + (x − m)·2^(−age / halfLife): what would be left of it had it come in time, but
 * for the mean having moved since. (So, unlike the mean, the bounds depend on the order of delivery, by that much.)
 * O(1) time, 112 bytes. A missing value, or one without a finite time, changes nothing.
 */
export class TimeDecayedExtent extends FadingExtent<TimeDecayedMoments> {
  /** State: the two bounds, in two doubles each, then the decayed moments, then the clock (ms). */
  static readonly stride: number = CLOCK + 1;
  readonly stride: number = TimeDecayedExtent.stride;

  /** @throws InvalidOptionError as `TimeDecayedMoments` does */
  constructor(
    options: TimeDecayedMomentsOptions,
    state: Float64Array = new Float64Array(TimeDecayedExtent.stride),
    offset = 0,
  ) {
    super(new TimeDecayedMoments(options, state, offset), state, offset);
  }

  override advance(time: number): void {
    const { state, offset } = this;
    const gap = time - state[offset + CLOCK]!;
    if (this.count === 0 || !(gap > 0 && Number.isFinite(time))) return;
    state[offset + CLOCK] = time;
    this.relax(-Math.expm1((-Math.LN2 * gap) / this.moments.halfLife));
  }

  update(x: number, time = Number.NaN): void {
    if (!(isObservation(x) && Number.isFinite(time))) return;
    const { state, offset } = this;
    if (this.count === 0) state[offset + CLOCK] = time;
    else this.advance(time);
    const age = state[offset + CLOCK]! - time;
    if (age > 0) this.widenLate(x, 2 ** (-age / this.moments.halfLife));
    else this.widen(x);
    this.moments.update(x, time);
  }
}
