import type { FadingMoments } from './fading-moments.js';
import { StateView } from './state-view.js';
import type { ExtentStatistic } from './statistic.js';

/** Doubles before those of the moments: `[upper, upperLow, lower, lowerLow]`. */
const HEADER = 4;

/**
 * What extents that forget share: an envelope that a new extreme pushes out at once and that relaxes towards the decayed mean since.
 *
 * upper ← max(x, m + (upper − m)·2^(−Δ / halfLife)), lower likewise with min, m being the decayed mean of the same half-life before x
 * is learnt. Both bounds are carried in two doubles, so that they move however small the steps are beside them, and are exactly x
 * when x is the extreme. The mean is always within them, up to rounding.
 */
export abstract class FadingExtent<M extends FadingMoments> extends StateView implements ExtentStatistic {
  /** Doubles of the state that precede those of the moments. */
  protected static readonly header = HEADER;
  protected readonly moments: M;

  constructor(moments: M, state: Float64Array, offset: number) {
    super(state, offset);
    this.moments = moments.aim(state, offset + HEADER);
  }

  override aim(state: Float64Array, offset: number): this {
    this.moments.aim(state, offset + HEADER);
    return super.aim(state, offset);
  }

  get count(): number {
    return this.moments.count;
  }

  get max(): number {
    return this.count > 0 ? this.state[this.offset]! + this.state[this.offset + 1]! : Number.NaN;
  }

  get min(): number {
    return this.count > 0 ? this.state[this.offset + 2]! + this.state[this.offset + 3]! : Number.NaN;
  }

  /** Lets both bounds approach the mean by a share `loss` of their distance. */
  protected relax(loss: number): void {
    this.#pull(this.offset, loss);
    this.#pull(this.offset + 2, loss);
  }

  /** Pushes a bound out to x where x is beyond. */
  protected widen(x: number): void {
    const { state, offset } = this;
    const first = this.count === 0;
    if (first || x - state[offset]! > state[offset + 1]!) {
      state[offset] = x;
      state[offset + 1] = 0;
    }
    if (first || x - state[offset + 2]! < state[offset + 3]!) {
      state[offset + 2] = x;
      state[offset + 3] = 0;
    }
  }

  /** The same for an x of old, of which a share `keep` of the distance from the mean is left. */
  protected widenLate(x: number, keep: number): void {
    const { offset, moments } = this;
    const distance = moments.deviation(x) * keep;
    const at = distance > 0 ? offset : offset + 2;
    const bound = this.#distance(at);
    if (distance > 0 ? distance > bound : distance < bound) this.#move(at, distance - bound);
  }

  /** How far the bound at `at` is above the mean. */
  #distance(at: number): number {
    return this.moments.deviation(this.state[at]!) + this.state[at + 1]!;
  }

  #pull(at: number, loss: number): void {
    this.#move(at, -loss * this.#distance(at));
  }

  /** Adds `step` to the bound at `at` (Knuth's two-sum). */
  #move(at: number, step: number): void {
    const { state } = this;
    const bound = state[at]!;
    const addend = step + state[at + 1]!;
    const sum = bound + addend;
    const part = sum - bound;
    state[at] = sum;
    state[at + 1] = bound - (sum - part) + (addend - part);
  }
}
