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
/** Values that wait to be put into buckets. */
const WAITING = 7;
const BUCKET_COUNTS = 8;

/** Values that wait for each other at most. */
const LONGEST_QUEUE = 32;

/** Buckets of a level; one more, and the two oldest become one of the next. */
const MOST = 5;
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
 * State: 242 doubles for a million values and a clock of 32. Input in any unit. O(log width) a look.
 */
export class Adwin extends DetectorView {
  readonly stride: number;
  readonly delta: number;
  readonly clock: number;
  readonly #levels: number;
  readonly #buckets: number;
  /** What a warning needs at least, by the number of levels in use. */
  readonly #leastHints: Float64Array;
  readonly #queue: number;
  readonly #queueLength: number;
  readonly #incoming: Float64Array;
  readonly #outgoing: Float64Array;
  /** What a look at the window found. */
  #shift = 0;
  #recent = 0;
  #certain = false;

  /** @throws InvalidOptionError */
  constructor({ delta = 0.002, clock = 32, maxWidth = 1_000_000 }: AdwinOptions = {}) {
    super();
    this.delta = positive('delta', delta);
    if (!(Number.isSafeInteger(clock) && clock >= 1)) throw new InvalidOptionError('clock', clock, 'an integer >= 1');
    if (!(Number.isSafeInteger(maxWidth) && maxWidth >= 32 && maxWidth <= 2 ** 30))
      throw new InvalidOptionError('maxWidth', maxWidth, 'an integer from 32 to 1073741824');
    this.clock = clock;
    // Full levels 0 … L − 1 hold 5·(2^L − 1) values.
    this.#levels = Math.ceil(Math.log2(maxWidth / MOST + 1));
    this.#leastHints = Float64Array.from({ length: this.#levels }, (_, level) => {
      const width = Math.max(2 ** level, GRACE);
      return Math.max(Math.log((2 * Math.log(width)) / delta) - Math.LN10, 0);
    });
    this.#buckets = BUCKET_COUNTS + this.#levels;
    this.#queue = this.#buckets + this.#levels * MOST * 2;
    this.#queueLength = Math.min(clock, LONGEST_QUEUE);
    if (clock % this.#queueLength !== 0) this.#queueLength = 1;
    this.stride = this.#queue + this.#queueLength;
    this.#incoming = new Float64Array(2 * (MOST + this.#queueLength));
    this.#outgoing = this.#incoming.slice();
  }

  get count(): number {
    return this.state[this.offset + COUNT]!;
  }
  /** Values in the window. */
  get width(): number {
    return this.state[this.offset + WIDTH]! + this.state[this.offset + WAITING]!;
  }
  /** Mean of the window; NaN of nothing. */
  get mean(): number {
    this.#moments();
    return this.#pivot + (this.#sum + this.#waiting(1)) / this.width;
  }
  /** Population variance of the window; NaN of nothing. */
  get variance(): number {
    this.#moments();
    const sum = this.#sum + this.#waiting(1);
    return Math.max((this.#squares + this.#waiting(2) - (sum * sum) / this.width) / this.width, 0);
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
    const waiting = state[offset + WAITING]! | 0;
    state[offset + this.#queue + waiting] = x;
    state[offset + COUNT]! += 1;
    state[offset + WAITING] = waiting + 1;
    if (waiting + 1 < this.#queueLength) return 0;
    this.#settle();
    const ticks = state[offset + TICKS]! + this.#queueLength;
    state[offset + TICKS] = ticks < this.clock ? ticks : 0;
    return ticks >= this.clock && state[offset + WIDTH]! > GRACE ? this.#look() : 0;
  }

  /**
   * Puts the waiting values into buckets, all at once and to the same end as one after the other: of the buckets of a level, those there
   * and those that come, the oldest pairs move up until four or five are left.
   */
  #settle(): void {
    const { state, offset } = this;
    const counts = offset + BUCKET_COUNTS;
    let incoming = state[offset + WAITING]! | 0;
    if (incoming === 0) return;
    let from = this.#incoming;
    let to = this.#outgoing;
    for (let i = 0; i < incoming; i++) {
      from[2 * (MOST + i)] = state[offset + this.#queue + i]!;
      from[2 * (MOST + i) + 1] = 0;
    }
    state[offset + WAITING] = 0;
    state[offset + WIDTH]! += incoming;
    let length = 1;
    let level = 0;
    for (; incoming > 0; level++) {
      const at = offset + this.#buckets + 2 * MOST * level;
      const held = state[counts + level]! | 0;
      const first = 2 * (MOST - held);
      for (let i = 0; i < 2 * held; i++) from[first + i] = state[at + i]!;
      const pairs = held + incoming > MOST ? (held + incoming - MOST + 1) >> 1 : 0;
      for (let i = 0; i < pairs; i++) {
        const pair = first + 4 * i;
        const gap = from[pair + 2]! - from[pair]!;
        to[2 * (MOST + i)] = from[pair]! + gap / 2;
        to[2 * (MOST + i) + 1] = from[pair + 1]! + from[pair + 3]! + 0.5 * length * gap * gap;
      }
      const left = held + incoming - 2 * pairs;
      for (let i = 0; i < 2 * left; i++) state[at + i] = from[first + 4 * pairs + i]!;
      state[counts + level] = left;
      incoming = pairs;
      length *= 2;
      [from, to] = [to, from];
      if (level + 1 === this.#levels && incoming > 0) {
        // No level is left: the oldest values are forgotten.
        state[offset + WIDTH]! -= length * incoming;
        incoming = 0;
      }
    }
    if (state[offset + LEVELS]! < level) state[offset + LEVELS] = level;
  }

  /** Forgets the oldest bucket of a level. */
  #drop(level: number, length: number): void {
    const { state, offset } = this;
    const at = offset + this.#buckets + 2 * MOST * level;
    for (let i = at; i < at + 2 * (MOST - 1); i++) state[i] = state[i + 2]!;
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
      const top = (state[offset + LEVELS]! | 0) - 1;
      this.#drop(top, 1 << top);
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
    for (let level = (state[offset + LEVELS]! | 0) - 1; level >= 0; level--) {
      const length = 1 << level;
      const first = offset + this.#buckets + 2 * MOST * level;
      const end = first + 2 * (state[offset + BUCKET_COUNTS + level]! | 0);
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
  #squares = 0;
  #variance = 0;
  #moments(): void {
    const { state, offset } = this;
    const levels = state[offset + LEVELS]! | 0;
    const width = state[offset + WIDTH]!;
    const pivot = state[offset + this.#buckets + 2 * MOST * (levels - 1)]!;
    let sum = 0;
    let squares = 0;
    let length = 1;
    let first = offset + this.#buckets;
    for (let level = 0; level < levels; level++) {
      const end = first + 2 * (state[offset + BUCKET_COUNTS + level]! | 0);
      for (let at = first; at < end; at += 2) {
        const distance = state[at]! - pivot;
        const weighted = length * distance;
        sum += weighted;
        squares += weighted * distance + state[at + 1]!;
      }
      length *= 2;
      first += 2 * MOST;
    }
    const variance = (squares - (sum * sum) / width) / width;
    this.#pivot = pivot;
    this.#sum = sum;
    this.#squares = squares;
    this.#variance = variance > 0 ? variance : 0;
  }

  /** Sum of the waiting values' distances from the pivot, to a power. */
  #waiting(power: 1 | 2): number {
    const { state, offset } = this;
    let sum = 0;
    for (let i = 0; i < state[offset + WAITING]!; i++) sum += (state[offset + this.#queue + i]! - this.#pivot) ** power;
    return sum;
  }

  /** Compares old and recent at each boundary of buckets, from the oldest on. */
  #findCut(): void {
    const { state, offset } = this;
    const width = state[offset + WIDTH]!;
    const levels = state[offset + LEVELS]! | 0;
    this.#certain = false;
    this.#shift = 0;
    this.#recent = 0;
    if (width <= GRACE) return;
    const sum = this.#sum;
    const pivot = this.#pivot;
    const spread = 2 * this.#variance;
    const least = spread * this.#leastHints[levels - 1]! * width;
    let evidence = Number.NaN;
    let old = 0;
    let oldSum = 0;
    for (let level = levels - 1; level >= 0; level--) {
      const length = 1 << level;
      const first = offset + this.#buckets + 2 * MOST * level;
      const end = first + 2 * (state[offset + BUCKET_COUNTS + level]! | 0);
      for (let at = first; at < end; at += 2) {
        old += length;
        oldSum += length * (state[at]! - pivot);
        const recent = width - old;
        if (recent < SHORTEST) return;
        if (old < SHORTEST) continue;
        // r is at least W / (n₀·n₁): nearly all cuts are settled by that, without quotient, root or logarithm.
        const torque = sum * old - oldSum * width;
        if (torque * torque <= least * old * recent) continue;
        const shift = torque / (old * recent);
        const distance = shift > 0 ? shift : -shift;
        if (Number.isNaN(evidence)) evidence = Math.log((2 * Math.log(width)) / this.delta);
        const hint = Math.max(evidence - Math.LN10, 0);
        const rest = 1 / (old - SHORTEST + 1) + 1 / (recent - SHORTEST + 1);
        const excess = distance - (2 / 3) * rest * hint;
        if (excess <= 0 || excess * excess <= spread * rest * hint) continue;
        const scaled = rest * evidence;
        this.#certain = distance > Math.sqrt(spread * scaled) + (2 / 3) * scaled;
        if (this.#certain || this.#shift === 0) {
          this.#shift = shift;
          this.#recent = recent;
        }
        if (this.#certain) return;
      }
    }
  }
}
