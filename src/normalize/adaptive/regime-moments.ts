import { clip } from '../../stats/clip.js';

/** Deviations and squared deviations learnt whole. */
const REACH = 4;
const SQUARE_REACH = 16;
/** Gains of means with half-lives of 24 and 96 values, and how many values each mean rests on. */
const FAST = 0.02846812591364503;
const SLOW = 0.007194246067579337;
const FAST_COUNT = 2 / FAST - 1;
const SLOW_COUNT = 2 / SLOW - 1;
const PER_FAST_COUNT = 1 / FAST_COUNT;
const PER_SLOW_COUNT = 1 / SLOW_COUNT;
/** Deviations that the means learn whole, in scales. */
const MEAN_REACH = 2;
/** Squared standard errors apart at which a faster mean is believed. */
const DISAGREEMENT = 9;
const SMALLEST_VARIANCE = 1e-290;
/** The old scale's say in a new one, in independent values; the scale of a new level that is flat so far, in old ones. */
const PRIOR_COUNT = 3;
const FLAT_SHARE = 0.1;
/** Values that a center rests on after a change of scale, at most, beside the new ones. */
const KEPT = 64;

/**
 * Center and variance of the present regime: clipped cumulative moments, and two faster means that show when the regime is drifting.
 *
 * A faster mean that is three standard errors off (of independent values: a regime's value is worth 1 / `tau` of one) becomes the
 * center, and the center as young as that mean.
 *
 * State: `[center, variance, count of the center, count of the variance]` at `at`, the means with half-lives of 24 and 96 values at
 * `means`. In the unit of the series. Counts are of values by weight, `memory` at most. O(1).
 */
export class RegimeMoments {
  readonly #memory: number;

  constructor(memory: number) {
    this.#memory = memory;
  }

  open(state: Float64Array, at: number, means: number, x: number): void {
    this.#begin(state, at, means, x, 1);
  }

  /** The second distinct value: center between the two, variance theirs. */
  openScale(state: Float64Array, at: number, means: number, change: number): void {
    this.#begin(state, at, means, state[at]! + change / 2, 2);
    state[at + 1] = (change * change) / 2;
    state[at + 3] = 1;
  }

  /**
   * A new regime at another level: center and spread of what was gathered of it, the spread drawn to the old one.
   * @param n values gathered @param mean theirs @param squares their sum of squared deviations @param scale of the old regime
   */
  restartLevel(
    state: Float64Array,
    at: number,
    means: number,
    n: number,
    mean: number,
    squares: number,
    scale: number,
    tau: number,
  ): void {
    const own = Math.sqrt(squares / n);
    const spread = own === 0 ? FLAT_SHARE * scale : own;
    const old = scale > 5 * spread ? 5 * spread : scale < spread / 3 ? spread / 3 : scale;
    const prior = PRIOR_COUNT * tau;
    this.#begin(state, at, means, mean, n);
    state[at + 1] = Math.max((n * spread * spread + prior * old * old) / (n + prior), SMALLEST_VARIANCE);
    state[at + 3] = n;
  }

  /** A new regime at the same level, its variance `ratio` times the old one, as known from `n` values. */
  restartScale(state: Float64Array, at: number, n: number, ratio: number, scale: number): void {
    const count = state[at + 2]!;
    state[at + 1] = Math.max(scale * scale * ratio, SMALLEST_VARIANCE);
    state[at + 2] = n + (count < KEPT ? count : KEPT) * (ratio < 1 ? ratio : 1);
    state[at + 3] = n;
  }

  /** Learns `x`, which is `u` scales from the center. Answers the direction in which the center followed a drift, 0 if it did not. */
  learn(
    state: Float64Array,
    at: number,
    means: number,
    x: number,
    u: number,
    scale: number,
    weight: number,
    tau: number,
  ): -1 | 0 | 1 {
    const memory = this.#memory;
    const count = state[at + 2]!;
    const varianceCount = state[at + 3]!;
    const variance = state[at + 1]!;
    const gain = weight / ((count < memory ? count : memory) + 1);
    const varianceGain = weight / ((varianceCount < memory ? varianceCount : memory) + 2);
    const square = u * u;
    const center = state[at]! + gain * clip(x - state[at]!, REACH * scale);
    const learnt = variance * (1 + varianceGain * ((square < SQUARE_REACH ? square : SQUARE_REACH) - 1));
    const young = 1 / (count + 1);
    const reach = MEAN_REACH * scale;
    state[means]! += weight * (FAST > young ? FAST : young) * clip(x - state[means]!, reach);
    state[means + 1]! += weight * (SLOW > young ? SLOW : young) * clip(x - state[means + 1]!, reach);
    state[at] = center;
    state[at + 1] = learnt > SMALLEST_VARIANCE ? learnt : SMALLEST_VARIANCE;
    state[at + 2] = count + weight > memory ? memory : count + weight;
    state[at + 3] = varianceCount + weight > memory ? memory : varianceCount + weight;
    const threshold = DISAGREEMENT * learnt * tau;
    const centerCount = state[at + 2]!;
    const perCount = 1 / centerCount;
    if (centerCount > 1.2 * FAST_COUNT && isLeft(state[means]! - center, threshold * (PER_FAST_COUNT - perCount)))
      return this.#recenter(state, at, state[means]!, FAST_COUNT);
    if (centerCount > 1.2 * SLOW_COUNT && isLeft(state[means + 1]! - center, threshold * (PER_SLOW_COUNT - perCount)))
      return this.#recenter(state, at, state[means + 1]!, SLOW_COUNT);
    return 0;
  }

  #begin(state: Float64Array, at: number, means: number, center: number, count: number): void {
    state[at] = state[means] = state[means + 1] = center;
    state[at + 2] = count;
  }

  #recenter(state: Float64Array, at: number, mean: number, meanCount: number): -1 | 1 {
    const direction = mean > state[at]! ? 1 : -1;
    state[at] = mean;
    state[at + 2] = meanCount / 2;
    if (state[at + 3]! > meanCount) state[at + 3] = meanCount;
    return direction;
  }
}

/** Whether a mean so far from the center says that the series is no longer there. */
function isLeft(distance: number, squaredLimit: number): boolean {
  return distance * distance > squaredLimit;
}
