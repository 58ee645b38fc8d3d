import { isObservation } from './is-observation.js';
import { Moments } from './moments.js';
import { StateView } from './state-view.js';

// Behind the moments of all values: squares within the series, their low part, degrees of freedom of them, series, Σn².
const WITHIN = Moments.stride;
const WITHIN_LOW = WITHIN + 1;
const FREEDOM = WITHIN + 2;
const SERIES = WITHIN + 3;
const SQUARED_COUNTS = WITHIN + 4;

/**
 * What the series of a group have in common: their mean, how far values lie from the mean of their series, and how far series' means lie
 * from each other. In the unit of the series.
 *
 * One-way analysis of variance with random effects, unequal counts (Searle, Casella & McCulloch 1992, 3.6): σ² = SSW / df, τ² =
 * max(0, (SSB / (K − 1) − σ²) / n₀), n₀ = (N − Σn² / N) / (K − 1). SSW grows by e² · n / (n + 1) for a value e from the mean of the n before
 * it in its series, which is Welford's step. State: 10 doubles. O(1). What is no observation changes nothing.
 */
export class SeriesGroup extends StateView {
  static readonly stride: number = Moments.stride + 5;
  readonly stride: number = SeriesGroup.stride;
  readonly #all = new Moments();

  constructor(state: Float64Array = new Float64Array(SeriesGroup.stride), offset = 0) {
    super(state, offset);
    this.#all.aim(state, offset);
  }

  override aim(state: Float64Array, offset: number): this {
    this.#all.aim(state, offset);
    return super.aim(state, offset);
  }

  /** Values of all series. */
  get count(): number {
    return this.#all.count;
  }
  /** NaN of nothing. */
  get mean(): number {
    return this.#all.mean;
  }
  /** Series that there have been. */
  get series(): number {
    return this.state[this.offset + SERIES]!;
  }
  /** Values beyond the first of their series: what `within` rests on. */
  get freedom(): number {
    return this.state[this.offset + FREEDOM]!;
  }
  /** σ²: variance of values about the mean of their series; NaN until a series has two. */
  get within(): number {
    const { state, offset, freedom } = this;
    return freedom > 0 ? (state[offset + WITHIN]! + state[offset + WITHIN_LOW]!) / freedom : Number.NaN;
  }
  /** τ²: variance of the means of the series; NaN until there are two series. */
  get between(): number {
    const { state, offset, series, count, within } = this;
    if (series < 2 || Number.isNaN(within)) return Number.NaN;
    const squares = this.#all.variance() * count - within * this.freedom;
    const each = (count - state[offset + SQUARED_COUNTS]! / count) / (series - 1);
    return Math.max(0, (squares / (series - 1) - within) / each);
  }

  /** `x − mean`, exact far from zero. */
  deviation(x: number): number {
    return this.#all.deviation(x);
  }
  /** `mean + step`, rounded once. */
  shifted(step: number): number {
    return this.#all.shifted(step);
  }

  update(x: number): void {
    this.learn(x, 0, 0, 0);
  }

  /**
   * Learns one value of one series.
   * @param deviation from the mean of the series before it
   * @param known observations that this mean rests on
   * @param total values of the series so far
   */
  learn(x: number, deviation: number, known: number, total: number): void {
    if (!isObservation(x)) return;
    const { state, offset } = this;
    this.#all.update(x);
    if (total === 0) state[offset + SERIES]! += 1;
    else if (known > 0) {
      const before = state[offset + WITHIN]!;
      const square = (deviation * deviation * known) / (known + 1) + state[offset + WITHIN_LOW]!;
      const sum = before + square;
      state[offset + WITHIN] = sum;
      state[offset + WITHIN_LOW] = square - (sum - before);
      state[offset + FREEDOM]! += 1;
    }
    state[offset + SQUARED_COUNTS]! += 2 * total + 1;
  }
}
