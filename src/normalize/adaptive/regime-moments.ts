import { clip } from '../../stats/clip.js';
import type { Present } from './present.js';
import { RegimeTrend } from './regime-trend.js';

// Where things stand: the yardstick; and the means with half-lives of 24 and 96 values, the cumulative mean, the trend.
const CENTER = 0;
const VARIANCE = 1;
const COUNT = 2;
const VARIANCE_COUNT = 3;
const FAST = 0;
const SLOW = 1;
const MEAN = 2;
const TREND = 3;

/** Deviations and squared deviations learnt whole. */
const REACH = 4;
const SQUARE_REACH = 16;
/** Gains of the two faster means, and how many values each mean rests on. */
const FAST_GAIN = 0.02846812591364503;
const SLOW_GAIN = 0.007194246067579337;
const FAST_COUNT = 2 / FAST_GAIN - 1;
const SLOW_COUNT = 2 / SLOW_GAIN - 1;
const PER_FAST_COUNT = 1 / FAST_COUNT;
const PER_SLOW_COUNT = 1 / SLOW_COUNT;
/** Deviations that the means learn whole, in scales. */
const MEAN_REACH = 2;
/** Squared standard errors apart at which a faster mean is believed, and from which the slow one has a say. */
const DISAGREEMENT = 14;
const DOUBT = 3;
const SMALLEST_VARIANCE = 1e-290;
/** The old scale's say in a new one, in independent values; the scale of a new level that is flat so far, in old ones. */
const PRIOR_COUNT = 3;
const FLAT_SHARE = 0.1;
/** What innovations have to say of a new scale starts as if so many had shown the old one. */
const PRIOR_INNOVATIONS = 4;
/** Values that a center rests on after a change of scale, at most, beside the new ones. */
const KEPT = 64;
/** Values from which a regime may turn out to be a ramp. */
const TREND_GRACE = 64;
/** How many times what is left about a line a variance must be to be that of the ramp, and values that what is left is worth then. */
const TAKEN_OFF = 3;
const YOUNG = 16;

/**
 * Center and variance of the present regime: clipped cumulative moments, and what shows that the regime is on the move.
 *
 * - A faster mean that is √14 standard errors off (of independent values: a regime's value is worth 1 / `tau` of one) becomes the center,
 *   and the center as young as that mean. From √3 on the slower one draws the center towards itself, by the positive part of
 *   James & Stein (1961): `1 − 3 / squared standard errors` of the way.
 * - Where the series is on a ramp, see `RegimeTrend`, the center is the end of the line and goes on with its slope, and the variance is
 *   that about the line. A jump of a ramp, as of a counter that wraps, leaves slope and variance as they are.
 *
 * State: `[center, variance, count of the center, count of the variance]` at `at`; at `means` ten doubles: `[fast mean, slow mean,
 * cumulative mean, trend ×7]`. In the unit of the series. Counts are of values by weight, `memory` at most. O(1).
 */
export class RegimeMoments {
  static readonly meansStride = TREND + RegimeTrend.stride;
  readonly #memory: number;
  readonly #trend: RegimeTrend;

  constructor(memory: number) {
    this.#memory = memory;
    this.#trend = new RegimeTrend(memory);
  }

  open(state: Float64Array, at: number, means: number, x: number): void {
    this.#begin(state, at, means, x, 1);
  }

  /** The second distinct value: center between the two, variance theirs. */
  openScale(state: Float64Array, at: number, means: number, change: number): void {
    this.#begin(state, at, means, state[at + CENTER]! + change / 2, 2);
    state[at + VARIANCE] = (change * change) / 2;
    state[at + VARIANCE_COUNT] = 1;
  }

  /**
   * A new regime at another level: center and spread of what was gathered of it, the spread drawn to the old one. Correlated values
   * spread less than their regime does, but their innovations tell by how much they are larger or smaller than before.
   * @param n values gathered @param mean theirs @param squares their sum of squared deviations
   * @param innovations sum of the squared innovations of all of them but the first @param scale of the old regime
   */
  restartLevel(
    state: Float64Array,
    at: number,
    means: number,
    n: number,
    mean: number,
    squares: number,
    innovations: number,
    scale: number,
    tau: number,
  ): void {
    if (this.#jump(state, at, means, n, mean, squares)) return;
    const own = Math.sqrt(squares / n);
    const spread = own === 0 ? FLAT_SHARE * scale : own;
    const old = scale > 5 * spread ? 5 * spread : scale < spread / 3 ? spread / 3 : scale;
    const seen = (n * spread * spread + PRIOR_COUNT * old * old) / (n + PRIOR_COUNT);
    const ratio = (innovations + PRIOR_INNOVATIONS) / (n - 1 + PRIOR_INNOVATIONS);
    this.#begin(state, at, means, mean, n);
    state[at + VARIANCE] = Math.max((seen + (tau - 1) * scale * scale * ratio) / tau, SMALLEST_VARIANCE);
    state[at + VARIANCE_COUNT] = n;
  }

  /** A new regime at the same level, its variance `ratio` times the old one, as known from `n` values. */
  restartScale(state: Float64Array, at: number, means: number, n: number, ratio: number, scale: number): void {
    const count = state[at + COUNT]!;
    state[means + MEAN] = state[at + CENTER]!;
    state[at + VARIANCE] = Math.max(scale * scale * ratio, this.#floor(state, means), SMALLEST_VARIANCE);
    state[at + COUNT] = n + (count < KEPT ? count : KEPT) * (ratio < 1 ? ratio : 1);
    state[at + VARIANCE_COUNT] = n;
    // The value that raised the alarm is passed over, the moment is not.
    const step = this.ahead(state, means);
    if (step === 0) return;
    this.#trend.pass(state, means + TREND);
    state[at + CENTER]! += step;
    state[means + FAST]! += step;
    state[means + SLOW]! += step;
    state[means + MEAN]! += step;
  }

  /** Learns a value. Answers the direction in which the center followed a drift, 0 if it did not. */
  learn(state: Float64Array, at: number, means: number, now: Present): -1 | 0 | 1 {
    now.tookOff = false;
    this.#learnMoments(state, at, means, now);
    this.#trend.learn(state, means + TREND, now);
    const turn = this.#followTrend(state, at, means, now);
    const drift = this.#followDrift(state, at, means, now);
    if (this.#trend.isFollowed(state, means + TREND)) this.#advance(state, at, means, now);
    return drift === 0 ? turn : drift;
  }

  /**
   * What looks like the end of a young regime may be a ramp, plain to see: then `now` is learnt, and the slope is followed.
   * Answers its direction, 0 if it is none.
   */
  followRamp(state: Float64Array, at: number, means: number, now: Present): -1 | 0 | 1 {
    const place = means + TREND;
    if (this.#trend.isFollowed(state, place) || !this.#trend.isClear(state, place)) return 0;
    now.tookOff = false;
    this.#learnMoments(state, at, means, now);
    this.#trend.learn(state, place, now);
    const turn = this.#beginTrend(state, at, means, now);
    state[at + CENTER] = state[means + MEAN]!;
    this.#advance(state, at, means, now);
    return turn;
  }

  /** Whether the scale is still finding its way to what is left about a line; it is never less than the line's. */
  isSettling(state: Float64Array, at: number, means: number): boolean {
    const place = means + TREND;
    return this.#trend.isSettling(state, place) || state[at + VARIANCE]! <= 2 * this.#floor(state, means);
  }

  /** How far the center is ahead of the value last learnt. */
  ahead(state: Float64Array, means: number): number {
    const place = means + TREND;
    return this.#trend.isFollowed(state, place) ? this.#trend.slope(state, place) : 0;
  }

  /** The smallest variance that there can be. */
  #floor(state: Float64Array, means: number): number {
    const place = means + TREND;
    return this.#trend.isFollowed(state, place) ? this.#trend.floor(state, place) : 0;
  }

  /** The ramp goes on at another level. */
  #jump(state: Float64Array, at: number, means: number, n: number, mean: number, squares: number): boolean {
    const place = means + TREND;
    if (!this.#trend.goesOn(state, place, n, squares, state[at + VARIANCE]!)) return false;
    this.#trend.jump(state, place, mean, n);
    const next = this.#trend.level(state, place) + this.#trend.slope(state, place);
    state[at + CENTER] = state[means + FAST] = state[means + SLOW] = state[means + MEAN] = next;
    state[at + COUNT] = n;
    if (state[at + VARIANCE_COUNT]! > KEPT) state[at + VARIANCE_COUNT] = KEPT;
    return true;
  }

  #learnMoments(state: Float64Array, at: number, means: number, now: Present): void {
    const memory = this.#memory;
    const { x, weight, scale } = now;
    const count = state[at + COUNT]!;
    const varianceCount = state[at + VARIANCE_COUNT]!;
    const young = 1 / (count + 1);
    const varianceGain = weight / (varianceCount + 2);
    const square = now.u * now.u;
    const reach = MEAN_REACH * scale;
    const learnt = state[at + VARIANCE]! * (1 + varianceGain * ((square < SQUARE_REACH ? square : SQUARE_REACH) - 1));
    const fast = state[means + FAST]!;
    const slow = state[means + SLOW]!;
    const mean = state[means + MEAN]!;
    state[means + FAST] = fast + weight * (FAST_GAIN > young ? FAST_GAIN : young) * clip(x - fast, reach);
    state[means + SLOW] = slow + weight * (SLOW_GAIN > young ? SLOW_GAIN : young) * clip(x - slow, reach);
    state[means + MEAN] = mean + weight * young * clip(x - mean, REACH * scale);
    const floor = this.#floor(state, means);
    const least = floor > SMALLEST_VARIANCE ? floor : SMALLEST_VARIANCE;
    state[at + VARIANCE] = learnt > least ? learnt : least;
    state[at + COUNT] = count + weight > memory ? memory : count + weight;
    state[at + VARIANCE_COUNT] = varianceCount + weight > memory ? memory : varianceCount + weight;
  }

  /** Answers the direction of a slope that begins to be followed. */
  #followTrend(state: Float64Array, at: number, means: number, now: Present): -1 | 0 | 1 {
    const trend = this.#trend;
    const place = means + TREND;
    const { tau } = now;
    if (trend.isFollowed(state, place)) {
      if (trend.isOver(state, place, state[at + VARIANCE]! * tau)) trend.follow(state, place, false);
    } else if (state[at + VARIANCE_COUNT]! >= TREND_GRACE && trend.isSteep(state, place, state[at + VARIANCE]! * tau)) {
      return this.#beginTrend(state, at, means, now);
    } else return 0;
    state[means + MEAN] = trend.level(state, place);
    state[at + COUNT] = trend.effectiveCount(state, place);
    return 0;
  }

  /** From here on the slope is followed, and what it has put into the variance is taken off it, if that is most of it. */
  #beginTrend(state: Float64Array, at: number, means: number, now: Present): -1 | 1 {
    const trend = this.#trend;
    const place = means + TREND;
    const residual = trend.residual(state, place);
    if (state[at + VARIANCE]! > TAKEN_OFF * residual) {
      now.tookOff = true;
      state[at + VARIANCE] = Math.max(residual, SMALLEST_VARIANCE);
      state[at + VARIANCE_COUNT] = YOUNG;
    }
    trend.follow(state, place, true);
    state[means + FAST] = state[means + SLOW] = state[means + MEAN] = trend.level(state, place);
    state[at + COUNT] = trend.effectiveCount(state, place);
    return trend.slope(state, place) > 0 ? 1 : -1;
  }

  /** The center becomes a faster mean that is too far off; else it is the cumulative mean, drawn to the slow one where there is doubt. */
  #followDrift(state: Float64Array, at: number, means: number, { tau }: Present): -1 | 0 | 1 {
    const count = state[at + COUNT]!;
    const mean = state[means + MEAN]!;
    state[at + CENTER] = mean;
    if (count <= 1.2 * FAST_COUNT) return 0;
    const variance = state[at + VARIANCE]!;
    const threshold = DISAGREEMENT * variance * tau;
    const fast = state[means + FAST]! - mean;
    // Squared standard errors are of (1 / the mean's count − 1 / the center's); both sides are multiplied by the center's.
    if (fast * fast * count > threshold * (PER_FAST_COUNT * count - 1))
      return this.#recenter(state, at, means, FAST, FAST_COUNT);
    if (count <= 1.2 * SLOW_COUNT) return 0;
    const slow = state[means + SLOW]! - mean;
    const square = slow * slow * count;
    const errors = PER_SLOW_COUNT * count - 1;
    if (square > threshold * errors) return this.#recenter(state, at, means, SLOW, SLOW_COUNT);
    const excess = square - DOUBT * variance * tau * errors;
    if (excess > 0) state[at + CENTER] = mean + excess / (slow * count);
    return 0;
  }

  /** All that is in the unit of the series goes on to where the next value is expected. */
  #advance(state: Float64Array, at: number, means: number, { weight }: Present): void {
    const step = this.#trend.slope(state, means + TREND) * weight;
    state[at + CENTER]! += step;
    state[means + FAST]! += step;
    state[means + SLOW]! += step;
    state[means + MEAN]! += step;
  }

  #begin(state: Float64Array, at: number, means: number, center: number, count: number): void {
    state[at + CENTER] = state[means + FAST] = state[means + SLOW] = state[means + MEAN] = center;
    state[at + COUNT] = count;
    this.#trend.open(state, means + TREND, center, count);
  }

  #recenter(state: Float64Array, at: number, means: number, which: number, meanCount: number): -1 | 1 {
    const mean = state[means + which]!;
    const direction = mean > state[means + MEAN]! ? 1 : -1;
    state[at + CENTER] = state[means + MEAN] = mean;
    state[at + COUNT] = meanCount / 2;
    if (state[at + VARIANCE_COUNT]! > meanCount) state[at + VARIANCE_COUNT] = meanCount;
    this.#trend.recenter(state, means + TREND, mean, meanCount / 2, direction);
    return direction;
  }
}
