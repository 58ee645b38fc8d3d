import { DecayedMoments, type DecayedMomentsOptions } from './decayed-moments.js';
import { FadingExtent } from './fading-extent.js';
import { isObservation } from './is-observation.js';

/**
 * Smallest and largest of one series, relaxing towards the decayed mean by half in `halfLife` observations, in the unit of the series.
 *
 * See `FadingExtent` for the formula. O(1) time, 96 bytes. A missing value changes nothing.
 */
export class DecayedExtent extends FadingExtent<DecayedMoments> {
  /** State: the two bounds, in two doubles each, then the decayed moments. */
  static readonly stride: number = FadingExtent.header + DecayedMoments.stride;
  readonly stride: number = DecayedExtent.stride;

  /** @throws InvalidOptionError as `DecayedMoments` does */
  constructor(
    options: DecayedMomentsOptions,
    state: Float64Array = new Float64Array(DecayedExtent.stride),
    offset = 0,
  ) {
    super(new DecayedMoments(options, state, offset), state, offset);
  }

  update(x: number): void {
    if (!isObservation(x)) return;
    this.relax(this.moments.alpha);
    this.widen(x);
    this.moments.update(x);
  }
}
