import { InvalidOptionError } from '../errors.js';
import { between } from './between.js';
import { DetectorView } from './detector-view.js';
import type { EpochEvent } from './epoch-event.js';
import { positive } from './positive.js';
import { FrozenReference, type Reference } from './reference.js';

// Where things stand in the state, after the reference: the average, 1 less what the start still weighs, values on this side.
const AVERAGE = FrozenReference.stride;
const VARIANCE = AVERAGE + 1;
const SPREAD = AVERAGE + 2;
const RUN = AVERAGE + 3;
/** Distance from the center over the limit, signed: beyond ±1 is an alarm. */
const RATIO = AVERAGE + 4;
/** Share of the limit at which the warning zone begins. */
const WARNING = 2 / 3;
/** Values of a running reference before the first alarm. */
const GRACE = 30;

export interface EwmaChartOptions {
  /** What a value takes from all before it, in (0, 1). @defaultValue 0.1 */
  alpha?: number;
  /** An alarm is an average further from the center than so many of its standard deviations. @defaultValue 4 */
  limit?: number;
  /** Center and scale: known, frozen, or running along with the values. @defaultValue `'running'` */
  reference?: Reference | 'running';
}

/**
 * Chart of the exponentially weighted mean z = αx + (1 − α)z (Roberts 1959): an alarm when |z − center| > limit · scale · √(α/(2 − α)).
 *
 * With a running reference the center is the mean of all values, the scale that of the exponential variance, and the limit widens with
 * n by the factor √(1 − (1 − α)²ⁿ): then the chart follows a scale that changes, and a level that shifts slowly. The change is estimated
 * to lie where z last crossed the center. State: 9 doubles. Input in any unit where the reference is not given. O(1).
 */
export class EwmaChart extends DetectorView {
  static readonly stride = FrozenReference.stride + 5;
  readonly stride = EwmaChart.stride;
  readonly alpha: number;
  readonly limit: number;
  /** Absent: running. */
  readonly reference: FrozenReference | undefined;

  /** @throws InvalidOptionError */
  constructor({ alpha = 0.1, limit = 4, reference = 'running' }: EwmaChartOptions = {}) {
    super();
    this.alpha = between('alpha', alpha, 0, 1);
    this.limit = positive('limit', limit);
    if (typeof reference === 'string' && reference !== 'running')
      throw new InvalidOptionError('reference', reference, "'running', { center, scale } or { warmup }");
    this.reference = reference === 'running' ? undefined : new FrozenReference(reference);
  }

  get count(): number {
    return this.state[this.offset]!;
  }
  get warning(): boolean {
    return Math.abs(this.state[this.offset + RATIO]!) > WARNING;
  }
  get delay(): number {
    return this.state[this.offset + RUN]!;
  }
  get size(): number {
    const { state, offset, alpha } = this;
    const run = state[offset + RUN]!;
    if (run === 0) return 0;
    // Of a shift the average has taken in 1 − (1 − α)^run.
    // The variance rests on the values of the shift itself: what it says of a running chart's size is rather too small.
    const distance = this.reference
      ? state[offset + AVERAGE]!
      : (state[offset + AVERAGE]! - state[offset + 1]!) / Math.sqrt(state[offset + VARIANCE]!);
    return distance / (1 - (1 - alpha) ** run);
  }

  protected learn(x: number): EpochEvent {
    const { state, offset, reference } = this;
    const ratio = reference ? this.#judge(reference, x) : this.#judgeRunning(x);
    const before = state[offset + RATIO]!;
    state[offset + RUN] = ratio === 0 ? 0 : ratio > 0 === before > 0 ? state[offset + RUN]! + 1 : 1;
    state[offset + RATIO] = ratio;
    return ratio > 1 ? 1 : ratio < -1 ? -1 : 0;
  }

  /** The average is of standardized values, and starts at the center. */
  #judge(reference: FrozenReference, x: number): number {
    const { state, offset, alpha, limit } = this;
    const u = reference.standardize(state, offset, x);
    if (Number.isNaN(u)) return 0;
    const average = state[offset + AVERAGE]! + alpha * (u - state[offset + AVERAGE]!);
    state[offset + AVERAGE] = average;
    return average / (limit * Math.sqrt(alpha / (2 - alpha)));
  }

  /** The average starts at the first value; the mean of all stands where the reference would be. */
  #judgeRunning(x: number): number {
    const { state, offset, alpha, limit } = this;
    const count = state[offset]! + 1;
    state[offset] = count;
    state[offset + 1]! += (x - state[offset + 1]!) / count;
    if (count === 1) state[offset + AVERAGE] = x;
    const error = x - state[offset + AVERAGE]!;
    const average = state[offset + AVERAGE]! + alpha * error;
    state[offset + AVERAGE] = average;
    const variance = (1 - alpha) * (state[offset + VARIANCE]! + alpha * error * error);
    state[offset + VARIANCE] = variance;
    const seen = state[offset + SPREAD]!;
    const spread = seen + (1 - seen) * alpha * (2 - alpha);
    state[offset + SPREAD] = spread;
    const width = limit * Math.sqrt((variance * spread * alpha) / (2 - alpha));
    // Of values that are all equal nothing is known that a distance could be measured with.
    return count > GRACE && width > 0 ? (average - state[offset + 1]!) / width : 0;
  }
}
