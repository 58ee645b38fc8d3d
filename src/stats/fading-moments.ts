import { isObservation } from './is-observation.js';
import { StateView } from './state-view.js';
import type { MomentsStatistic, Weighted } from './statistic.js';

/**
 * What moments that forget share: mean and variance under weights that fade, whatever makes them fade.
 *
 * Each observation takes the share a = w / Σw of the new total: mean += a·δ, variance = (1 − a)(variance + a·δ²), δ being its
 * distance from the mean before (Finch 2009). Written as variance += a·((1 − a)·δ² − variance) where a is small, and Σw, the mean and
 * the variance are carried in two doubles each: else the tiny steps of a long half-life would be lost. The variance is never
 * negative, and is right far from zero. (Here the variance and not a sum of squares is the state: with Σw it says as much, and it
 * does not fade away with the weights.)
 */
export abstract class FadingMoments extends StateView implements MomentsStatistic, Weighted {
  /** Doubles of the state that all fading moments have: `[count, Σw, its low part, Σw², mean, its low, variance, its low]`. */
  protected static readonly header = 8;
  readonly weighted = true;

  /** Observations learnt so far, however little they weigh by now. */
  get count(): number {
    return this.state[this.offset]!;
  }

  /** Σw at the newest observation. */
  get weight(): number {
    return this.state[this.offset + 1]! + this.state[this.offset + 2]!;
  }

  get mean(): number {
    return this.count > 0 ? this.state[this.offset + 4]! + this.state[this.offset + 5]! : Number.NaN;
  }

  /** For `ddof` 1 the variance is freed of its bias by (Σw)² / ((Σw)² − Σw²), as pandas does; NaN where one weight is all. */
  variance(ddof = 0): number {
    const { state, offset, count } = this;
    if (!(count > ddof)) return Number.NaN;
    const variance = state[offset + 6]! + state[offset + 7]!;
    if (ddof === 0) return variance;
    const free = 1 - ddof * (state[offset + 3]! / this.weight / this.weight);
    return free > 0 ? variance / free : Number.NaN;
  }

  deviation(x: number): number {
    return x - this.state[this.offset + 4]! - this.state[this.offset + 5]!;
  }

  shifted(step: number): number {
    return this.state[this.offset + 4]! + (this.state[this.offset + 5]! + step);
  }

  /** Fades all weights to `keep` = 1 − `loss` of what they were, then learns x with weight `weight`. */
  protected learn(x: number, keep: number, loss: number, weight: number): void {
    const { state, offset } = this;
    const w = state[offset + 1]!;
    const wLow = state[offset + 2]!;
    const kept = (w + wLow) * keep;
    // A small loss is taken from the old sum, which keeps its low part; after a large one there is nothing to keep.
    const step = loss > 0.5 ? weight : weight - loss * (w + wLow) + wLow;
    const before = loss > 0.5 ? kept : w;
    const total = before + step;
    const totalPart = total - before;
    const share = total > 0 ? weight / total : 0;

    const mean = state[offset + 4]!;
    const low = state[offset + 5]!;
    const delta = x - mean - low;
    const addend = share * delta + low;
    const sum = mean + addend;
    const part = sum - mean;

    const variance = state[offset + 6]!;
    const varianceLow = state[offset + 7]!;
    if (share > 0.5) {
      state[offset + 6] = (variance + varianceLow + share * delta * delta) * (kept / total);
      state[offset + 7] = 0;
    } else {
      const change = share * ((1 - share) * delta * delta - variance - varianceLow) + varianceLow;
      const changed = variance + change;
      state[offset + 6] = changed;
      state[offset + 7] = change - (changed - variance);
    }
    state[offset] = state[offset]! + 1;
    state[offset + 1] = total;
    state[offset + 2] = before - (total - totalPart) + (step - totalPart);
    state[offset + 3] = state[offset + 3]! * keep * keep + weight * weight;
    state[offset + 4] = sum;
    state[offset + 5] = mean - (sum - part) + (addend - part);
  }

  /**
   * `variance`, `deviation`, `mean` where asked for, and `learn` for each of a column in one loop with the state in registers, to the last bit what they answer
   * one by one: through memory it would be read and written five times a value. See `ColumnwiseMoments`.
   * @param alpha what each takes from the weights before it
   * @param adjust whether the weight of each is 1, else alpha but for the first
   */
  protected learnColumn(
    xs: Float64Array,
    start: number,
    end: number,
    ddof: number,
    alpha: number,
    adjust: boolean,
    deviations: Float64Array,
    variances: Float64Array,
    means: Float64Array | undefined,
  ): number {
    const { state, offset } = this;
    const keep = 1 - alpha;
    let count = state[offset]!;
    let w = state[offset + 1]!;
    let wLow = state[offset + 2]!;
    let squares = state[offset + 3]!;
    let mean = state[offset + 4]!;
    let low = state[offset + 5]!;
    let variance = state[offset + 6]!;
    let varianceLow = state[offset + 7]!;
    let i = start;
    for (; i < end; i++) {
      const x = xs[i]!;
      if (!isObservation(x)) break;
      const delta = x - mean - low;
      const weight = adjust || count === 0 ? 1 : alpha;
      let known = Number.NaN;
      if (count > ddof) {
        known = variance + varianceLow;
        if (ddof !== 0) {
          const free = 1 - ddof * (squares / (w + wLow) / (w + wLow));
          known = free > 0 ? known / free : Number.NaN;
        }
      }
      deviations[i] = delta;
      variances[i - start] = known;
      if (means !== undefined) means[i - start] = count > 0 ? mean + low : Number.NaN;

      const kept = (w + wLow) * keep;
      const step = alpha > 0.5 ? weight : weight - alpha * (w + wLow) + wLow;
      const before = alpha > 0.5 ? kept : w;
      const total = before + step;
      const totalPart = total - before;
      const share = total > 0 ? weight / total : 0;
      const addend = share * delta + low;
      const sum = mean + addend;
      const part = sum - mean;
      if (share > 0.5) {
        variance = (variance + varianceLow + share * delta * delta) * (kept / total);
        varianceLow = 0;
      } else {
        const change = share * ((1 - share) * delta * delta - variance - varianceLow) + varianceLow;
        const changed = variance + change;
        varianceLow = change - (changed - variance);
        variance = changed;
      }
      count += 1;
      w = total;
      wLow = before - (total - totalPart) + (step - totalPart);
      squares = squares * keep * keep + weight * weight;
      low = mean - (sum - part) + (addend - part);
      mean = sum;
    }
    state[offset] = count;
    state[offset + 1] = w;
    state[offset + 2] = wLow;
    state[offset + 3] = squares;
    state[offset + 4] = mean;
    state[offset + 5] = low;
    state[offset + 6] = variance;
    state[offset + 7] = varianceLow;
    return i;
  }

  protected copy({ state, offset }: FadingMoments): void {
    for (let i = 0; i < this.stride; i++) this.state[this.offset + i] = state[offset + i]!;
  }

  /** Joins another's observations to those here, after fading either to a share of what it was: Chan, Golub & LeVeque (1983). */
  protected mix(keep: number, other: FadingMoments, otherKeep: number): void {
    const { state, offset } = this;
    const { state: from, offset: at } = other;
    const kept = (state[offset + 1]! + state[offset + 2]!) * keep;
    const added = (from[at + 1]! + from[at + 2]!) * otherKeep;
    const total = kept + added;
    const share = added / total;
    const rest = kept / total;
    const mean = state[offset + 4]!;
    const low = state[offset + 5]!;
    const delta = from[at + 4]! - mean + (from[at + 5]! - low);
    const addend = share * delta + low;
    const sum = mean + addend;
    const part = sum - mean;
    const variance = state[offset + 6]! + state[offset + 7]!;
    state[offset + 6] = rest * variance + share * (from[at + 6]! + from[at + 7]!) + share * rest * delta * delta;
    state[offset + 7] = 0;
    state[offset] = state[offset]! + from[at]!;
    state[offset + 1] = total;
    state[offset + 2] = 0;
    state[offset + 3] = state[offset + 3]! * keep * keep + from[at + 3]! * otherKeep * otherKeep;
    state[offset + 4] = sum;
    state[offset + 5] = mean - (sum - part) + (addend - part);
  }
}
