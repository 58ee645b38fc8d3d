import { InvalidOptionError } from '../errors.js';
import { DetectorView } from './detector-view.js';
import type { EpochEvent } from './epoch-event.js';
import { positive } from './positive.js';

// Where things stand in the state, before the number of buckets of each level and the buckets.
const COUNT = 0;
const WIDTH = 1;
const TICKS = 2;
const LEVELS = 3;
const WARNING = 4;
const SIZE = 5;
const DELAY = 6;
const BUCKET_COUNTS = 7;

/** Buckets of a level; one more, and the two oldest become one of the next. */
const MOST = 5;
const ROOM = MOST + 1;
/** Shortest part of the window that is compared with the rest, and values before the first comparison. */
const SHORTEST = 5;
const GRACE = 10;

export interface AdwinOptions {
  /** Smaller is more cautious: the chance of a false cut, bounded loosely. @defaultValue 0.002 */
  delta?: number;
  /** Values from one look for a change to the next: 1 finds it soonest, 32 is cheapest. @defaultValue 32 */
  clock?: number;
  /** Values the window holds at most, rounded up to what whole levels hold. @defaultValue 1000000 */
  maxWidth?: number;
}

/**
 * ADWIN2 (Bifet & Gavaldà 2007): a window that is as long as its values agree, in exponentially growing buckets of (mean, sum of
 * squared deviations), at most five of each size 2^i. Of every cut into old n₀ and recent n₁ it asks whether
 * |μ₀ − μ₁| > √(2rσ²L) + ⅔rL, r = 1/(n₀ − 4) + 1/(n₁ − 4), L = ln(2 ln W / delta), and drops the oldest bucket as long as some cut does.
 *
 * Sees rises and falls, of values of any sign. Alarms equal those of river 0.26; the mean and variance of the window are added up anew
 * from the buckets at each look, so that they do not drift with what was dropped, and a spike that has left is forgotten. After an alarm
 * the window has lost what disagreed; the change is estimated to lie where it is most likely. The warning zone is an alarm at ten times `delta`.
 *
 * State: 7 + 13 doubles for each level: 241 doubles for a million values. Input in any unit. O(log width) a look.
 */
export class Adwin extends DetectorView {
  readonly stride: number;
  readonly delta: number;
  readonly clock: number;
  readonly #levels: number;
  readonly #buckets: number;
  /** What a look at the window found. */
  #shift = 0;
  #recent = 0;
  #certain = false;

  /** @throws InvalidOptionError */
  constructor({ delta = 0.002, clock = 32, maxWidth = 1_000_000 }: AdwinOptions = {}) {
    super();
    this.delta = positive('delta', delta);
    if (!(Number.isSafeInteger(clock) && clock >= 1)) throw new InvalidOptionError('clock', clock, 'an integer >= 1');
    if (!(Number.isSafeInteger(maxWidth) && maxWidth >= 32))
      throw new InvalidOptionError('maxWidth', maxWidth, 'an integer >= 32');
    this.clock = clock;
    // Full levels 0 … L − 1 hold 5·(2^L − 1) values.
    this.#levels = Math.ceil(Math.log2(maxWidth / MOST + 1));
    this.#buckets = BUCKET_COUNTS + this.#levels;
    this.stride = this.#buckets + this.#levels * ROOM * 2;
  }

  get count(): number {
    return this.state[this.offset + COUNT]!;
  }
  /** Values in the window. */
  get width(): number {
    return this.state[this.offset + WIDTH]!;
  }
  /** Mean of the window; NaN of nothing. */
  get mean(): number {
    if (this.width === 0) return Number.NaN;
    this.#moments();
    return this.#pivot + this.#sum / this.width;
  }
  /** Population variance of the window; NaN of nothing. */
  get variance(): number {
    if (this.width === 0) return Number.NaN;
    this.#moments();
    return this.#variance;
  }
  get warning(): boolean {
    return this.state[this.offset + WARNING]! > 0;
  }
  get delay(): number {
    return this.state[this.offset + DELAY]!;
  }
  get size(): number {
    return this.state[this.offset + SIZE]!;
  }

  protected learn(x: number): EpochEvent {
    const { state, offset } = this;
    const counts = offset + BUCKET_COUNTS;
    state[offset + COUNT]! += 1;
    state[offset + WIDTH]! += 1;
    if (state[offset + LEVELS] === 0) state[offset + LEVELS] = 1;
    const held = state[counts]!;
    const at = offset + this.#buckets + 2 * held;
    state[at] = x;
    state[at + 1] = 0;
    state[counts] = held + 1;
    if (held === MOST) this.#compress(0, 1);
    const ticks = state[offset + TICKS]! + 1;
    if (ticks < this.clock) {
      state[offset + TICKS] = ticks;
      return 0;
    }
    state[offset + TICKS] = 0;
    return state[offset + WIDTH]! > GRACE ? this.#look() : 0;
  }

  /** Makes one bucket of the next level of the two oldest of a level that has one too many, and so on upwards. */
  #compress(level: number, length: number): void {
    const { state, offset } = this;
    const counts = offset + BUCKET_COUNTS;
    const at = offset + this.#buckets + 2 * ROOM * level;
    if (level + 1 === this.#levels) {
      this.#drop(level, length);
      return;
    }
    const gap = state[at + 2]! - state[at]!;
    const mean = state[at]! + gap / 2;
    const squares = state[at + 1]! + state[at + 3]! + 0.5 * length * gap * gap;
    for (let i = at; i < at + 2 * (ROOM - 2); i++) state[i] = state[i + 4]!;
    state[counts + level] = ROOM - 2;
    if (state[offset + LEVELS]! === level + 1) state[offset + LEVELS] = level + 2;
    const held = state[counts + level + 1]!;
    const to = at + 2 * ROOM + 2 * held;
    state[to] = mean;
    state[to + 1] = squares;
    state[counts + level + 1] = held + 1;
    if (held === MOST) this.#compress(level + 1, 2 * length);
  }

  /** Forgets the oldest bucket of a level. */
  #drop(level: number, length: number): void {
    const { state, offset } = this;
    const at = offset + this.#buckets + 2 * ROOM * level;
    for (let i = at; i < at + 2 * (ROOM - 1); i++) state[i] = state[i + 2]!;
    state[offset + BUCKET_COUNTS + level]! -= 1;
    state[offset + WIDTH]! -= length;
    while (state[offset + LEVELS]! > 1 && state[offset + BUCKET_COUNTS + state[offset + LEVELS]! - 1] === 0)
      state[offset + LEVELS]! -= 1;
  }

  /** Looks for a cut, and drops the oldest bucket as long as there is one. */
  #look(): EpochEvent {
    const { state, offset } = this;
    this.#moments();
    this.#findCut();
    state[offset + WARNING] = this.#shift === 0 ? 0 : 1;
    state[offset + SIZE] = this.#shift;
    state[offset + DELAY] = this.#recent;
    if (!this.#certain) return 0;
    const event = this.#shift > 0 ? 1 : -1;
    this.#locate();
    while (this.#certain) {
      const top = state[offset + LEVELS]! - 1;
      this.#drop(top, 2 ** top);
      this.#moments();
      this.#findCut();
    }
    return event;
  }

  /** The most likely place of one change of the mean, and how far it went: where n₀·n₁·(μ₀ − μ₁)² is largest. */
  #locate(): void {
    const { state, offset } = this;
    const width = state[offset + WIDTH]!;
    let old = 0;
    let oldSum = 0;
    let largest = 0;
    for (let level = state[offset + LEVELS]! - 1; level >= 0; level--) {
      const length = 2 ** level;
      const first = offset + this.#buckets + 2 * ROOM * level;
      const end = first + 2 * state[offset + BUCKET_COUNTS + level]!;
      for (let at = first; at < end; at += 2) {
        old += length;
        oldSum += length * (state[at]! - this.#pivot);
        if (old === width) return;
        const shift = (this.#sum - oldSum) / (width - old) - oldSum / old;
        const gain = shift * shift * (old / width) * (width - old);
        if (!(gain > largest)) continue;
        largest = gain;
        state[offset + SIZE] = shift;
        state[offset + DELAY] = width - old;
      }
    }
  }

  /** Mean of the oldest bucket, sum of what the window is beyond it, and the variance of the window. */
  #pivot = 0;
  #sum = 0;
  #variance = 0;
  #moments(): void {
    const { state, offset } = this;
    const levels = state[offset + LEVELS]!;
    const width = state[offset + WIDTH]!;
    const pivot = state[offset + this.#buckets + 2 * ROOM * (levels - 1)]!;
    let sum = 0;
    let squares = 0;
    let length = 1;
    let first = offset + this.#buckets;
    for (let level = 0; level < levels; level++) {
      const end = first + 2 * state[offset + BUCKET_COUNTS + level]!;
      for (let at = first; at < end; at += 2) {
        const distance = state[at]! - pivot;
        const weighted = length * distance;
        sum += weighted;
        squares += weighted * distance + state[at + 1]!;
      }
      length *= 2;
      first += 2 * ROOM;
    }
    const variance = (squares - (sum * sum) / width) / width;
    this.#pivot = pivot;
    this.#sum = sum;
    this.#variance = variance > 0 ? variance : 0;
  }

  /** Compares old and recent at each boundary of buckets, from the oldest on. */
  #findCut(): void {
    const { state, offset } = this;
    const width = state[offset + WIDTH]!;
    this.#certain = false;
    this.#shift = 0;
    this.#recent = 0;
    if (width <= GRACE) return;
    const sum = this.#sum;
    const pivot = this.#pivot;
    const evidence = Math.log((2 * Math.log(width)) / this.delta);
    const spread = 2 * this.#variance;
    // An alarm at ten times delta needs less; so much less that it is worth asking first.
    const hint = Math.max(evidence - Math.LN10, 0);
    let old = 0;
    let oldSum = 0;
    let length = 2 ** (state[offset + LEVELS]! - 1);
    for (let level = state[offset + LEVELS]! - 1; level >= 0; level--) {
      const first = offset + this.#buckets + 2 * ROOM * level;
      const end = first + 2 * state[offset + BUCKET_COUNTS + level]!;
      for (let at = first; at < end; at += 2) {
        old += length;
        oldSum += length * (state[at]! - pivot);
        const recent = width - old;
        if (recent < SHORTEST) return;
        if (old < SHORTEST) continue;
        const shift = (sum - oldSum) / recent - oldSum / old;
        const distance = shift > 0 ? shift : -shift;
        const rest = 1 / (old - SHORTEST + 1) + 1 / (recent - SHORTEST + 1);
        const warned = rest * hint;
        // Squares first: most cuts are settled without a root.
        const excess = distance - (2 / 3) * warned;
        if (excess <= 0 || excess * excess <= spread * warned) continue;
        const scaled = rest * evidence;
        this.#certain = distance > Math.sqrt(spread * scaled) + (2 / 3) * scaled;
        if (this.#certain || this.#shift === 0) {
          this.#shift = shift;
          this.#recent = recent;
        }
        if (this.#certain) return;
      }
      length /= 2;
    }
  }
}
