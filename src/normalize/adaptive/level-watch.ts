import { clip } from '../../stats/clip.js';
import { holdSum } from './hold-sum.js';
import type { Present } from './present.js';
import { shadow } from './shadow.js';

// Where things stand in the state: whitened sums up, down; marginal sums up, down; what each side has gathered.
const WHITENED = 0;
const MARGINAL = 2;
const SIDES = 4;
// A side: the shadow, the sum of its squared innovations but the first, what it began with.
const INNOVATIONS = shadow.stride;
const START = INNOVATIONS + 1;
const SIDE = START + 1;

/** Shifts for which the sums are optimal, in standard deviations of what they add up. */
const WHITENED_SHIFT = 1.25;
const MARGINAL_SHIFT = 3;
const WHITENED_DRIFT = WHITENED_SHIFT ** 2 / 2;
const MARGINAL_DRIFT = MARGINAL_SHIFT ** 2 / 2;
const WHITENED_THRESHOLD = 20;
const MARGINAL_THRESHOLD = 12;
/** Sums go this far beyond their thresholds, no further, so that they also come back. */
const HEADROOM = 4;
/** Below this both sums are nothing but noise, and what was gathered is forgotten. */
const SUSPICION = 3;
/** A regime has so many values: what is over before is a burst. One less does where it began with a jump. */
const SHORTEST = 8;
const SHORTEST_AFTER_JUMP = 7;
/** An innovation that no noise has, and the shift, in scales, that it must have left. */
const JUMP = 6;
const SHIFT_AFTER_JUMP = 2.5;
/** A value so many scales from the center is where a shift begins, and what was suspected before was noise. */
const FAR = 4.5;
/** What a shadow began with: something gradual, a value far out, a jump. */
const AT_A_FAR_VALUE = 1;
const AT_A_JUMP = 2;
/** Share of the shift at which the last few values must still be, and each of the last two. */
const STILL_THERE = 0.65;
const EACH_STILL_THERE = 0.5;
/** Shifts beyond count as this one, in scales. */
const LARGEST_SHIFT = 4;

/**
 * Suspects shifts of the level, up and down, and gathers what the new level would be.
 *
 * Two CUSUMs (Page 1954) a side: one of the whitened innovations, quick on noise; one of the values themselves, slowed by the
 * correlation time, for the level that autocorrelation hides. Either latches the shadow. On a correlated series both are slow: what
 * shows there is the first innovation, so that one beyond 6 stands for a latch where noise has none like it. An alarm waits until the
 * shadow is long enough and the series is still displaced, so that spikes and bursts of up to six values pass by.
 *
 * State: 14 doubles at `at`, zeros at first. No unit but in the shadows. O(1).
 */
export class LevelWatch {
  static readonly stride = SIDES + 2 * SIDE;

  /** Learns a value: true when `shift` is to be asked. */
  learn(state: Float64Array, at: number, now: Present): boolean {
    const { weight } = now;
    const share = weight / now.tau;
    const whitened = WHITENED_SHIFT * now.eps;
    const marginal = MARGINAL_SHIFT * clip(now.u, 5);
    const up = holdSum(state[at + WHITENED]! + (whitened - WHITENED_DRIFT) * weight, WHITENED_THRESHOLD + HEADROOM);
    const down = holdSum(
      state[at + WHITENED + 1]! + (-whitened - WHITENED_DRIFT) * weight,
      WHITENED_THRESHOLD + HEADROOM,
    );
    const farUp = holdSum(state[at + MARGINAL]! + (marginal - MARGINAL_DRIFT) * share, MARGINAL_THRESHOLD + HEADROOM);
    const farDown = holdSum(
      state[at + MARGINAL + 1]! + (-marginal - MARGINAL_DRIFT) * share,
      MARGINAL_THRESHOLD + HEADROOM,
    );
    state[at + WHITENED] = up;
    state[at + WHITENED + 1] = down;
    state[at + MARGINAL] = farUp;
    state[at + MARGINAL + 1] = farDown;
    let isLong = false;
    if (up >= SUSPICION || farUp >= SUSPICION) isLong = gather(state, at, 0, now);
    else forget(state, at + SIDES);
    if (down >= SUSPICION || farDown >= SUSPICION) isLong = gather(state, at, 1, now) || isLong;
    else forget(state, at + SIDES + SIDE);
    return isLong;
  }

  /** The direction of the shift if there is one: 1, -1 or 0. */
  shift(state: Float64Array, at: number, now: Present): -1 | 0 | 1 {
    if (isDisplaced(state, this.shadowAt(at, -1), -1, now)) return -1;
    return isDisplaced(state, this.shadowAt(at, 1), 1, now) ? 1 : 0;
  }

  /** Where the shadow of the side stands. */
  shadowAt(at: number, side: -1 | 1): number {
    return at + SIDES + (side === 1 ? 0 : SIDE);
  }

  /** Sum of the squared innovations of the values in the shadow of the side, without the first, which holds the jump. */
  innovations(state: Float64Array, at: number, side: -1 | 1): number {
    return state[this.shadowAt(at, side) + INNOVATIONS]!;
  }
}

/** What was gathered of a side was noise. */
function forget(state: Float64Array, place: number): void {
  if (state[place] === 0) return;
  for (let i = place; i < place + SIDE; i++) state[i] = 0; // `fill` of five doubles costs as much as learning a value
}

/** The shadow of a suspected side learns a value; whether it is long enough for an alarm. */
function gather(state: Float64Array, at: number, k: 0 | 1, now: Present): boolean {
  const place = at + SIDES + k * SIDE;
  const sign = k === 0 ? 1 : -1;
  if (now.trusting && sign * now.eps >= JUMP) begin(state, place, now, AT_A_JUMP);
  else if (now.known && sign * now.u >= FAR) begin(state, place, now, AT_A_FAR_VALUE);
  if (state[place] !== 0) state[place + INNOVATIONS]! += now.square;
  shadow.learn(state, place, now.x);
  if (state[at + WHITENED + k]! >= WHITENED_THRESHOLD || state[at + MARGINAL + k]! >= MARGINAL_THRESHOLD)
    shadow.latch(state, place);
  return isLongEnough(state, place);
}

/** The first value far out: a shadow that is less than half the way to it is of something else. */
function begin(state: Float64Array, place: number, { x, center }: Present, start: number): void {
  const before = state[place + START]!;
  const distance = (state[place + 1]! - center) / (x - center);
  if (before === 0 && distance < 0.5 && shadow.latchedCount(state, place) === 0) forget(state, place);
  if (start > before) state[place + START] = start;
}

function isDisplaced(state: Float64Array, place: number, side: -1 | 1, now: Present): boolean {
  if (!isLongEnough(state, place)) return false;
  const distance = (side * (state[place + 1]! - now.center)) / now.scale;
  if (shadow.latchedCount(state, place) < SHORTEST && distance < SHIFT_AFTER_JUMP) return false;
  const needed = distance < LARGEST_SHIFT ? distance : LARGEST_SHIFT;
  const { v, last } = now;
  if (side * now.short < STILL_THERE * needed || side * (v + last) < needed) return false;
  return !now.known || (side * v >= EACH_STILL_THERE * needed && side * last >= EACH_STILL_THERE * needed);
}

function isLongEnough(state: Float64Array, place: number): boolean {
  if (shadow.latchedCount(state, place) >= SHORTEST) return true;
  return state[place + START] === AT_A_JUMP && shadow.count(state, place) >= SHORTEST_AFTER_JUMP;
}
