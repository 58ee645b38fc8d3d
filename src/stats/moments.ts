import { isObservation } from './is-observation.js';
import { learnMoments } from './learn-moments.js';
import { StateView } from './state-view.js';
import type { Mergeable, MomentsStatistic, Weighted } from './statistic.js';

/**
 * Running mean and variance of one series over everything it has seen, in the unit of the series.
 *
 * Update: Welford (1962) with West's (1979) weights. The mean and the sum of squared deviations are carried in two doubles each
 * (Knuth's two-sum, Kahan), so that the variance is right far from zero (relative error 1e-15 at offset 1.7e12, where plain Welford
 * has 3e-5) and after very many observations. Merge: Chan, Golub & LeVeque (1983).
 * Keeps `m2`, the sum of squared deviations, and not the variance, so that a lone observation survives a merge.
 *
 * O(1) time, 40 bytes. A missing value changes nothing, nor does a weight that is not a finite number above 0.
 */
export class Moments extends StateView implements MomentsStatistic, Mergeable<Moments>, Weighted {
  static readonly stride: number = 5;
  readonly stride: number = Moments.stride;
  readonly weighted = true;

  /** State: `[Σw, mean, meanLow, m2, m2Low]`, the mean being `mean + meanLow`. */
  constructor(state: Float64Array = new Float64Array(Moments.stride), offset = 0) {
    super(state, offset);
  }

  /** Σw: the number of observations when none was weighted. */
  get count(): number {
    return this.state[this.offset]!;
  }

  get mean(): number {
    const { state, offset } = this;
    return state[offset]! > 0 ? state[offset + 1]! + state[offset + 2]! : Number.NaN;
  }

  variance(ddof = 0): number {
    const { state, offset } = this;
    const count = state[offset]!;
    return count > ddof ? (state[offset + 3]! + state[offset + 4]!) / (count - ddof) : Number.NaN;
  }

  deviation(x: number): number {
    return x - this.state[this.offset + 1]! - this.state[this.offset + 2]!;
  }

  shifted(step: number): number {
    return this.state[this.offset + 1]! + (this.state[this.offset + 2]! + step);
  }

  update(x: number, _time?: number, weight = 1): void {
    if (!(isObservation(x) && weight > 0 && weight < Number.POSITIVE_INFINITY)) return;
    learnMoments(this.state, this.offset, x, weight);
  }

  /** `update` with the state held in registers. */
  override updateMany(xs: Float64Array, start = 0, end = xs.length): void {
    const { state, offset } = this;
    let count = state[offset]!;
    let mean = state[offset + 1]!;
    let low = state[offset + 2]!;
    let m2 = state[offset + 3]!;
    let m2Low = state[offset + 4]!;
    for (let i = start; i < end; i++) {
      const x = xs[i]!;
      if (!isObservation(x)) continue;
      count += 1;
      const delta = x - mean - low;
      const addend = delta * (1 / count) + low;
      const sum = mean + addend;
      const part = sum - mean;
      low = mean - (sum - part) + (addend - part);
      mean = sum;
      const square = delta * (x - mean - low) + m2Low;
      const total = m2 + square;
      m2Low = square - (total - m2);
      m2 = total;
    }
    state[offset] = count;
    state[offset + 1] = mean;
    state[offset + 2] = low;
    state[offset + 3] = m2;
    state[offset + 4] = m2Low;
  }

  merge(other: Moments): void {
    const { state, offset } = this;
    const { state: from, offset: at } = other;
    const added = from[at]!;
    const before = state[offset]!;
    if (added === 0) return;
    if (before === 0) {
      for (let i = 0; i < Moments.stride; i++) state[offset + i] = from[at + i]!;
      return;
    }
    const count = before + added;
    const mean = state[offset + 1]!;
    const delta = from[at + 1]! - mean + (from[at + 2]! - state[offset + 2]!);
    const addend = delta * (added / count) + state[offset + 2]!;
    const sum = mean + addend;
    const part = sum - mean;
    const m2 = state[offset + 3]!;
    const square = delta * delta * (before / count) * added + from[at + 4]! + state[offset + 4]! + from[at + 3]!;
    const total = m2 + square;
    const squarePart = total - m2;
    state[offset] = count;
    state[offset + 1] = sum;
    state[offset + 2] = mean - (sum - part) + (addend - part);
    state[offset + 3] = total;
    state[offset + 4] = m2 - (total - squarePart) + (square - squarePart);
  }
}
