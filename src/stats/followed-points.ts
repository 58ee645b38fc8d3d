import { BinnedPoints } from './binned-points.js';
import * as at from './sketch-layout.js';

// Constants of this module's own: V8 folds those, and reads imported ones anew each time.
const { COUNT, GROWTH, TOTAL } = at;

/** Requests in a row, of one state, from which following pays. */
const PATIENCE = 4;
/** Requests until a state that could not be followed is looked at again. */
const RETRY = 4096;
/** Sums of so many whole weights are exact. */
const EXACT = 2 ** 52;

/**
 * The bins of a sketch as weighted points, with what `quantiles` found last followed through the observations since: a quantile that
 * stays in its bin, or moves to the next, is found without a walk.
 *
 * Only while all weights are whole and an observation weighs 1: then all sums are exact, in whatever order they are made, and the answers are those of the walk to
 * the last bit. It holds of one state, from one `aim` of the sketch to the next.
 */
export class FollowedPoints extends BinnedPoints {
  readonly #layout: at.SketchLayout;
  #state: Float64Array = new Float64Array(0);
  /** Where bins begin, and where their sum stands. */
  #start = 0;
  #total = 0;
  #asked = 0;
  #follows = false;
  /** The outermost bins. */
  #first = 0;
  #last = 0;
  /** For each share asked for: its bin, −1 when not known, and the weight before it. */
  #bins = new Int32Array(0);
  #befores = new Float64Array(0);
  /** And the value of that bin, NaN where it is not known or smallest and largest have a say in it. */
  #values = new Float64Array(0);
  #count = 0;

  constructor(layout: at.SketchLayout) {
    super(layout);
    this.#layout = layout;
  }

  /** Whether the next `quantiles` of so many shares may be asked here; it may be asked of `BinnedPoints` at any time. */
  ready(state: Float64Array, offset: number, shares: number): boolean {
    if (this.#follows && this.#bins.length === shares && this.#count === state[offset + COUNT]) return true;
    this.#follows = false;
    if (++this.#asked < PATIENCE) return false;
    this.#asked = 0;
    this.aim(state, offset);
    this.#state = state;
    this.#start = offset + this.#layout.bins;
    this.#total = offset + TOTAL;
    if (!(state[offset + GROWTH] === 1 && this.#isWhole(state[offset + TOTAL]!))) {
      this.#asked = -RETRY;
      return false;
    }
    this.#first = super.first();
    this.#last = super.last();
    this.#bins = new Int32Array(shares).fill(-1);
    this.#befores = new Float64Array(shares);
    this.#values = new Float64Array(shares).fill(Number.NaN);
    this.#count = state[offset + COUNT]!;
    this.#follows = true;
    return true;
  }

  /** An observation was added to a bin. */
  added(bin: number, weight: number): void {
    if (!this.#follows) return;
    if (weight !== 1) {
      this.#follows = false;
      return;
    }
    this.#count++;
    if (bin < this.#first) this.#first = bin;
    if (bin > this.#last) this.#last = bin;
    const bins = this.#bins;
    const befores = this.#befores;
    // One more where the bin is below, without a branch, which would be as likely as not to be guessed wrong.
    for (let k = 0; k < bins.length; k++) befores[k]! += (bin - bins[k]!) >>> 31;
  }

  /** The state, or which it is, has changed in another way. */
  lose(): void {
    this.#follows = false;
    this.#asked = Math.min(this.#asked, 0);
  }

  override first(): number {
    return this.#first;
  }
  override last(): number {
    return this.#last;
  }

  /** A target that lies in its bin of before, between the middles of the first and the last observation there, needs no look-up. */
  override quantiles(ps: Float64Array, one: number, into: Float64Array): void {
    const state = this.#state;
    const start = this.#start;
    const bins = this.#bins;
    const befores = this.#befores;
    const values = this.#values;
    let areEndsMet = false;
    // An observation weighs 1, and sits in the middle of its stretch.
    const span = state[this.#total]! - 1;
    for (let k = 0; k < ps.length; k++) {
      const target = 0.5 + ps[k]! * span;
      const value = values[k]!;
      const before = befores[k]!;
      if (!Number.isNaN(value) && target >= before + 0.5 && target <= before + state[start + bins[k]!]! - 0.5) {
        into[k] = value;
        continue;
      }
      if (!areEndsMet) this.meetEnds(one);
      areEndsMet = true;
      into[k] = this.valueAround(this.#find(k, target), target, one);
    }
  }

  /** The bin in whose stretch the target of the `k`-th share lies. */
  #find(k: number, target: number): number {
    let bin = this.#bins[k]!;
    let before = this.#befores[k]!;
    if (bin < 0) bin = this.locate(target);
    else {
      while (before > target) before -= this.weight(--bin);
      let next = before + this.weight(bin);
      while (next <= target && bin < this.#last) {
        before = next;
        next += this.weight(++bin);
      }
      this.before = before;
    }
    if (bin !== this.#bins[k]) this.#values[k] = this.isInside(bin) ? this.value(bin) : Number.NaN;
    this.#bins[k] = bin;
    this.#befores[k] = this.before;
    return bin;
  }

  #isWhole(total: number): boolean {
    if (!(total < EXACT)) return false;
    for (let i = 0; i < this.#layout.length; i++) if (!Number.isInteger(this.weight(i))) return false;
    return true;
  }
}
