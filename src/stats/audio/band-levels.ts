import { InvalidOptionError } from '../../errors.js';
import { DecayedMoments } from '../decayed-moments.js';
import { FourierTransform } from '../fourier-transform.js';
import { Moments } from '../moments.js';
import type { MomentsStatistic } from '../statistic.js';
import { type AudioFormat, AudioLayout } from './audio-format.js';

export interface BandLevelsOptions extends AudioFormat {
  /** Where the bands begin and end, in Hz, ascending, up to half the sample rate. @defaultValue octaves about 63 Hz to 8 kHz, as far as they go */
  edges?: readonly number[];
  /** Frames of the signal that a spectrum is of, a power of two; the next begins half as many later. @defaultValue 2048 */
  length?: number;
  /** Spectra after which a level weighs half. @defaultValue all weigh the same */
  halfLife?: number;
}

/** State: frames that wait, spectra. Then the frames, and the moments of each band. */
const HEADER = 2;
/** A band without anything in it, in dB. */
const FLOOR = -150;
const OCTAVES = Array.from({ length: 9 }, (_, k) => (1000 * 2 ** (k - 4)) / Math.SQRT2);

/**
 * Level of a signal by frequency band, in dB of full scale, and what each band's level usually is: a machine that sounds otherwise than it did.
 *
 * Of every `length` frames, half of them new, under a Hann window: the mean square that falls into each band, averaged over the channels; a sine of
 * amplitude 1 has −3.01 dB in its band. Running mean and deviation of the levels, in dB; each level is scored by those before it and learnt after. A
 * sample that is not finite counts as silence. The state is `stride` doubles at `offset`; all zeros: nothing heard. O(log length) a sample.
 */
export class BandLevels {
  readonly stride: number;
  readonly layout: AudioLayout;
  /** `bands + 1` numbers. */
  readonly edges: readonly number[];
  /** By band, of the latest spectrum, in dB; and `(level − mean) / deviation` by the spectra before it: NaN where that is not known. */
  readonly levels: Float64Array;
  readonly scores: Float64Array;
  state: Float64Array;
  offset = 0;
  readonly #length: number;
  readonly #moments: MomentsStatistic;
  readonly #transform: FourierTransform;
  readonly #window: Float64Array;
  readonly #real: Float64Array;
  readonly #imaginary: Float64Array;
  /** By band: its first bin; and the end of the last. */
  readonly #bins: readonly number[];
  /** What Σ|X|² of one side is multiplied by to be a mean square. */
  readonly #scale: number;

  /** @throws InvalidOptionError */
  constructor(options: BandLevelsOptions, state?: Float64Array) {
    this.layout = new AudioLayout(options);
    const { sampleRate, channels } = this.layout;
    const { length = 2048, halfLife, edges = OCTAVES.filter((edge) => edge <= sampleRate / 2) } = options;
    if (!(Number.isSafeInteger(length) && length >= 16 && length <= 65_536 && (length & (length - 1)) === 0))
      throw new InvalidOptionError('length', length, 'a power of two from 16 to 65536');
    const isAscending = edges.every(
      (edge, i) => edge >= 0 && edge <= sampleRate / 2 && (i === 0 || edge > edges[i - 1]!),
    );
    const bins = edges.map((edge) => Math.round((edge * length) / sampleRate));
    if (!(edges.length >= 2 && isAscending && bins.every((bin, i) => i === 0 || bin > bins[i - 1]!)))
      throw new InvalidOptionError(
        'edges',
        edges,
        `two or more ascending numbers of Hz up to ${sampleRate / 2}, at least ${(sampleRate / length).toFixed(1)} apart`,
      );
    this.edges = edges;
    this.#bins = bins;
    this.#length = length;
    this.#moments = halfLife === undefined ? new Moments() : new DecayedMoments({ halfLife });
    this.#transform = new FourierTransform(length);
    this.#window = Float64Array.from({ length }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / length));
    this.#real = new Float64Array(length);
    this.#imaginary = new Float64Array(length);
    this.#scale = 2 / (length * this.#window.reduce((sum, w) => sum + w * w, 0) * channels);
    this.levels = new Float64Array(edges.length - 1).fill(Number.NaN);
    this.scores = this.levels.slice();
    this.stride = HEADER + length * channels + this.levels.length * this.#moments.stride;
    this.state = state ?? new Float64Array(this.stride);
  }

  aim(state: Float64Array, offset: number): this {
    this.state = state;
    this.offset = offset;
    return this;
  }

  get bands(): number {
    return this.levels.length;
  }

  /** Spectra so far. */
  get count(): number {
    return this.state[this.offset + 1]!;
  }

  /** Of a band's levels, in dB: NaN of nothing. */
  mean(band: number): number {
    return this.#momentsOf(band).mean;
  }

  /** Of a band's levels, in dB: NaN of nothing. */
  deviation(band: number): number {
    return Math.sqrt(this.#momentsOf(band).variance());
  }

  /** Hears frames `from` to `to` of interleaved samples, and calls `onSpectrum` when `levels` and `scores` are of a new spectrum. */
  updateFrames(
    samples: ArrayLike<number>,
    from = 0,
    to: number = this.layout.framesIn(samples),
    onSpectrum?: (bands: BandLevels) => void,
  ): void {
    const { state, offset: at } = this;
    const { channels } = this.layout;
    const length = this.#length;
    const frames = at + HEADER;
    for (let start = from; start < to; ) {
      const waiting = state[at]!;
      const end = Math.min(to, start + length - waiting);
      for (let k = start * channels, n = frames + waiting * channels; k < end * channels; k++, n++) {
        const x = samples[k]!;
        state[n] = x - x === 0 ? x : 0;
      }
      state[at] = waiting + end - start;
      start = end;
      if (state[at] < length) continue;
      this.#analyse();
      onSpectrum?.(this);
      state.copyWithin(frames, frames + (length >> 1) * channels, frames + length * channels);
      state[at] = length >> 1;
    }
  }

  reset(): void {
    this.state.fill(0, this.offset, this.offset + this.stride);
    this.levels.fill(Number.NaN);
    this.scores.fill(Number.NaN);
  }

  #analyse(): void {
    const { state, offset: at, levels } = this;
    const { channels } = this.layout;
    const [real, imaginary, window] = [this.#real, this.#imaginary, this.#window];
    levels.fill(0);
    const last = this.#length - 1;
    // Two channels are one transform, one of them its imaginary part: |Z(k)|² + |Z(−k)|² is twice the sum of their |X(k)|².
    for (let channel = 0; channel < channels; channel += 2) {
      const first = at + HEADER + channel;
      for (let i = 0, n = first; i <= last; i++, n += channels) real[i] = state[n]! * window[i]!;
      if (channel + 1 === channels) imaginary.fill(0);
      else for (let i = 0, n = first + 1; i <= last; i++, n += channels) imaginary[i] = state[n]! * window[i]!;
      this.#transform.transform(real, imaginary);
      for (let band = 0; band < levels.length; band++) {
        let sum = 0;
        for (let k = this.#bins[band]!; k < this.#bins[band + 1]!; k++) {
          const mirrored = -k & last;
          sum += real[k]! ** 2 + imaginary[k]! ** 2 + real[mirrored]! ** 2 + imaginary[mirrored]! ** 2;
        }
        levels[band]! += sum / 2;
      }
    }
    state[at + 1]! += 1;
    for (let band = 0; band < levels.length; band++) {
      const level = Math.max(FLOOR, 10 * Math.log10(levels[band]! * this.#scale));
      const moments = this.#momentsOf(band);
      const deviation = Math.sqrt(moments.variance(1));
      levels[band] = level;
      this.scores[band] = deviation === 0 ? 0 : (level - moments.mean) / deviation;
      moments.update(level);
    }
  }

  #momentsOf(band: number): MomentsStatistic {
    const { stride } = this.#moments;
    const first = this.offset + HEADER + this.#length * this.layout.channels;
    return this.#moments.aim(this.state, first + band * stride) as MomentsStatistic;
  }
}
