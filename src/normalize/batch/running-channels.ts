import { IncompatibleStateError } from '../../errors.js';
import { Moments } from '../../stats/moments.js';
import type { BatchNormRules } from './resolve-batch-norm.js';

/**
 * Running mean and variance of each channel, learnt batch by batch, in float64.
 *
 * `pooled`: the moments of all observations (Chan, Golub & LeVeque 1983). Else an average over batches, `new = old + w · (batch − old)`,
 * of the mean and of the variance (`renorm`: of the standard deviation), which begin at 0 and 1 (`renorm`: at the first batch's).
 *
 * A channel without observations learns nothing of a batch; nor does, where the variance is unbiased, one of a single observation.
 * O(1) time and 40 bytes a channel.
 */
export class RunningChannels {
  /** Doubles of state a channel takes. */
  static readonly stride = Moments.stride;
  /** By channel: `[Σw, mean, meanLow, m2, m2Low]` if pooled, else `[batches, mean, meanLow, spread, 0]`. All zeros: nothing seen. */
  state: Float64Array;
  #offset: number;
  readonly channels: number;
  readonly #rules: BatchNormRules;
  readonly #moments: Moments;
  readonly #batch = new Moments();

  /** @throws IncompatibleStateError where the state is not that of so many channels */
  constructor(
    rules: BatchNormRules,
    channels: number,
    state: Float64Array = new Float64Array(channels * Moments.stride),
  ) {
    if (state.length !== channels * Moments.stride)
      throw new IncompatibleStateError(
        `state of ${channels} channels must be ${channels * Moments.stride} doubles, got ${state.length}`,
      );
    this.state = state;
    this.#offset = 0;
    this.channels = channels;
    this.#rules = rules;
    this.#moments = new Moments(state, 0);
  }

  /** Turns to the series whose state is at `offset` in `state`. */
  aim(state: Float64Array, offset: number): this {
    this.state = state;
    this.#offset = offset;
    return this;
  }

  /** Observations (pooled) or batches that the answers of a channel rest on. */
  count(channel: number): number {
    return this.state[this.#at(channel)]!;
  }

  /** In the unit of the channel. Of nothing: NaN if pooled, else 0. */
  mean(channel: number): number {
    const at = this.#at(channel);
    const { semantics } = this.#rules;
    return semantics === 'pooled' && this.state[at] === 0 ? Number.NaN : this.state[at + 1]! + this.state[at + 2]!;
  }

  /** `mean − mean(channel)` rounded to a double: what the mean has beyond it. */
  meanLow(channel: number): number {
    const at = this.#at(channel);
    return this.state[at + 1]! - this.mean(channel) + this.state[at + 2]!;
  }

  /** `pivot + shift − mean`, exact far from zero. */
  distance(channel: number, pivot: number, shift: number): number {
    const at = this.#at(channel);
    return pivot - this.state[at + 1]! + (shift - this.state[at + 2]!);
  }

  /** What the scores are divided by under `epsilon`. Of nothing: NaN if pooled, else that of variance 1. */
  deviation(channel: number): number {
    const { semantics, epsilon } = this.#rules;
    return semantics === 'renorm' ? this.#spread(channel) : Math.sqrt(this.#spread(channel) + epsilon);
  }

  /** Running variance, without epsilon but for `renorm`, whose averaged standard deviation contains it. */
  variance(channel: number): number {
    const spread = this.#spread(channel);
    return this.#rules.semantics === 'renorm' ? spread * spread : spread;
  }

  /** Learns the moments of one channel of one batch, the mean being `pivot + shift`. */
  learn(channel: number, count: number, pivot: number, shift: number, m2: number): void {
    const { semantics, unbiased, weightOf, epsilon } = this.#rules;
    if (!(count > (unbiased ? 1 : 0))) return;
    const at = this.#at(channel);
    const { state } = this;
    if (semantics === 'pooled') {
      const batch = this.#batch.state;
      batch[0] = count;
      batch[1] = pivot;
      batch[2] = shift;
      batch[3] = m2;
      batch[4] = 0;
      this.#moments.aim(state, at).merge(this.#batch);
      return;
    }
    const batches = state[at]!;
    const variance = m2 / (unbiased ? count - 1 : count);
    const spread = semantics === 'renorm' ? Math.sqrt(variance + epsilon) : variance;
    if (semantics === 'renorm' && batches === 0) this.#set(at, 1, pivot, shift, spread);
    else {
      const weight = weightOf(batches);
      const before = this.#spread(channel);
      const step = weight * this.distance(channel, pivot, shift);
      // Weight 1 takes the batch over as it is, digits far behind the old mean's included.
      if (weight === 1) this.#set(at, batches + 1, pivot, shift, spread);
      else this.#set(at, batches + 1, state[at + 1]!, state[at + 2]! + step, before + weight * (spread - before));
    }
  }

  /**
   * Takes over statistics that were learnt elsewhere.
   * @param count observations (pooled) or batches that they stand for
   * @param variance biased if pooled, else as the semantics keep it
   */
  set(channel: number, count: number, mean: number, variance: number): void {
    const at = this.#at(channel);
    const { semantics } = this.#rules;
    const spread = semantics === 'pooled' ? variance * count : semantics === 'renorm' ? Math.sqrt(variance) : variance;
    this.#set(at, count, mean, 0, spread);
  }

  reset(): void {
    this.state.fill(0, this.#offset, this.#offset + this.channels * Moments.stride);
  }

  #at(channel: number): number {
    return this.#offset + channel * Moments.stride;
  }

  #spread(channel: number): number {
    const at = this.#at(channel);
    if (this.#rules.semantics === 'pooled') return this.#moments.aim(this.state, at).variance();
    return this.state[at] === 0 ? 1 : this.state[at + 3]!;
  }

  /** The mean as `high + low` in two doubles that do not overlap (Knuth's two-sum). */
  #set(at: number, count: number, high: number, low: number, spread: number): void {
    const { state } = this;
    const sum = high + low;
    const part = sum - high;
    state[at] = count;
    state[at + 1] = sum;
    state[at + 2] = high - (sum - part) + (low - part);
    state[at + 3] = spread;
    state[at + 4] = 0;
  }
}
