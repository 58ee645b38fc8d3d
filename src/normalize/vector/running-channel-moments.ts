import { Moments } from '../../stats/moments.js';
import type { ResolvedMemory } from '../memory.js';
import type { ChannelMoments } from './channel-moments.js';

/** Doubles before those of the channels: records learnt, the newest event time. */
const HEADER = 2;

/**
 * Running mean and variance of the channels of tensors, as batch normalization has them: over everything, every value weighing alike, or
 * with a half-life in records or in event time, by which the values of a whole record fade together.
 *
 * State: `[records, newest time, five doubles a channel]`, those of `Moments`, whose merge (Chan, Golub & LeVeque 1983) takes the moments
 * of a record in. Fading multiplies the sum of weights and the sum of squares and leaves the mean alone. A record later than the newest
 * weighs 2^(−age / halfLife), so that out-of-order delivery ends in the same state up to rounding. O(channels) a record.
 */
export class RunningChannelMoments {
  readonly stride: number;
  readonly #channels: number;
  readonly #memory: ResolvedMemory;
  readonly #running = new Moments();
  readonly #batch = new Moments();
  #state: Float64Array = new Float64Array(0);
  #offset = 0;
  /** What the values of the record at hand weigh. */
  #weight = 1;

  constructor(channels: number, memory: ResolvedMemory) {
    this.#channels = channels;
    this.#memory = memory;
    this.stride = HEADER + channels * Moments.stride;
  }

  aim(state: Float64Array, offset: number): void {
    this.#state = state;
    this.#offset = offset;
  }

  /** Records learnt. */
  get count(): number {
    return this.#state[this.#offset]!;
  }

  /** The statistic of a channel, aimed at it: valid until the next call. */
  of(channel: number): Moments {
    return this.#running.aim(this.#state, this.#offset + HEADER + channel * Moments.stride);
  }

  /** Fades what is known for a record to come. False where a time is needed and is none: it is not to be learnt. */
  begin(time: number): boolean {
    const memory = this.#memory;
    const state = this.#state;
    const at = this.#offset;
    this.#weight = 1;
    if (memory.kind === 'half-life') this.#fade(2 ** (-1 / memory.samples));
    else if (memory.kind === 'half-life-time') {
      if (!Number.isFinite(time)) return false;
      const age = state[at]! > 0 ? state[at + 1]! - time : 0;
      const ratio = 2 ** (-Math.abs(age) / memory.duration);
      if (age > 0) this.#weight = ratio;
      else {
        if (age < 0) this.#fade(ratio);
        state[at + 1] = time;
      }
    }
    state[at] = state[at]! + 1;
    return true;
  }

  /** Learns what a channel of the record has. */
  learn(channel: number, { count, mean, m2 }: ChannelMoments): void {
    if (count === 0) return;
    const batch = this.#batch.state;
    batch[0] = count * this.#weight;
    batch[1] = mean;
    batch[3] = m2 * this.#weight;
    if (batch[0] > 0) this.of(channel).merge(this.#batch);
  }

  #fade(ratio: number): void {
    const state = this.#state;
    for (let c = 0; c < this.#channels; c++) {
      const at = this.#offset + HEADER + c * Moments.stride;
      state[at] = state[at]! * ratio;
      state[at + 3] = state[at + 3]! * ratio;
      state[at + 4] = state[at + 4]! * ratio;
    }
  }
}
