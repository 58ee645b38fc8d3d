import { Moments } from './moments.js';

/** The fourth power of anything larger does not fit a double once many are summed. */
const LARGEST = 1e75;

/**
 * Running moments of one series to the fourth order: mean and variance in the unit of the series, skewness and kurtosis without unit.
 *
 * Pébay (2008), single-pass update and pairwise merge of the central moment sums, on top of `Moments`. Observations of magnitude up
 * to 1e75, whose fourth powers fit a double; a larger one is ignored like NaN. O(1) time, 56 bytes.
 */
export class HigherMoments extends Moments {
  static override readonly stride: number = Moments.stride + 2;
  override readonly stride: number = HigherMoments.stride;

  /** State: that of `Moments`, then `[m3, m4]`: Σw(x − mean)³, Σw(x − mean)⁴. */
  constructor(state: Float64Array = new Float64Array(HigherMoments.stride), offset = 0) {
    super(state, offset);
  }

  /** Population skewness, √n·m3 / m2^1.5; NaN of nothing and where all values are equal: they have no shape. */
  get skewness(): number {
    const variance = this.variance();
    return this.state[this.offset + 5]! / this.count / (variance * Math.sqrt(variance));
  }

  /** Population kurtosis less 3, so that it is 0 for normal data; NaN of nothing and where all values are equal. */
  get excessKurtosis(): number {
    const variance = this.variance();
    return this.state[this.offset + 6]! / this.count / (variance * variance) - 3;
  }

  override update(x: number, time?: number, weight = 1): void {
    if (!(Math.abs(x) <= LARGEST && weight > 0 && weight < Number.POSITIVE_INFINITY)) return;
    const { state, offset } = this;
    const before = state[offset]!;
    const delta = before > 0 ? this.deviation(x) : 0;
    this.#mix(delta, before, weight, 0, 0, 0);
    super.update(x, time, weight);
  }

  /** Value by value: what `Moments` hoists is too little for four moments. */
  override updateMany(xs: Float64Array, start = 0, end = xs.length): void {
    for (let i = start; i < end; i++) this.update(xs[i]!);
  }

  override merge(other: HigherMoments): void {
    const { state, offset } = this;
    const { state: from, offset: at } = other;
    const added = from[at]!;
    if (added === 0) return;
    const before = state[offset]!;
    const delta = before > 0 ? from[at + 1]! - state[offset + 1]! + (from[at + 2]! - state[offset + 2]!) : 0;
    this.#mix(delta, before, added, from[at + 3]! + from[at + 4]!, from[at + 5]!, from[at + 6]!);
    super.merge(other);
  }

  /** Takes in the third and fourth moments of `n` observations whose mean is `delta` above that of the `m` here. */
  #mix(delta: number, m: number, n: number, m2: number, m3: number, m4: number): void {
    const { state, offset } = this;
    const count = m + n;
    const a2 = state[offset + 3]! + state[offset + 4]!;
    const a3 = state[offset + 5]!;
    const p = m / count;
    const q = n / count;
    const square = delta * delta;
    state[offset + 6] =
      state[offset + 6]! +
      m4 +
      square * square * (p * n) * (p * p - p * q + q * q) +
      6 * square * (p * p * m2 + q * q * a2) +
      4 * delta * (p * m3 - q * a3);
    state[offset + 5] = a3 + m3 + delta * square * (p * n) * (p - q) + 3 * delta * (p * m2 - q * a2);
  }
}
