import { InvalidOptionError } from '../errors.js';
import { between } from './between.js';
import { DetectorView } from './detector-view.js';
import type { EpochEvent } from './epoch-event.js';
import { smirnovTail } from './smirnov-tail.js';

// Where things stand in the state, before the window as it came, the recent values and the older ones, either sorted.
const COUNT = 0;
/** Where the oldest value is in the window. */
const HEAD = 1;
/** Largest distances of the distributions: recent above older, recent below. */
const ABOVE = 2;
const BELOW = 3;
const VALUES = 4;

/** Distances up to this are none, whatever their probability. */
const SMALLEST_DISTANCE = 0.1;
/** The other side's share of the distance from which a change is one of the scale. */
const BOTH_SIDES = 0.5;
/** Distance of the quartiles of N(0, 1). */
const QUARTILES = 1.3489795003921634;
/** How much more probable a distance in the warning zone is than an alarm. */
const WARNING = 10;

export interface KswinOptions {
  /** Probability of the distance below which it is an alarm. @defaultValue 0.005 */
  alpha?: number;
  /** Values compared. @defaultValue 100 */
  window?: number;
  /** The latest of them, which are compared with all others. @defaultValue 30 */
  recent?: number;
}

/**
 * Kolmogorov-Smirnov test over a sliding window (KSWIN, Raab et al. 2020): an alarm when the recent values have another distribution than
 * those before them in the window.
 *
 * Deterministic: where the original draws a random sample from the older values, here all of them are compared, and the probability is
 * the exact one of Smirnov's two-sample statistic, counted once, when the detector is made. Sees any change of distribution: it is called
 * one of the scale when the distributions differ on both sides. Blind while it fills, and to what is slower than its window.
 *
 * State: 4 + 2·window doubles. Input in any unit. O(window).
 */
export class Kswin extends DetectorView {
  readonly stride: number;
  readonly alpha: number;
  readonly window: number;
  readonly recent: number;
  /** Distances from which on there is an alarm, a warning. */
  readonly distance: number;
  readonly #warning: number;

  /** @throws InvalidOptionError */
  constructor({ alpha = 0.005, window = 100, recent = 30 }: KswinOptions = {}) {
    super();
    this.alpha = between('alpha', alpha, 0, 1);
    if (!(Number.isSafeInteger(window) && window >= 10 && window <= 1000))
      throw new InvalidOptionError('window', window, 'an integer from 10 to 1000');
    if (!(Number.isSafeInteger(recent) && recent >= 5 && recent <= window - 5))
      throw new InvalidOptionError(
        'recent',
        recent,
        `an integer from 5 to ${window - 5}, leaving 5 values of the window`,
      );
    this.window = window;
    this.recent = recent;
    this.distance = critical(alpha, recent, window - recent);
    this.#warning = critical(Math.min(WARNING * alpha, 1), recent, window - recent);
    this.stride = VALUES + 2 * window;
  }

  get count(): number {
    return this.state[this.offset + COUNT]!;
  }
  get warning(): boolean {
    return this.#largest >= this.#warning;
  }
  get delay(): number {
    return this.warning ? this.recent : 0;
  }
  get size(): number {
    if (!this.warning) return 0;
    const range = this.#quartileRange(false);
    if (this.#isScale) return range > 0 ? this.#quartileRange(true) / range : 0;
    const shift = this.#quantile(true, 0.5) - this.#quantile(false, 0.5);
    return range > 0 ? (QUARTILES * shift) / range : shift;
  }

  protected learn(x: number): EpochEvent {
    const { state, offset, window, recent } = this;
    const ring = offset + VALUES;
    const latest = ring + window;
    const older = latest + recent;
    const count = state[offset + COUNT]!;
    const head = state[offset + HEAD]!;
    state[offset + COUNT] = count + 1;
    if (count >= window) remove(state, older, window - recent, state[ring + head]!);
    if (count >= recent) {
      const leaving = state[ring + ((head + (count >= window ? window : count) - recent) % window)]!;
      insert(state, older, Math.min(count, window - 1) - recent, leaving);
      remove(state, latest, recent, leaving);
    }
    insert(state, latest, Math.min(count, recent - 1), x);
    if (count >= window) {
      state[ring + head] = x;
      state[offset + HEAD] = head + 1 === window ? 0 : head + 1;
    } else state[ring + count] = x;
    if (count + 1 < window) return 0;
    this.#compare();
    if (this.#largest < this.distance) return 0;
    if (this.#isScale) return this.#quartileRange(true) > this.#quartileRange(false) ? 2 : -2;
    return state[offset + BELOW]! > state[offset + ABOVE]! ? 1 : -1;
  }

  /** The distances of the two empirical distributions, ties stepped over together. */
  #compare(): void {
    const { state, offset, window, recent } = this;
    const latest = offset + VALUES + window;
    const older = latest + recent;
    const rest = window - recent;
    let above = 0;
    let below = 0;
    for (let i = 0, j = 0; i < recent && j < rest; ) {
      const a = state[latest + i]!;
      const b = state[older + j]!;
      const least = a < b ? a : b;
      while (i < recent && state[latest + i]! === least) i++;
      while (j < rest && state[older + j]! === least) j++;
      const distance = i / recent - j / rest;
      if (distance > above) above = distance;
      else if (-distance > below) below = -distance;
    }
    state[offset + ABOVE] = above;
    state[offset + BELOW] = below;
  }

  get #largest(): number {
    return Math.max(this.state[this.offset + ABOVE]!, this.state[this.offset + BELOW]!);
  }
  get #isScale(): boolean {
    const { state, offset } = this;
    return Math.min(state[offset + ABOVE]!, state[offset + BELOW]!) > BOTH_SIDES * this.#largest;
  }
  #quantile(ofRecent: boolean, p: number): number {
    const first = this.offset + VALUES + this.window + (ofRecent ? 0 : this.recent);
    return this.state[first + Math.floor(p * (ofRecent ? this.recent : this.window - this.recent))]!;
  }
  #quartileRange(ofRecent: boolean): number {
    return this.#quantile(ofRecent, 0.75) - this.#quantile(ofRecent, 0.25);
  }
}

/** The smallest distance of m from n values whose probability is at most `alpha`: a multiple of 1 / (m·n). */
function critical(alpha: number, m: number, n: number): number {
  let low = Math.floor(SMALLEST_DISTANCE * m * n);
  let high = m * n + 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (smirnovTail(middle, m, n) <= alpha) high = middle;
    else low = middle;
  }
  // Between this multiple and the one before, where no rounding of a quotient reaches.
  return (high - 0.5) / (m * n);
}

/** Puts x into the sorted `state[first .. first + length)`, which grows by one. */
function insert(state: Float64Array, first: number, length: number, x: number): void {
  let i = first + length;
  while (i > first && state[i - 1]! > x) {
    state[i] = state[i - 1]!;
    i--;
  }
  state[i] = x;
}

/** Takes x, which is there, out of the sorted `state[first .. first + length)`, which shrinks by one. */
function remove(state: Float64Array, first: number, length: number, x: number): void {
  const last = first + length - 1;
  let i = first;
  while (state[i] !== x) i++;
  for (; i < last; i++) state[i] = state[i + 1]!;
}
