import { MissingValueError } from '../errors.js';
import type { SeriesCounters } from '../series/series-counters.js';
import { isObservation } from '../stats/is-observation.js';
import type { Normalizer } from './normalizer.js';
import type { Renormalization } from './renormalization.js';

/** The rules around a normalizer, all resolved. */
export interface ScoringRules {
  order: 'normalize-first' | 'learn-first';
  /** Observations learnt before the first score. */
  warmup: number;
  whileWarming: 'null' | 'drop' | 'raw' | 'zero';
  missing: 'skip' | 'error' | 'impute';
  /** Bounds of the output; −Infinity and Infinity where there are none. */
  clipLow: number;
  clipHigh: number;
  /** Only values within so many scales of the center are learnt; Infinity learns all. */
  learnWithin: number;
  /** Whether the memory needs an event time. */
  timed: boolean;
}

/** What was seen and not learnt. */
export type ScoringCounters = Pick<SeriesCounters, 'missing' | 'late' | 'untimed' | 'gated'>;

/**
 * So many values in a row outside `learnWithin`, all on one side, are a level that has moved, and so many on either side a scale that has
 * grown: from then on they are learnt.
 */
const GATE_PATIENCE = 30;
const SCALE_PATIENCE = 60;
/** Values in a row outside, on one side (negative when below) and on either. */
const GATE_LENGTH = 2;

/**
 * Scores the values of one series and learns them: the one path that operators, command line and service all take.
 *
 * `aim` at a series, `score` a value, then read `center`, `scale`, `count` and `warm`, which say what the score was made of.
 */
export class Scorer {
  readonly normalizer: Normalizer;
  readonly rules: ScoringRules;
  readonly counters: ScoringCounters;
  /** Doubles of state a series takes. */
  readonly stride: number;
  readonly #gateLength: number;
  readonly #warmup: number;
  /** Whether any rule asks for more than: refresh, normalize, learn. */
  readonly #guarded: boolean;
  #offset = 0;
  constructor(normalizer: Normalizer, rules: ScoringRules, counters: ScoringCounters) {
    this.normalizer = normalizer;
    this.rules = rules;
    this.counters = counters;
    this.#gateLength = rules.learnWithin < Number.POSITIVE_INFINITY ? GATE_LENGTH : 0;
    this.stride = this.#gateLength + normalizer.stride;
    this.#warmup = rules.warmup;
    this.#guarded =
      rules.timed ||
      rules.order === 'learn-first' ||
      rules.warmup === 0 ||
      this.#gateLength > 0 ||
      rules.clipLow > Number.NEGATIVE_INFINITY ||
      rules.clipHigh < Number.POSITIVE_INFINITY;
  }

  /** Whether nothing but refresh, normalize, learn is done for an observation. */
  get isPlain(): boolean {
    return !this.#guarded;
  }
  get growable(): boolean {
    return this.normalizer.growable;
  }
  /** Center that the last score was made with. */
  get center(): number {
    return this.normalizer.center;
  }
  /** Scale that the last score was made with. */
  get scale(): number {
    return this.normalizer.scale;
  }
  /** Observations that the last score rests on. */
  get count(): number {
    return this.normalizer.count;
  }
  /** Whether the last value found the series warmed up. */
  get warm(): boolean {
    return this.normalizer.count >= this.#warmup;
  }
  /** Renormalizations of the series before the last score. */
  get epoch(): number {
    const { normalizer, rules } = this;
    // The value that ended an epoch was itself scored by it.
    const ended = rules.order === 'normalize-first' && (normalizer.renormalization?.event ?? 0) !== 0;
    return ended ? normalizer.epoch - 1 : normalizer.epoch;
  }
  /** What the last score's value did to the yardstick, once learnt; undefined for a method that never starts afresh. */
  get renormalization(): Renormalization | undefined {
    return this.normalizer.renormalization;
  }
  /** The array aimed at, or the longer one that replaced it. */
  get state(): Float64Array {
    return this.normalizer.state;
  }

  aim(state: Float64Array, offset: number): void {
    this.#offset = offset;
    this.normalizer.aim(state, offset + this.#gateLength);
  }

  /** Turns to the state of the series' group; for fields that are grouped. */
  aimGroup(state: Float64Array, offset: number): void {
    this.normalizer.aimGroup?.(state, offset);
  }

  /**
   * The normalized value; NaN stands for null.
   * @param time event time in ms; read only where the memory is in event time
   * @throws MissingValueError for a missing value under `missing: 'error'`
   */
  score(x: number, time: number): number {
    if (this.#guarded || !isObservation(x)) return this.#scoreGuarded(x, time);
    const score = this.normalizer.step(x, time);
    return this.normalizer.count >= this.#warmup ? score : this.#whileWarming(x);
  }

  /** The same with every rule looked at; apart, so that the common case is small enough to be inlined whole. */
  #scoreGuarded(x: number, time: number): number {
    const { normalizer, rules } = this;
    // A value that is not learnt does nothing to the yardstick.
    normalizer.renormalization?.clear();
    if (rules.timed) normalizer.advance(time);
    normalizer.refresh();
    if (!isObservation(x)) return this.#scoreMissing(x);
    if (rules.order === 'learn-first') {
      this.#learn(x, time);
      normalizer.refresh();
    }
    const score = this.#judge(x);
    if (rules.order === 'normalize-first') this.#learn(x, time);
    return score;
  }

  /** The value that scores `y` as the series is now; NaN while nothing is known. */
  denormalize(y: number): number {
    this.normalizer.refresh();
    return this.normalizer.count > 0 ? this.normalizer.denormalize(y) : Number.NaN;
  }

  #judge(x: number): number {
    const { normalizer, rules } = this;
    if (normalizer.count < rules.warmup) return this.#whileWarming(x);
    // Before anything is known a value is its own center.
    const score = normalizer.count > 0 ? normalizer.normalize(x) : 0;
    return Math.min(Math.max(score, rules.clipLow), rules.clipHigh);
  }

  #whileWarming(x: number): number {
    const { whileWarming } = this.rules;
    return whileWarming === 'raw' ? x : whileWarming === 'zero' ? 0 : Number.NaN;
  }

  #scoreMissing(x: number): number {
    const { normalizer, rules } = this;
    if (rules.missing === 'error') throw new MissingValueError(`value must be a finite number up to 1e150, got ${x}`);
    this.counters.missing++;
    return rules.missing === 'impute' && normalizer.count > 0 ? this.#judge(normalizer.center) : Number.NaN;
  }

  #learn(x: number, time: number): void {
    const { normalizer, counters } = this;
    if (this.rules.timed) {
      if (!Number.isFinite(time)) {
        counters.untimed++;
        return;
      }
      if (normalizer.isTooLate(time)) {
        counters.late++;
        return;
      }
    }
    if (this.#gateLength > 0 && this.#isGated(x)) {
      counters.gated++;
      return;
    }
    normalizer.learn(x, time);
  }

  /** Keeps in the state how many values in a row were outside. Uses center and scale as last refreshed. */
  #isGated(x: number): boolean {
    const { normalizer, rules } = this;
    const { state } = normalizer;
    const distance = x - normalizer.center;
    const inside = !(normalizer.scale > 0) || normalizer.count < rules.warmup;
    if (inside || Math.abs(distance) <= rules.learnWithin * normalizer.scale) {
      state[this.#offset] = 0;
      state[this.#offset + 1] = 0;
      return false;
    }
    const run = state[this.#offset]!;
    const next = distance > 0 ? Math.max(run, 0) + 1 : Math.min(run, 0) - 1;
    state[this.#offset] = next;
    const outside = state[this.#offset + 1]! + 1;
    state[this.#offset + 1] = outside;
    return Math.abs(next) <= GATE_PATIENCE && outside <= SCALE_PATIENCE;
  }
}
