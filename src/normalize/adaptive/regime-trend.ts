import { clip } from '../../stats/clip.js';
import type { Present } from './present.js';

// Where things stand in the state.
const LEVEL = 0;
const SLOPE = 1;
const COUNT = 2;
const DIRECTION = 3;
const FOLLOWED = 4;
const RESIDUAL = 5;
const SEEN = 6;

/** Deviations from the line, in scales, that are learnt whole. */
const REACH = 4;
/** Values that a line starts with: as if so many had shown it level. */
const OPENING = 8;
/** Values that a line rests on at most, and at least before it is believed. */
const LONGEST = 512;
const SHORTEST = 80;
/** Squared standard errors of a slope: to follow it, to follow it where the center has just gone the same way, to go on following. */
const STEEP = 20;
const STEEP_ALREADY = 7;
const STILL_STEEP = 4;
/** Values from which a slope that is followed must go on proving itself. */
const PROVEN = 100;
/** Values that must have been seen of a line that explains ten times what it leaves; a step explains three quarters at most. */
const CLEAR_COUNT = 24;
const CLEAR = 9;
/** Smallest variance about a line, in squared steps: that of a value taken at any moment between the one before and the one after. */
const JITTER = 1 / 12;
/** How far the spread of values may be from that of values that go on with the slope, as a factor of the square. */
const ALIKE = 3;
/** Values that a line rests on at most after a jump, and values from which the scale about a line is settled. */
const KEPT = 64;
const SETTLED = 256;

/**
 * Tells a ramp from a level: a straight line through the last values, and whether its slope is to be believed.
 *
 * The line is a least-squares fit over all values until it rests on 512, and fading from then on, by the recursive form of the two (an
 * α-β filter with gains `2(2n − 1) / (n(n + 1))` and `6 / (n(n + 1))`). The variance of its slope is `12·τ·variance / n³`.
 *
 * State: 7 doubles at `at`: `[level, slope a value, count, direction of the last recentering, whether the slope is followed, variance about
 * the line, values that it rests on]`, level and slope in the unit of the series. O(1).
 */
export class RegimeTrend {
  static readonly stride = 7;
  readonly #longest: number;

  /** @param memory values that a regime rests on at most */
  constructor(memory: number) {
    this.#longest = memory < LONGEST ? memory : LONGEST;
  }

  /** A level line at `level`, as known from `count` values, that nobody follows. */
  open(state: Float64Array, at: number, level: number, count: number): void {
    state[at + LEVEL] = level;
    state[at + SLOPE] = 0;
    state[at + COUNT] = count > OPENING ? count : OPENING;
    state[at + DIRECTION] = 0;
    state[at + FOLLOWED] = 0;
    state[at + RESIDUAL] = 0;
    state[at + SEEN] = 0;
  }

  learn(state: Float64Array, at: number, { x, scale, weight }: Present): void {
    const slope = state[at + SLOPE]!;
    const count = state[at + COUNT]! + weight;
    const line = state[at + LEVEL]! + slope * weight;
    const error = clip(x - line, REACH * scale);
    const perCount = 1 / (count * (count + 1));
    const gain = weight * error * perCount;
    const seen = state[at + SEEN]! + weight;
    // The share of the squared error of prediction that the line keeps once it has learnt the value.
    const left = (count - 1) * (count - 2) * perCount * error * error;
    const residual = state[at + RESIDUAL]!;
    state[at + RESIDUAL] = residual + (weight / seen) * (left - residual);
    state[at + SEEN] = seen < this.#longest ? seen : this.#longest;
    state[at + LEVEL] = line + 2 * (2 * count - 1) * gain;
    state[at + SLOPE] = slope + 6 * gain;
    state[at + COUNT] = count < this.#longest ? count : this.#longest;
  }

  /** Whether the slope was followed until now. */
  isFollowed(state: Float64Array, at: number): boolean {
    return state[at + FOLLOWED] === 1;
  }

  /** Whether a slope that is not followed should be. @param variance of independent values that say as much */
  isSteep(state: Float64Array, at: number, variance: number): boolean {
    const count = state[at + COUNT]!;
    if (count < SHORTEST) return false;
    const slope = state[at + SLOPE]!;
    return isSteeper(slope, count, variance * (slope * state[at + DIRECTION]! > 0 ? STEEP_ALREADY : STEEP));
  }

  /** Whether one that is followed should be no longer. */
  isOver(state: Float64Array, at: number, variance: number): boolean {
    const count = state[at + COUNT]!;
    return count > PROVEN && !isSteeper(state[at + SLOPE]!, count, variance * STILL_STEEP);
  }

  /** Whether the values that a young regime has shown are a line and little else. A step is not. */
  isClear(state: Float64Array, at: number): boolean {
    const length = state[at + SLOPE]! * state[at + COUNT]!;
    return state[at + SEEN]! >= CLEAR_COUNT && length * length > 12 * CLEAR * state[at + RESIDUAL]!;
  }

  follow(state: Float64Array, at: number, followed: boolean): void {
    state[at + FOLLOWED] = followed ? 1 : 0;
    state[at + SEEN] = 0;
  }

  /** Variance about the line, as far as it is known: that of a noise-free series is how well a moment is known. */
  residual(state: Float64Array, at: number): number {
    return Math.max(state[at + RESIDUAL]!, this.floor(state, at));
  }

  /** The smallest variance that there can be about the line. */
  floor(state: Float64Array, at: number): number {
    return state[at + SLOPE]! * state[at + SLOPE]! * JITTER;
  }

  /** Whether it is not for long that the slope is followed. */
  isSettling(state: Float64Array, at: number): boolean {
    return state[at + FOLLOWED] === 1 && state[at + SEEN]! < SETTLED;
  }

  /** Whether `n` values with this sum of squared deviations from their mean may well have gone on with the slope. */
  goesOn(state: Float64Array, at: number, n: number, squares: number, variance: number): boolean {
    const expected = state[at + SLOPE]! * state[at + SLOPE]! * (n * (n * n - 1)) * JITTER + (n - 1) * variance;
    return state[at + FOLLOWED] === 1 && squares * ALIKE > expected && squares < ALIKE * expected;
  }

  /** A value is not learnt, and the line goes on all the same. */
  pass(state: Float64Array, at: number): void {
    state[at + LEVEL]! += state[at + SLOPE]!;
  }

  /** The line has jumped, and goes on from where `mean` is the mean of the last `n` values. */
  jump(state: Float64Array, at: number, mean: number, n: number): void {
    state[at + LEVEL] = mean + (state[at + SLOPE]! * (n - 1)) / 2;
    if (state[at + COUNT]! > KEPT) state[at + COUNT] = KEPT;
    state[at + DIRECTION] = 0;
    state[at + SEEN] = 0;
  }

  /**
   * The center went to `mean`, which rests on `count` values. Two such steps the same way may well be a ramp: then the line goes on.
   * Against the slope they end it.
   */
  recenter(state: Float64Array, at: number, mean: number, count: number, direction: -1 | 1): void {
    const agrees = state[at + SLOPE]! * direction > 0;
    const followed = state[at + FOLLOWED] === 1;
    const again = state[at + DIRECTION] === direction;
    state[at + DIRECTION] = direction;
    if (!followed && again && agrees) return;
    if (!(followed && agrees)) {
      state[at + SLOPE] = 0;
      state[at + FOLLOWED] = 0;
    }
    state[at + LEVEL] = mean;
    state[at + COUNT] = count;
  }

  level(state: Float64Array, at: number): number {
    return state[at + LEVEL]!;
  }
  slope(state: Float64Array, at: number): number {
    return state[at + SLOPE]!;
  }
  /** How many values a level would rest on that is as well known as the end of the line: a quarter of the line's. */
  effectiveCount(state: Float64Array, at: number): number {
    return state[at + COUNT]! / 4;
  }
}

function isSteeper(slope: number, count: number, squaredErrors: number): boolean {
  return slope * slope * count * count * count > 12 * squaredErrors;
}
