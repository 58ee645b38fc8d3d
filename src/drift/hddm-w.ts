import { between } from './between.js';
import { DetectorView } from './detector-view.js';
import type { EpochEvent } from './epoch-event.js';
import { type HddmOptions, isShare, oneOfSides, shareOf, toShare } from './hddm-a.js';

// Where things stand in the state: average and bound term of all; then for either side: average and bound term before the change, after
// it, and the values after it.
const COUNT = 0;
const AVERAGE = 1;
const TERM = 2;
const UP = 3;
const DOWN = 8;
// Of a side.
const BEFORE = 0;
const BEFORE_TERM = 1;
const AFTER = 2;
const AFTER_TERM = 3;
const AFTER_COUNT = 4;

export interface HddmWOptions extends HddmOptions {
  /** What a value takes from the averages, in (0, 1). @defaultValue 0.05 */
  alpha?: number;
}

/**
 * Drift of the mean by McDiarmid's bound on exponential averages (HDDM-W, Frías-Blanco et al. 2014), for values in [0, 1]: quicker than
 * HDDM-A where a change comes gradually.
 *
 * The average up to the lowest upper bound, z + √(b·ln(1/delta)/2) with b = α² + (1 − α)²b from 1 on, is compared with the average of what
 * came after: a rise when after − before > √((b_before + b_after)·ln(1/delta)/2); a fall the other way round. As in river 0.26. What lies
 * outside [0, 1] counts as the nearer end. State: 13 doubles. O(1).
 */
export class HddmW extends DetectorView {
  static readonly stride = 13;
  readonly stride = HddmW.stride;
  readonly alpha: number;
  readonly delta: number;
  readonly sides: 'up' | 'down' | 'both';
  readonly isShare: boolean;
  readonly #drift: number;
  readonly #warning: number;

  /** @throws InvalidOptionError */
  constructor({
    delta = 0.001,
    warningDelta = 0.005,
    sides = 'both',
    alpha = 0.05,
    input = 'share',
  }: HddmWOptions = {}) {
    super();
    this.alpha = between('alpha', alpha, 0, 1);
    this.delta = between('delta', delta, 0, 1);
    this.sides = oneOfSides(sides);
    this.isShare = isShare(input);
    this.#drift = Math.log(1 / delta) / 2;
    this.#warning = Math.log(1 / between('warningDelta', warningDelta, 0, 1)) / 2;
  }

  get count(): number {
    return this.state[this.offset]!;
  }
  get warning(): boolean {
    return this.#verdict(this.#warning) !== 0;
  }
  get delay(): number {
    const side = this.#verdict(this.#warning);
    if (side === 0) return 0;
    // The average does not reach back further than this, whenever it began.
    return Math.min(this.state[this.offset + (side > 0 ? UP : DOWN) + AFTER_COUNT]!, Math.ceil(2 / this.alpha - 1));
  }
  get size(): number {
    const side = this.#verdict(this.#warning);
    if (side === 0) return 0;
    const at = this.offset + (side > 0 ? UP : DOWN);
    return this.state[at + AFTER]! - this.state[at + BEFORE]!;
  }

  protected learn(given: number): EpochEvent {
    const { state, offset, alpha } = this;
    const x = this.isShare ? toShare(given) : shareOf(given);
    const first = state[offset + COUNT] === 0;
    state[offset + COUNT]! += 1;
    const average = first ? x : state[offset + AVERAGE]! + alpha * (x - state[offset + AVERAGE]!);
    const term = alpha * alpha + (1 - alpha) * (1 - alpha) * (first ? 1 : state[offset + TERM]!);
    state[offset + AVERAGE] = average;
    state[offset + TERM] = term;
    this.#follow(offset + UP, x, 1, average, term, first);
    this.#follow(offset + DOWN, x, -1, average, term, first);
    return this.#verdict(this.#drift);
  }

  /** Moves the presumed change up to now where the bound is tighter than it ever was, else counts x as after it. */
  #follow(at: number, x: number, sign: 1 | -1, average: number, term: number, first: boolean): void {
    const { state, alpha } = this;
    const tightest = sign * state[at + BEFORE]! + Math.sqrt(state[at + BEFORE_TERM]! * this.#drift);
    if (first || sign * average + Math.sqrt(term * this.#drift) < tightest) {
      state[at + BEFORE] = average;
      state[at + BEFORE_TERM] = term;
      state[at + AFTER] = state[at + AFTER_TERM] = state[at + AFTER_COUNT] = 0;
      return;
    }
    const isFirst = state[at + AFTER_COUNT] === 0;
    state[at + AFTER_COUNT]! += 1;
    state[at + AFTER] = isFirst ? x : state[at + AFTER]! + alpha * (x - state[at + AFTER]!);
    state[at + AFTER_TERM] = alpha * alpha + (1 - alpha) * (1 - alpha) * (isFirst ? 1 : state[at + AFTER_TERM]!);
  }

  #verdict(evidence: number): -1 | 0 | 1 {
    if (this.sides !== 'down' && this.#isApart(this.offset + UP, 1, evidence)) return 1;
    return this.sides !== 'up' && this.#isApart(this.offset + DOWN, -1, evidence) ? -1 : 0;
  }

  #isApart(at: number, sign: 1 | -1, evidence: number): boolean {
    const { state } = this;
    if (state[at + AFTER_COUNT] === 0) return false;
    const bound = Math.sqrt((state[at + BEFORE_TERM]! + state[at + AFTER_TERM]!) * evidence);
    return sign * (state[at + AFTER]! - state[at + BEFORE]!) > bound;
  }
}
