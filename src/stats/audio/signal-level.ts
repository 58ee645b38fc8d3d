import { type AudioFormat, AudioLayout } from './audio-format.js';
import { interpolatedPeak, nextLoud, TAPS } from './true-peak-filter.js';

export interface SignalLevelOptions extends AudioFormat {
  /** Look between the samples too, which is most of the work. @defaultValue true */
  truePeak?: boolean;
}

/** Hops of 100 ms that "recent" is. */
const RECENT = 30;
/** State: frames of this hop, its peak; hops; frames, Σx² of whole hops, peak and true peak of all; then the rings of hops, and the channels. */
const HEADER = 7;
/** Samples of a channel that the interpolator looks back at. */
const BACK = TAPS - 1;
/** Frames in which peaks are looked for together. */
const STRETCH = 32;
/** Of a channel: Σx² of this hop, and the last samples. */
const CHANNEL = 1 + BACK;

/**
 * Level of a signal in dB of full scale: root mean square and peak, of everything and of the last 3 s, and the true peak (ITU-R BS.1770-4, Annex 2:
 * the largest value between the samples, 4 × oversampled). Channels count together: their mean square, and their largest peak. Full scale is 1, and a
 * sine of amplitude 1 has −3.01 dB. A sample that is not finite counts as silence.
 *
 * The state is `stride` doubles at `offset`; all zeros: nothing heard. O(1) a sample.
 */
export class SignalLevel {
  readonly stride: number;
  readonly layout: AudioLayout;
  state: Float64Array;
  offset = 0;
  readonly #hasTruePeak: boolean;
  #line = new Float64Array(0);
  #energies = new Float64Array(0);

  /** @throws InvalidOptionError */
  constructor({ truePeak = true, ...format }: SignalLevelOptions, state?: Float64Array) {
    this.layout = new AudioLayout(format);
    this.#hasTruePeak = truePeak;
    this.stride = HEADER + 2 * RECENT + this.layout.channels * CHANNEL;
    this.state = state ?? new Float64Array(this.stride);
  }

  aim(state: Float64Array, offset: number): this {
    this.state = state;
    this.offset = offset;
    return this;
  }

  /** Of everything, in dBFS: NaN of nothing, −Infinity of silence. */
  get rms(): number {
    const { state, offset: at } = this;
    return decibels(Math.sqrt((state[at + 4]! + this.#open) / (state[at + 3]! * this.layout.channels)));
  }

  /** The largest sample, in dBFS: NaN of nothing. */
  get peak(): number {
    return this.state[this.offset + 3] === 0 ? Number.NaN : decibels(this.state[this.offset + 5]!);
  }

  /** The largest value between samples, in dBTP: NaN of nothing, and where it is not looked for. */
  get truePeak(): number {
    return !this.#hasTruePeak || this.state[this.offset + 3] === 0
      ? Number.NaN
      : decibels(this.state[this.offset + 6]!);
  }

  /** Of the last 3 s of whole hops, in dBFS: NaN before the first. */
  get recentRms(): number {
    const { state, offset: at, layout } = this;
    const hops = Math.min(RECENT, state[at + 2]!);
    let sum = 0;
    for (let h = 0; h < hops; h++) sum += state[at + HEADER + h]!;
    return decibels(Math.sqrt(sum / (hops * layout.hop * layout.channels)));
  }

  /** The largest sample of the last 3 s of whole hops, in dBFS: NaN before the first. */
  get recentPeak(): number {
    const { state, offset: at } = this;
    const hops = Math.min(RECENT, state[at + 2]!);
    let peak = hops === 0 ? Number.NaN : 0;
    for (let h = 0; h < hops; h++) peak = Math.max(peak, state[at + HEADER + RECENT + h]!);
    return decibels(peak);
  }

  /** Hears frames `from` to `to` of interleaved samples. */
  updateFrames(samples: ArrayLike<number>, from = 0, to: number = this.layout.framesIn(samples)): void {
    const { hop } = this.layout;
    const at = this.offset;
    for (let start = from; start < to; ) {
      const { state } = this;
      const end = Math.min(to, start + hop - state[at]!);
      this.#hear(samples, start, end);
      state[at]! += end - start;
      state[at + 3]! += end - start;
      start = end;
      if (state[at] === hop) this.#closeHop();
    }
  }

  reset(): void {
    this.state.fill(0, this.offset, this.offset + this.stride);
  }

  #closeHop(): void {
    const { state, offset: at } = this;
    const place = at + HEADER + (state[at + 2]! % RECENT);
    state[place] = this.#open;
    state[place + RECENT] = state[at + 1]!;
    state[at + 4]! += this.#open;
    for (let channel = 0; channel < this.layout.channels; channel++) state[this.#channelAt(channel)] = 0;
    state[at] = 0;
    state[at + 1] = 0;
    state[at + 2]! += 1;
  }

  /** Σx² of the hop that is not over. */
  get #open(): number {
    let sum = 0;
    for (let channel = 0; channel < this.layout.channels; channel++) sum += this.state[this.#channelAt(channel)]!;
    return sum;
  }

  #channelAt(channel: number): number {
    return this.offset + HEADER + 2 * RECENT + channel * CHANNEL;
  }

  #hear(samples: ArrayLike<number>, from: number, to: number): void {
    const { state, offset: at } = this;
    const { channels } = this.layout;
    const length = BACK + to - from;
    if (this.#line.length < length) {
      this.#line = new Float64Array(length);
      this.#energies = new Float64Array(length + 1);
    }
    const line = this.#line;
    for (let channel = 0; channel < channels; channel++) {
      const own = this.#channelAt(channel);
      const back = own + 1;
      for (let i = 0; i < BACK; i++) line[i] = state[back + i]!;
      let square = state[own]!;
      let peak = 0;
      let n = BACK;
      for (let k = from * channels + channel; k < to * channels; k += channels) {
        const given = samples[k]!;
        const x = given - given === 0 ? given : 0;
        line[n++] = x;
        square += x * x;
        const size = Math.abs(x);
        if (size > peak) peak = size;
      }
      state[own] = square;
      if (peak > state[at + 1]!) state[at + 1] = peak;
      if (peak > state[at + 5]!) state[at + 5] = peak;
      if (this.#hasTruePeak) state[at + 6] = this.#truePeak(length, Math.max(state[at + 6]!, peak));
      for (let i = 0; i < BACK; i++) state[back + i] = line[n - BACK + i]!;
    }
  }

  /** The largest so far and in the line. Interpolates only where it can come to more. */
  #truePeak(length: number, soFar: number): number {
    const line = this.#line;
    const energies = this.#energies;
    let energy = 0;
    for (let i = 0; i < length; i++) {
      energy += line[i]! * line[i]!;
      energies[i + 1] = energy;
    }
    let peak = soFar;
    for (let from = BACK; from < length; from += STRETCH) {
      const to = Math.min(from + STRETCH, length);
      for (let i = nextLoud(energies, from, to, peak); i < to; i = nextLoud(energies, i + 1, to, peak)) {
        const between = interpolatedPeak(line, i);
        if (between > peak) peak = between;
      }
    }
    return peak;
  }
}

function decibels(amplitude: number): number {
  return 20 * Math.log10(amplitude);
}
