import { BinnedPoints } from './binned-points.js';
import * as at from './sketch-layout.js';

// Constants of this module's own: V8 folds those, and reads imported ones anew each time.
const { COUNT, GROWTH, TOTAL } = at;

/** A share of the weight that is asked for. An object with numbers, for it takes fewer instructions than lists of them. */
class FollowedShare {
  p = Number.NaN;
  /** How many observations at least move its target down, or up, by 1. */
  down = Number.NaN;
  up = Number.NaN;
  /** Where the target was found: −1 when not known, and the weight before that bin. */
  bin = -1;
  before = Number.NaN;
}

/** Requests in a row, of one state, from which following pays. */
const PATIENCE = 4;
/** Requests until a state that could not be followed is looked at again. */
const RETRY = 4096;
/** Sums of so many whole weights are exact, and half of one more. */
const EXACT = 2 ** 40;
/** What a target of such a sum may be off, and more. */
const ROUNDING = 0.001;
const MOST_CALM = 2 ** 20;

/**
 * The bins of a sketch as weighted points, with what `quantiles` found last followed through the observations since: a quantile that
 * stays in its bin, or moves to the next, is found without a walk.
 *
 * Only while all weights are whole and an observation weighs 1: then all sums are exact, in whatever order they are made, and the answers are
 * those of the walk to the last bit. It holds of one state, from one `aim` of the sketch to the next.
 */
export class FollowedPoints extends BinnedPoints {
  readonly #layout: at.SketchLayout;
  #state: Float64Array = new Float64Array(0);
  /** Where bins begin, and where their sum stands. */
  #start = 0;
  #total = 0;
  #asked = 0;
  #follows = false;
  /** Whether all weights of the state are known to be whole. */
  #isWhole = false;
  /** The value of each bin, NaN where it is not known or smallest and largest have a say in it. */
  readonly #known: Float64Array;
  #count = 0;
  #shares: FollowedShare[] = [];
  /** For which arrays the last answers were given, and up to which count all of them surely stay. */
  #ps: Float64Array | undefined;
  #into: Float64Array | undefined;
  #allUntil = 0;
  /** 0 where smallest or largest is among them, which move otherwise; else 1. */
  #patience = 0;

  constructor(layout: at.SketchLayout) {
    super(layout);
    this.#layout = layout;
    this.#known = new Float64Array(layout.length);
  }

  /** Begins to follow quantiles of so many shares where that pays by now, and can be done; false where it does not. */
  begin(state: Float64Array, offset: number, shares: number): boolean {
    // Others have learnt into the state, where there is more than what had the bins moved.
    const unseen = state[offset + COUNT]! - this.#count;
    if (this.#follows || !(unseen === 0 || unseen === 1)) this.#isWhole = false;
    this.#follows = false;
    if (++this.#asked < PATIENCE) return false;
    this.#asked = 0;
    this.aim(state, offset);
    this.#state = state;
    this.#start = offset + this.#layout.bins;
    this.#total = offset + TOTAL;
    this.#isWhole ||= state[offset + GROWTH] === 1 && this.#areWhole();
    if (!this.#isWhole || state[this.#total]! > EXACT) {
      this.#asked = -RETRY;
      return false;
    }
    this.#known.fill(Number.NaN);
    this.#count = state[offset + COUNT]!;
    this.#shares = Array.from({ length: shares }, () => new FollowedShare());
    this.#ps = undefined;
    this.#follows = true;
    return true;
  }

  /** Whether `into` holds, from the call before, what `quantiles` would answer after `count` observations. */
  isSteady(count: number, ps: Float64Array, into: Float64Array): boolean {
    return count <= this.#allUntil && count === this.#count && this.#ps === ps && this.#into === into;
  }

  /** An observation of weight 1 was added to a bin. */
  added(bin: number): void {
    if (this.#follows !== true) return;
    this.#count++;
    const shares = this.#shares;
    // One more where the bin is below, without a branch, which would be as likely as not to be guessed wrong.
    for (let k = 0; k < shares.length; k++) shares[k]!.before += (bin - shares[k]!.bin) >>> 31;
  }

  /** Bins have moved, with weights that are whole as before. */
  rearranged(): void {
    if (this.#follows === true) this.#asked = PATIENCE - 1;
    this.#follows = false;
    this.#allUntil = 0;
  }

  /** The state, or which it is, has changed in another way. */
  lose(): void {
    this.#follows = false;
    this.#isWhole = false;
    this.#allUntil = 0;
    this.#asked = Math.min(this.#asked, 0);
  }

  /**
   * The quantiles of shares strictly between 0 and 1; false, with nothing done, where they are not followed.
   *
   * A target that lies in its bin of before, between the middles of the first and the last observation there, needs no look-up, and none
   * for as many observations as it takes at least to the nearer of them: each takes it by up to 1 − p down or p up.
   */
  follow(count: number, ps: Float64Array, into: Float64Array): boolean {
    const shares = this.#shares;
    if (this.#follows !== true || count !== this.#count || shares.length !== ps.length) return false;
    const state = this.#state;
    const start = this.#start;
    const known = this.#known;
    if (this.#ps !== ps) this.#meet(ps);
    // An observation weighs 1, and sits in the middle of its stretch.
    const span = state[this.#total]! - 1;
    let calm = MOST_CALM;
    for (let k = 0; k < shares.length; k++) {
      const share = shares[k]!;
      const { bin, before } = share;
      const target = 0.5 + share.p * span;
      if (bin >= 0) {
        const above = target - (before + 0.5);
        const below = before + state[start + bin]! - 0.5 - target;
        const value = known[bin]!;
        if (above >= 0 && below >= 0 && !Number.isNaN(value)) {
          into[k] = value;
          calm = smaller(calm, ((above - ROUNDING) * share.down) | 0);
          calm = smaller(calm, ((below - ROUNDING) * share.up) | 0);
          continue;
        }
      }
      this.#find(share, target);
      into[k] = this.#valueNear(share, target);
      calm = 0;
    }
    if (this.#into !== into) this.#into = into;
    this.#allUntil = count + calm * this.#patience;
    return true;
  }

  #meet(ps: Float64Array): void {
    this.#ps = ps;
    this.#patience = ps[0]! > 0 && ps[ps.length - 1]! < 1 ? 1 : 0;
    this.#shares.forEach((share, k) => {
      const p = ps[k]!;
      share.p = p;
      share.down = 1 / (1 - p);
      share.up = 1 / p;
    });
  }

  /** Leads a share to the bin in whose stretch the target lies. */
  #find(share: FollowedShare, target: number): void {
    if (share.bin < 0) {
      share.bin = this.locate(target);
      share.before = this.before;
      return;
    }
    const state = this.#state;
    const start = this.#start;
    let { bin, before } = share;
    while (before > target) before -= state[start + --bin]!;
    for (let next = before + state[start + bin]!; next <= target; next += state[start + ++bin]!) before = next;
    share.bin = bin;
    share.before = before;
  }

  /** The quantile at a target, where observations weigh 1, so that those of two neighbours are 1 apart. */
  #valueNear({ bin, before }: FollowedShare, target: number): number {
    const value = this.value(bin);
    if (target < before + 0.5 && before > 0) {
      const other = this.value(this.previous(bin));
      return other + (value - other) * (target - (before - 0.5));
    }
    const end = before + this.weight(bin);
    const last = end - 0.5;
    if (target > last && end < this.total) return value + (this.value(this.next(bin)) - value) * (target - last);
    return value;
  }

  override value(bin: number): number {
    const known = this.#known[bin]!;
    if (!Number.isNaN(known)) return known;
    const value = super.value(bin);
    if (this.isInside(bin, value)) this.#known[bin] = value;
    return value;
  }

  #areWhole(): boolean {
    for (let i = 0; i < this.#layout.length; i++) if (!Number.isInteger(this.weight(i))) return false;
    return true;
  }
}

/** Of two integers whose difference is one of 32 bits, without a branch. */
function smaller(x: number, y: number): number {
  const difference = (y - x) | 0;
  return (x + (difference & (difference >> 31))) | 0;
}
