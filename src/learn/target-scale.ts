import { DecayedMoments } from '../stats/decayed-moments.js';
import { Moments } from '../stats/moments.js';
import type { MomentsStatistic } from '../stats/statistic.js';
import type { YardstickChange } from './correct-linear.js';

/** How targets are put on a common scale: by all of them, or by half-life in records. */
export type TargetScaling = true | { halfLife: number };

/**
 * The scale on which a model learns its target, `(y − mean) / sd` of the targets learnt, and the way back for what it predicts.
 *
 * Until two targets differ the scale is 1, and before the first the mean is 0. State: that of the moments.
 */
export class TargetScale {
  readonly stride: number;
  readonly fingerprint: unknown;
  readonly #moments: MomentsStatistic;

  /** @throws InvalidOptionError */
  constructor(scaling: TargetScaling) {
    this.#moments = scaling === true ? new Moments() : new DecayedMoments({ halfLife: scaling.halfLife });
    this.stride = this.#moments.stride;
    this.fingerprint = scaling;
  }

  aim(state: Float64Array, offset: number): void {
    this.#moments.aim(state, offset);
  }

  get count(): number {
    return this.#moments.count;
  }
  get center(): number {
    return this.#moments.count > 0 ? this.#moments.mean : 0;
  }
  get scale(): number {
    const variance = this.#moments.variance();
    return variance > 1e-300 ? Math.sqrt(variance) : 1;
  }

  normalize(target: number): number {
    return (target - this.center) / this.scale;
  }
  denormalize(prediction: number): number {
    return prediction * this.scale + this.center;
  }

  /** Learns a target. */
  update(target: number): void {
    this.#moments.update(target);
  }

  /** What `learn` makes of the yardstick. */
  changed(learn: () => void): YardstickChange {
    const { center: oldCenter, scale: oldScale } = this;
    learn();
    return { oldCenter, oldScale, newCenter: this.center, newScale: this.scale };
  }
}
