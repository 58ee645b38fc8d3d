import type { AudioLayout } from '../../stats/audio/audio-format.js';
import { interpolatedPeak, OVERSHOOT, PEAK_DELAY, TAPS } from '../../stats/audio/true-peak-filter.js';

export interface TruePeakLimiterOptions {
  /** Amplitude that no value between samples exceeds, in units of full scale. */
  ceiling: number;
  /** Frames that a fall of the gain begins before the peak that it is for. */
  lookAhead: number;
  /** Frames after which a gain that is not needed any more has come back to within 1/e. */
  release: number;
}

/** A detected peak lies within so many frames of its middle. */
const SPREAD = 1;
/** State: how far the gain is down; sum of the averaged. Then reductions, the largest of them, and samples, as far back as they are looked at. */
const HEADER = 2;
/** A reduction that nobody hears, in which the limiter is at rest. */
const NONE = 1e-9;

/**
 * Keeps a signal below a true-peak ceiling, the same gain for all channels: where the signal, interpolated 4 × (ITU-R BS.1770-4), would exceed it,
 * the gain has come down in a straight line by then and comes back exponentially. Elsewhere the signal is what it was, to the bit. Delays by
 * `latency` frames; silence comes first.
 *
 * The largest reduction that is needed from now to `lookAhead` on, averaged over that time: no average is below the one needed at its end, since each
 * of its terms knows of it. O(1) a sample, amortized.
 *
 * The state is `stride` doubles at `offset`; all zeros: nothing heard.
 */
export class TruePeakLimiter {
  readonly stride: number;
  /** Frames from input to output. */
  readonly latency: number;
  state: Float64Array;
  offset = 0;
  readonly #channels: number;
  readonly #options: TruePeakLimiterOptions;
  /** Reductions that are averaged, and among which the largest is sought. */
  readonly #window: number;
  readonly #sought: number;
  /** Frames of the signal that are looked back at. */
  readonly #back: number;
  #lines: Float64Array[] = [];
  #peaks = new Float64Array(0);
  #reductions = new Float64Array(0);
  #largest = new Float64Array(0);
  #queue = new Int32Array(0);
  #frames = -1;

  constructor({ channels }: Pick<AudioLayout, 'channels'>, options: TruePeakLimiterOptions, state?: Float64Array) {
    this.#channels = channels;
    this.#options = options;
    this.#window = options.lookAhead + 1;
    this.#sought = this.#window + 2 * SPREAD;
    this.latency = this.#window + SPREAD - 1 + PEAK_DELAY;
    this.#back = Math.max(this.latency, TAPS - 1);
    this.stride = HEADER + this.#sought - 1 + this.#window + channels * this.#back;
    this.state = state ?? new Float64Array(this.stride);
  }

  aim(state: Float64Array, offset: number): this {
    this.state = state;
    this.offset = offset;
    return this;
  }

  /** Takes so many frames of interleaved samples, and puts those of `latency` frames ago into their place, limited. How they are cut changes nothing. */
  process(block: Float64Array, frames: number): void {
    this.#reserve(frames);
    const { state, offset: at } = this;
    const channels = this.#channels;
    const back = this.#back;
    const isLoud = this.#detect(block, frames);
    const late = back - this.latency;
    if (!isLoud && state[at] === 0 && state[at + 1] === 0) {
      for (let c = 0; c < channels; c++) {
        const line = this.#lines[c]!;
        for (let i = 0, k = c; i < frames; i++, k += channels) block[k] = line[late + i]!;
      }
    } else {
      this.#reduce(frames);
      const window = this.#window;
      const largest = this.#largest;
      let sum = state[at + 1]!;
      for (let i = 0, k = 0; i < frames; i++) {
        sum += largest[window + i]! - largest[i]!;
        if (sum < NONE) sum = 0; // what rounding has left
        const gain = 1 - sum / window;
        for (let c = 0; c < channels; c++, k++) block[k] = this.#lines[c]![late + i]! * gain;
      }
      state[at + 1] = sum;
      const reductions = at + HEADER;
      for (let i = 0; i < this.#sought - 1; i++) state[reductions + i] = this.#reductions[frames + i]!;
      for (let i = 0; i < window; i++) state[reductions + this.#sought - 1 + i] = largest[frames + i]!;
    }
    const samples = at + HEADER + this.#sought - 1 + this.#window;
    for (let c = 0; c < channels; c++)
      for (let i = 0; i < back; i++) state[samples + c * back + i] = this.#lines[c]![frames + i]!;
  }

  /** Lays the samples out by channel behind those before them, and finds the true peak at each frame; false: all are below the ceiling. */
  #detect(block: Float64Array, frames: number): boolean {
    const { state, offset: at } = this;
    const channels = this.#channels;
    const back = this.#back;
    const limit = this.#options.ceiling / OVERSHOOT;
    const samples = at + HEADER + this.#sought - 1 + this.#window;
    const peaks = this.#peaks;
    peaks.fill(0, 0, frames);
    let isLoud = false;
    for (let c = 0; c < channels; c++) {
      const line = this.#lines[c]!;
      for (let i = 0; i < back; i++) line[i] = state[samples + c * back + i]!;
      for (let i = 0, k = c; i < frames; i++, k += channels) line[back + i] = block[k]!;
      // Interpolated only where that can come to more than the ceiling.
      let since = TAPS;
      for (let i = back - TAPS + 1; i < back + frames; i++) {
        since = Math.abs(line[i]!) > limit ? 0 : since + 1;
        if (since >= TAPS || i < back) continue;
        const peak = Math.max(interpolatedPeak(line, i), Math.abs(line[i - PEAK_DELAY]!));
        if (peak > peaks[i - back]!) peaks[i - back] = peak;
        isLoud = true;
      }
    }
    return isLoud;
  }

  /** From peaks to reductions, which are let go of slowly, and to the largest of the latest: a queue that only falls, as Lemire (2006) has it. */
  #reduce(frames: number): void {
    const { state, offset: at } = this;
    const { ceiling, release } = this.#options;
    const sought = this.#sought;
    const window = this.#window;
    const [peaks, reductions, largest, queue] = [this.#peaks, this.#reductions, this.#largest, this.#queue];
    for (let i = 0; i < sought - 1; i++) reductions[i] = state[at + HEADER + i]!;
    for (let i = 0; i < window; i++) largest[i] = state[at + HEADER + sought - 1 + i]!;
    const kept = 1 - 1 / release;
    let reduction = state[at]!;
    for (let i = 0; i < frames; i++) {
      const peak = peaks[i]!;
      reduction = Math.max(peak > ceiling ? 1 - ceiling / peak : 0, reduction * kept);
      if (reduction < NONE) reduction = 0;
      reductions[sought - 1 + i] = reduction;
    }
    state[at] = reduction;
    let first = 0;
    let end = 0;
    for (let i = 0; i < sought - 1 + frames; i++) {
      while (end > first && reductions[queue[end - 1]!]! <= reductions[i]!) end--;
      queue[end++] = i;
      if (queue[first]! <= i - sought) first++;
      if (i >= sought - 1) largest[window + i - sought + 1] = reductions[queue[first]!]!;
    }
  }

  #reserve(frames: number): void {
    if (frames <= this.#frames) return;
    this.#frames = frames;
    this.#lines = Array.from({ length: this.#channels }, () => new Float64Array(this.#back + frames));
    this.#peaks = new Float64Array(frames);
    this.#reductions = new Float64Array(this.#sought - 1 + frames);
    this.#largest = new Float64Array(this.#window + frames);
    this.#queue = new Int32Array(this.#sought - 1 + frames);
  }
}
