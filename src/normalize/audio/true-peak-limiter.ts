import type { AudioLayout } from '../../stats/audio/audio-format.js';
import { interpolatedPeak, nextLoud, PEAK_DELAY, TAPS } from '../../stats/audio/true-peak-filter.js';

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
/** Frames whose peaks are looked for before the gain is looked at again. */
const STRETCH = 16;
/** A peak is let alone only where it falls short of what would matter by more than rounding. */
const SHORT = 1 - 1e-9;

/**
 * Keeps a signal below a true-peak ceiling, the same gain for all channels: where the signal, interpolated 4 × (ITU-R BS.1770-4), would exceed it,
 * the gain has come down in a straight line by then and comes back exponentially. Elsewhere the signal is what it was, to the bit. Delays by
 * `latency` frames; silence comes first.
 *
 * The largest reduction that is needed from now to `lookAhead` on, averaged over that time: no average is below the one needed at its end, since each
 * of its terms knows of it. A value between samples is computed where it may need more than the gain is down already, which the samples in its reach
 * tell; elsewhere it would change nothing. O(1) a sample, amortized.
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
  readonly #ceiling: number;
  /** What is left of a reduction a frame later, and a stretch later. */
  readonly #kept: number;
  readonly #keptLong: number;
  /** Reductions that are averaged, and among which the largest is sought. */
  readonly #window: number;
  readonly #sought: number;
  /** Frames of the signal that are looked back at. */
  readonly #back: number;
  #lines: Float64Array[] = [];
  #energies: Float64Array[] = [];
  /** By frame of a stretch. */
  readonly #peaks = new Float64Array(STRETCH);
  #reductions = new Float64Array(0);
  #largest = new Float64Array(0);
  #gains = new Float64Array(0);
  #queue = new Int32Array(0);
  #frames = -1;

  constructor({ channels }: Pick<AudioLayout, 'channels'>, options: TruePeakLimiterOptions, state?: Float64Array) {
    this.#channels = channels;
    this.#ceiling = options.ceiling;
    this.#kept = 1 - 1 / options.release;
    this.#keptLong = this.#kept ** STRETCH * SHORT;
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

  /**
   * Takes frames `start` to `end` of interleaved samples, each multiplied by the factor of its frame (the first is that of `start`; what is not finite
   * then is silence), and writes to the same places of `out`, which may be the same array, those of `latency` frames ago, limited. How they are cut
   * changes nothing.
   */
  process(
    samples: ArrayLike<number>,
    out: Float32Array | Float64Array,
    start: number,
    end: number,
    factors: Float64Array,
  ): void {
    const frames = end - start;
    this.#reserve(frames);
    const { state, offset: at } = this;
    const channels = this.#channels;
    this.#layOut(samples, start, end, factors);
    const isDown = this.#reduce(frames);
    const late = this.#back - this.latency;
    if (!isDown && state[at] === 0 && state[at + 1] === 0)
      for (let c = 0; c < channels; c++) {
        const line = this.#lines[c]!;
        for (let i = late, k = start * channels + c; i < late + frames; i++, k += channels) out[k] = line[i]!;
      }
    else {
      this.#average(frames);
      const gains = this.#gains;
      for (let c = 0; c < channels; c++) {
        const line = this.#lines[c]!;
        for (let i = 0, k = start * channels + c; i < frames; i++, k += channels) out[k] = line[late + i]! * gains[i]!;
      }
    }
    this.#keep(frames);
  }

  /** Lays the samples out by channel behind those before them, and adds up their squares. */
  #layOut(samples: ArrayLike<number>, start: number, end: number, factors: Float64Array): void {
    const { state } = this;
    const channels = this.#channels;
    const back = this.#back;
    for (let c = 0; c < channels; c++) {
      const line = this.#lines[c]!;
      const energies = this.#energies[c]!;
      for (let i = 0, from = this.#samplesAt(c); i < back; i++) line[i] = state[from + i]!;
      let energy = 0;
      for (let i = back - TAPS + 1; i < back; i++) {
        energy += line[i]! * line[i]!;
        energies[i + 1] = energy;
      }
      for (let i = 0, n = back, k = start * channels + c; i < end - start; i++, n++, k += channels) {
        const given = samples[k]! * factors[i]!;
        const x = given - given === 0 ? given : 0;
        line[n] = x;
        energy += x * x;
        energies[n + 1] = energy;
      }
    }
  }

  /** From samples to the reductions that their peaks need, which are let go of slowly; false: there are none. */
  #reduce(frames: number): boolean {
    const { state, offset: at } = this;
    const ceiling = this.#ceiling;
    const kept = this.#kept;
    const peaks = this.#peaks;
    const reductions = this.#reductions;
    let reduction = state[at]!;
    let isDown = false;
    for (let from = 0; from < frames; from += STRETCH) {
      const to = Math.min(from + STRETCH, frames);
      // A peak below this needs less than what the gain is down by anyway at the end of the stretch.
      const isLoud = this.#detect(from, to, ceiling / (1 - reduction * this.#keptLong));
      if (!isLoud && reduction === 0) {
        reductions.fill(0, this.#sought - 1 + from, this.#sought - 1 + to);
        continue;
      }
      for (let i = from; i < to; i++) {
        reduction *= kept;
        if (isLoud && peaks[i - from]! > ceiling) {
          const needed = 1 - ceiling / peaks[i - from]!;
          if (needed > reduction) reduction = needed;
        }
        if (reduction < NONE) reduction = 0;
        else isDown = true;
        reductions[this.#sought - 1 + i] = reduction;
      }
    }
    state[at] = reduction;
    return isDown;
  }

  /** Finds the peaks of a stretch that exceed `limit`, over all channels; false: there are none. What others come to is not said. */
  #detect(from: number, to: number, limit: number): boolean {
    const peaks = this.#peaks;
    const back = this.#back;
    let isLoud = false;
    for (let c = 0; c < this.#channels; c++) {
      const line = this.#lines[c]!;
      const energies = this.#energies[c]!;
      const end = back + to;
      for (let i = nextLoud(energies, back + from, end, limit); i < end; i = nextLoud(energies, i + 1, end, limit)) {
        const between = interpolatedPeak(line, i);
        const middle = Math.abs(line[i - PEAK_DELAY]!);
        const peak = between > middle ? between : middle;
        if (peak <= limit) continue;
        if (!isLoud) peaks.fill(0);
        isLoud = true;
        if (peak > peaks[i - back - from]!) peaks[i - back - from] = peak;
      }
    }
    return isLoud;
  }

  /** From reductions to gains: the largest of the latest, by a queue that only falls, as Lemire (2006) has it, and the average of these. */
  #average(frames: number): void {
    const { state, offset: at } = this;
    const sought = this.#sought;
    const window = this.#window;
    const [reductions, largest, queue, gains] = [this.#reductions, this.#largest, this.#queue, this.#gains];
    const first = at + HEADER;
    for (let i = 0; i < sought - 1; i++) reductions[i] = state[first + i]!;
    for (let i = 0; i < window; i++) largest[i] = state[first + sought - 1 + i]!;
    let head = 0;
    let end = 0;
    for (let i = 0; i < sought - 1 + frames; i++) {
      const reduction = reductions[i]!;
      while (end > head && reductions[queue[end - 1]!]! <= reduction) end--;
      queue[end++] = i;
      if (queue[head]! <= i - sought) head++;
      if (i >= sought - 1) largest[window + i - sought + 1] = reductions[queue[head]!]!;
    }
    let sum = state[at + 1]!;
    for (let i = 0; i < frames; i++) {
      sum += largest[window + i]! - largest[i]!;
      if (sum < NONE) sum = 0; // what rounding has left
      gains[i] = 1 - sum / window;
    }
    state[at + 1] = sum;
    for (let i = 0; i < sought - 1; i++) state[first + i] = reductions[frames + i]!;
    for (let i = 0; i < window; i++) state[first + sought - 1 + i] = largest[frames + i]!;
  }

  #keep(frames: number): void {
    const back = this.#back;
    for (let c = 0; c < this.#channels; c++) {
      const line = this.#lines[c]!;
      for (let i = 0, to = this.#samplesAt(c); i < back; i++) this.state[to + i] = line[frames + i]!;
    }
  }

  #samplesAt(channel: number): number {
    return this.offset + HEADER + this.#sought - 1 + this.#window + channel * this.#back;
  }

  #reserve(frames: number): void {
    if (frames <= this.#frames) return;
    this.#frames = frames;
    const length = this.#back + frames;
    this.#lines = Array.from({ length: this.#channels }, () => new Float64Array(length));
    this.#energies = Array.from({ length: this.#channels }, () => new Float64Array(length + 1));
    this.#reductions = new Float64Array(this.#sought - 1 + frames);
    this.#largest = new Float64Array(this.#window + frames);
    this.#gains = new Float64Array(frames);
    this.#queue = new Int32Array(this.#sought - 1 + frames);
  }
}
