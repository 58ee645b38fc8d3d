import type { Renormalization } from './renormalization.js';

/**
 * How one series is put on the common scale, given what its statistic knows.
 *
 * Like a statistic it holds nothing of a series: `aim` it at the series' state, `refresh`, then `normalize`.
 *
 * Affine methods: `normalized = (x − center) / scale`, `center` and `scale` in the unit of the series. Methods that bend the axis
 * (quantile, power) give center and scale for information; only `denormalize` inverts them.
 */
export interface Normalizer {
  /** Doubles of state that a new series needs: the statistic's, and the method's own before it. */
  readonly stride: number;
  /** As in `Statistic`. */
  readonly growable: boolean;
  /** The array aimed at, or the longer one that replaced it. */
  readonly state: Float64Array;
  aim(state: Float64Array, offset: number): void;
  /** Whether `x = normalized · scale + center`. */
  readonly affine: boolean;
  /** Turns the clock to event time `time` (ms) without learning. */
  advance(time: number): void;
  /**
   * Brings the members below up to date: to be called once the state was aimed at or has changed. `learn` leaves them as they are, so
   * that they still say what the last score was made of.
   */
  refresh(): void;
  /** Observations that the answers rest on. */
  readonly count: number;
  /** NaN when nothing is known. */
  readonly center: number;
  /** 0 when the series is flat; NaN when nothing is known. */
  readonly scale: number;
  /** `x` is an observation, `count` is positive and `refresh` was called. */
  normalize(x: number): number;
  /** The x that `normalize` takes to `y`. */
  denormalize(y: number): number;
  learn(x: number, time: number): void;
  /** `refresh`, `normalize` and `learn` in one, to the last bit; NaN where nothing was known. What the members say is of before x. */
  step(x: number, time: number): number;
  /** Renormalizations of the series so far: 0 for a method that never starts afresh. */
  readonly epoch: number;
  /** What the value last learnt did to the yardstick; absent for a method that never starts afresh. */
  readonly renormalization?: Renormalization;
  /** Turns to the state of the series' group, of `SeriesGroup.stride` doubles; absent for a method that knows no groups. */
  aimGroup?(state: Float64Array, offset: number): void;
  /** Whether a value of this event time comes too late to be learnt. */
  isTooLate(time: number): boolean;
}

/** What `normalize` answers for a series whose scale is 0. */
export type WhenFlat = 'zero' | 'center';
