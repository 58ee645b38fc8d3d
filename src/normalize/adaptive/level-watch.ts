import { clip } from '../../stats/clip.js';
import { shadow } from './shadow.js';

// Where things stand in the state: whitened sums up, down; marginal sums up, down; shadows up, down.
const WHITENED = 0;
const MARGINAL = 2;
const SHADOWS = 4;

/** Shifts for which the sums are optimal, in standard deviations of what they add up. */
const WHITENED_SHIFT = 1.25;
const MARGINAL_SHIFT = 3;
const WHITENED_THRESHOLD = 20;
const MARGINAL_THRESHOLD = 12;
/** Sums go this far beyond their thresholds, no further, so that they also come back. */
const HEADROOM = 4;
/** Below this both sums are nothing but noise, and what was gathered is forgotten. */
const SUSPICION = 3;
/** A regime has so many values: what is over before is a burst. */
const SHORTEST = 8;
/** Share of the shift at which the last few values must still be. */
const STILL_THERE = 0.65;
/** Shifts beyond count as this one, in scales. */
const LARGEST_SHIFT = 4;

/**
 * Suspects shifts of the level, up and down, and gathers what the new level would be.
 *
 * Two CUSUMs (Page 1954) a side: one of the whitened innovations, quick on noise; one of the values themselves, slowed by the
 * correlation time, for the level that autocorrelation hides. Either latches the shadow. An alarm waits until the shadow has 8 values
 * and the series is still displaced, so that spikes and bursts pass by.
 *
 * State: 10 doubles at `at`, zeros at first. No unit but in the shadows. O(1).
 */
export class LevelWatch {
  static readonly stride = SHADOWS + 2 * shadow.stride;

  /** Learns `x`: true when a shadow is latched and long enough, so that `shift` is to be asked. */
  learn(state: Float64Array, at: number, x: number, eps: number, u: number, weight: number, tau: number): boolean {
    const whitened = WHITENED_SHIFT * eps;
    const marginal = MARGINAL_SHIFT * clip(u, 5);
    const up = side(
      state,
      at,
      0,
      x,
      sumUp(whitened, WHITENED_SHIFT, weight),
      sumUp(marginal, MARGINAL_SHIFT, weight) / tau,
    );
    const down = side(
      state,
      at,
      1,
      x,
      sumUp(-whitened, WHITENED_SHIFT, weight),
      sumUp(-marginal, MARGINAL_SHIFT, weight) / tau,
    );
    return up || down;
  }

  /**
   * The direction of the shift if there is one: 1, -1 or 0.
   * @param center @param scale of the present regime
   * @param short mean of the last few standardized values @param pair sum of the last two
   */
  shift(state: Float64Array, at: number, center: number, scale: number, short: number, pair: number): -1 | 0 | 1 {
    if (this.#isDisplaced(state, at, -1, center, scale, short, pair)) return -1;
    return this.#isDisplaced(state, at, 1, center, scale, short, pair) ? 1 : 0;
  }

  /** Where the shadow of the side stands. */
  shadowAt(at: number, side: -1 | 1): number {
    return at + SHADOWS + (side === 1 ? 0 : shadow.stride);
  }

  #isDisplaced(
    state: Float64Array,
    at: number,
    side: -1 | 1,
    center: number,
    scale: number,
    short: number,
    pair: number,
  ): boolean {
    const place = this.shadowAt(at, side);
    if (shadow.latchedCount(state, place) < SHORTEST) return false;
    const distance = (side * (state[place + 1]! - center)) / scale;
    const needed = distance < LARGEST_SHIFT ? distance : LARGEST_SHIFT;
    return side * short >= STILL_THERE * needed && side * pair >= needed;
  }
}

function sumUp(evidence: number, shift: number, weight: number): number {
  return (evidence - (shift * shift) / 2) * weight;
}

function side(state: Float64Array, at: number, k: 0 | 1, x: number, whitened: number, marginal: number): boolean {
  const c = hold(state[at + WHITENED + k]! + whitened, WHITENED_THRESHOLD + HEADROOM);
  const q = hold(state[at + MARGINAL + k]! + marginal, MARGINAL_THRESHOLD + HEADROOM);
  const place = at + SHADOWS + k * shadow.stride;
  state[at + WHITENED + k] = c;
  state[at + MARGINAL + k] = q;
  if (c < SUSPICION && q < SUSPICION) {
    shadow.clear(state, place);
    return false;
  }
  shadow.learn(state, place, x);
  if (c >= WHITENED_THRESHOLD || q >= MARGINAL_THRESHOLD) shadow.latch(state, place);
  return shadow.latchedCount(state, place) >= SHORTEST;
}

function hold(sum: number, limit: number): number {
  return sum < 0 ? 0 : sum > limit ? limit : sum;
}
