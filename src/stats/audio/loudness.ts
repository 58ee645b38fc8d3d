import { InvalidOptionError } from '../../errors.js';
import { type AudioFormat, AudioLayout } from './audio-format.js';
import { kWeighting } from './k-weighting.js';

export interface LoudnessOptions extends AudioFormat {
  /** By channel. @defaultValue 1 each; of six channels those of 5.1: 1, 1, 1, 0, 1.41, 1.41 */
  weights?: readonly number[];
}

/** Hops of the momentary loudness, 400 ms, and of the short-term one, 3 s. */
const MOMENTARY = 4;
const SHORT_TERM = 30;
/** Absolute gate in LUFS, relative one in LU, and the bins between the former and +10 LUFS, of a tenth of a LU each. */
const GATE = -70;
const RELATIVE = 10;
const BINS = 800;
const PER_LU = 10;
/** State: frames of this hop, hops, samples that were none; then the latest hops, the channels, and the two histograms. */
const HEADER = 3;
/** Of a channel: the energy of this hop, and what its filters remember. */
const CHANNEL = 5;
/** What a filter still remembers below this is silence; denormal numbers would be slow. */
const SILENCE = 1e-40;

/**
 * Loudness of a signal in LUFS by ITU-R BS.1770-4 and EBU R 128: momentary (400 ms), short-term (3 s) and integrated, gated at −70 LUFS and then
 * 10 LU below what passed, in steps of 100 ms. `−0.691 + 10 · log10 Σ weight · mean square` of the K-weighted channels.
 *
 * Of the integrated loudness blocks are kept in bins of 0.1 LU, each with count and energy, so that the state has one size however long the signal:
 * only the bin that the relative gate falls in is taken whole, by its mean. A sample that is not finite counts as silence, and is counted.
 *
 * The state is `stride` doubles at `offset`; all zeros: nothing heard. O(1) a sample.
 */
export class Loudness {
  readonly stride: number;
  readonly layout: AudioLayout;
  state: Float64Array;
  offset = 0;
  readonly #weights: readonly number[];
  readonly #filters: ReturnType<typeof kWeighting>;

  /** @throws InvalidOptionError */
  constructor(options: LoudnessOptions, state?: Float64Array) {
    this.layout = new AudioLayout(options);
    const { channels, sampleRate } = this.layout;
    const { weights = channels === 6 ? [1, 1, 1, 0, 1.41, 1.41] : new Array<number>(channels).fill(1) } = options;
    if (!(weights.length === channels && weights.every((weight) => weight >= 0 && Number.isFinite(weight))))
      throw new InvalidOptionError('weights', weights, `${channels} numbers >= 0, one for each channel`);
    this.#weights = weights;
    this.#filters = kWeighting(sampleRate);
    this.stride = HEADER + SHORT_TERM + channels * CHANNEL + 2 * BINS;
    this.state = state ?? new Float64Array(this.stride);
  }

  aim(state: Float64Array, offset: number): this {
    this.state = state;
    this.offset = offset;
    return this;
  }

  /** Hops of 100 ms that were heard whole. */
  get hops(): number {
    return this.state[this.offset + 1]!;
  }

  /** Samples that were not finite. */
  get missing(): number {
    return this.state[this.offset + 2]!;
  }

  /** Of the last 400 ms, in LUFS: NaN until there are as many, −Infinity for silence. */
  get momentary(): number {
    return this.hops < MOMENTARY ? Number.NaN : lufs(this.#meanOf(MOMENTARY));
  }

  /** Of the last 3 s, in LUFS: of what there is of them, once there are 400 ms. */
  get shortTerm(): number {
    return this.hops < MOMENTARY ? Number.NaN : lufs(this.#meanOf(Math.min(SHORT_TERM, this.hops)));
  }

  /** Of all that passed both gates, in LUFS: NaN where nothing did. */
  get integrated(): number {
    const { state } = this;
    const counts = this.#histogram;
    const sums = counts + BINS;
    let count = 0;
    let sum = 0;
    for (let b = 0; b < BINS; b++) {
      count += state[counts + b]!;
      sum += state[sums + b]!;
    }
    if (count === 0) return Number.NaN;
    const least = (sum / count) * 10 ** (-RELATIVE / 10);
    count = 0;
    sum = 0;
    for (let b = 0; b < BINS; b++) {
      const blocks = state[counts + b]!;
      if (blocks === 0 || state[sums + b]! / blocks < least) continue;
      count += blocks;
      sum += state[sums + b]!;
    }
    return lufs(sum / count);
  }

  /** Hears frames `from` to `to` of interleaved samples. */
  updateFrames(samples: ArrayLike<number>, from = 0, to: number = this.layout.framesIn(samples)): void {
    const { hop } = this.layout;
    const at = this.offset;
    for (let start = from; start < to; ) {
      const { state } = this;
      const end = Math.min(to, start + hop - state[at]!);
      this.#filter(samples, start, end);
      state[at]! += end - start;
      start = end;
      if (state[at] === hop) this.#closeHop();
    }
  }

  reset(): void {
    this.state.fill(0, this.offset, this.offset + this.stride);
  }

  get #histogram(): number {
    return this.offset + HEADER + SHORT_TERM + this.layout.channels * CHANNEL;
  }

  #meanOf(hops: number): number {
    const ring = this.offset + HEADER;
    const last = this.hops;
    let sum = 0;
    for (let back = 1; back <= hops; back++) sum += this.state[ring + ((last - back) % SHORT_TERM)]!;
    return sum / hops;
  }

  #closeHop(): void {
    const { state, offset: at } = this;
    let energy = 0;
    for (let channel = 0; channel < this.layout.channels; channel++) {
      const own = this.#channelAt(channel);
      energy += this.#weights[channel]! * state[own]!;
      state[own] = 0;
      for (let k = own + 1; k < own + CHANNEL; k++) if (Math.abs(state[k]!) < SILENCE) state[k] = 0;
    }
    state[at + HEADER + (this.hops % SHORT_TERM)] = energy / this.layout.hop;
    state[at] = 0;
    state[at + 1]! += 1;
    if (this.hops < MOMENTARY) return;
    const block = this.#meanOf(MOMENTARY);
    const loudness = lufs(block);
    if (!(loudness >= GATE)) return;
    const bin = this.#histogram + Math.min(BINS - 1, Math.floor((loudness - GATE) * PER_LU));
    state[bin]! += 1;
    state[bin + BINS]! += block;
  }

  /** Adds up the K-weighted squares of each channel. */
  #filter(samples: ArrayLike<number>, from: number, to: number): void {
    const { channels } = this.layout;
    const weights = this.#weights;
    for (let channel = 0; channel < channels; channel++) {
      if (weights[channel] === 0) continue;
      if (channel + 1 < channels && weights[channel + 1] !== 0) this.#filterTwo(samples, from, to, channel++);
      else this.#filterOne(samples, from, to, channel);
    }
  }

  #filterOne(samples: ArrayLike<number>, from: number, to: number, channel: number): void {
    const { state } = this;
    const { channels } = this.layout;
    const [shelf, pass] = this.#filters;
    const { b0, b1, b2, a1, a2 } = shelf;
    const { a1: c1, a2: c2 } = pass;
    const at = this.#channelAt(channel);
    let energy = state[at]!;
    let s1 = state[at + 1]!;
    let s2 = state[at + 2]!;
    let s3 = state[at + 3]!;
    let s4 = state[at + 4]!;
    let missing = 0;
    for (let k = from * channels + channel; k < to * channels; k += channels) {
      let x = samples[k]!;
      if (!(x - x === 0)) {
        x = 0;
        missing++;
      }
      const y = b0 * x + s1;
      s1 = b1 * x + s2 - a1 * y;
      s2 = b2 * x - a2 * y;
      const z = y + s3;
      s3 = s4 - 2 * y - c1 * z;
      s4 = y - c2 * z;
      energy += z * z;
    }
    state[at] = energy;
    state[at + 1] = s1;
    state[at + 2] = s2;
    state[at + 3] = s3;
    state[at + 4] = s4;
    state[this.offset + 2]! += missing;
  }

  /** The same of two channels side by side, in less than the time of two: a filter waits for itself from sample to sample, not for the other. */
  #filterTwo(samples: ArrayLike<number>, from: number, to: number, channel: number): void {
    const { state } = this;
    const { channels } = this.layout;
    const [shelf, pass] = this.#filters;
    const { b0, b1, b2, a1, a2 } = shelf;
    const { a1: c1, a2: c2 } = pass;
    const at = this.#channelAt(channel);
    let energy = state[at]!;
    let s1 = state[at + 1]!;
    let s2 = state[at + 2]!;
    let s3 = state[at + 3]!;
    let s4 = state[at + 4]!;
    let energyB = state[at + 5]!;
    let t1 = state[at + 6]!;
    let t2 = state[at + 7]!;
    let t3 = state[at + 8]!;
    let t4 = state[at + 9]!;
    let missing = 0;
    for (let k = from * channels + channel; k < to * channels; k += channels) {
      let x = samples[k]!;
      let u = samples[k + 1]!;
      if (!(x - x === 0)) {
        x = 0;
        missing++;
      }
      if (!(u - u === 0)) {
        u = 0;
        missing++;
      }
      const y = b0 * x + s1;
      const v = b0 * u + t1;
      s1 = b1 * x + s2 - a1 * y;
      t1 = b1 * u + t2 - a1 * v;
      s2 = b2 * x - a2 * y;
      t2 = b2 * u - a2 * v;
      const z = y + s3;
      const w = v + t3;
      s3 = s4 - 2 * y - c1 * z;
      t3 = t4 - 2 * v - c1 * w;
      s4 = y - c2 * z;
      t4 = v - c2 * w;
      energy += z * z;
      energyB += w * w;
    }
    state[at] = energy;
    state[at + 1] = s1;
    state[at + 2] = s2;
    state[at + 3] = s3;
    state[at + 4] = s4;
    state[at + 5] = energyB;
    state[at + 6] = t1;
    state[at + 7] = t2;
    state[at + 8] = t3;
    state[at + 9] = t4;
    state[this.offset + 2]! += missing;
  }

  #channelAt(channel: number): number {
    return this.offset + HEADER + SHORT_TERM + channel * CHANNEL;
  }
}

function lufs(meanSquare: number): number {
  return -0.691 + 10 * Math.log10(meanSquare);
}
