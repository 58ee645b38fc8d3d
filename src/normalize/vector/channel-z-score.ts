import { isObservation } from '../../stats/is-observation.js';
import type { ResolvedMemory } from '../memory.js';
import { SMALLEST_SCALE } from '../usable-scale.js';
import { byteMoments, type ChannelMoments, type ChannelRun, channelMoments, pixelMoments } from './channel-moments.js';
import { RunningChannelMoments } from './running-channel-moments.js';
import type { TensorFormat } from './tensor-reader.js';
import { TensorScorer } from './tensor-scorer.js';
import type { VectorCounters } from './vector-counters.js';
import type { VectorRules } from './vector-rules.js';

const SMALLEST_VARIANCE = SMALLEST_SCALE * SMALLEST_SCALE;

export interface ChannelZScoreOptions {
  channels: number;
  memory: ResolvedMemory;
  ddof: 0 | 1;
  /** A position all of whose channels have this value is padding. */
  maskValue: number | undefined;
}

/**
 * Z-score of each channel of a tensor by the running mean and deviation of that channel, over positions and records: the axes of batch
 * normalization (Ioffe & Szegedy 2015). All values of a record are scored by what came before it, and learnt after.
 *
 * Positions that a mask or `maskValue` (as in Keras's `Masking`) says are padding come out as they came in, so that a mask behind it
 * still finds them, and enter no statistic; missing values come out NaN. Bytes go by a table of 256 scores a channel, and their sums are
 * of integers, exact. O(values).
 */
export class ChannelZScore extends TensorScorer {
  readonly #channels: number;
  readonly #where: 'last' | 'first';
  readonly #ddof: number;
  readonly #maskValue: number | undefined;
  readonly #running: RunningChannelMoments;
  readonly #moments: ChannelMoments[];
  readonly #run = { from: 0, step: 1, count: 0 };
  readonly #centers: Float64Array;
  readonly #scales: Float64Array;
  readonly #table: Float32Array | undefined;
  #padding = new Uint8Array(0);

  constructor(
    format: TensorFormat,
    { channels, memory, ddof, maskValue }: ChannelZScoreOptions,
    rules: VectorRules,
    counters: VectorCounters,
  ) {
    const running = new RunningChannelMoments(channels, memory);
    super(format, running.stride, rules, counters);
    this.#channels = channels;
    this.#where = format.channels;
    this.#ddof = ddof;
    this.#maskValue = maskValue;
    this.#running = running;
    this.#moments = Array.from({ length: channels }, () => ({ count: 0, mean: 0, m2: 0 }));
    this.center = this.#centers = new Float64Array(channels);
    this.scale = this.#scales = new Float64Array(channels);
    this.#table = format.type === 'uint8' ? new Float32Array(256 * channels) : undefined;
  }

  override aim(state: Float64Array, offset: number): void {
    super.aim(state, offset);
    this.#running.aim(state, offset);
  }

  protected override lookUp(): void {
    this.#refresh();
  }

  protected work(out: Float32Array | Float64Array, time: number): void {
    const { values, mask } = this.reader;
    this.#refresh();
    const isPlain = mask === undefined && this.#maskValue === undefined;
    if (isPlain && values instanceof Uint8Array) this.#workBytes(values, out, time);
    else this.#workNumbers(out, time);
  }

  #workBytes(values: Uint8Array, out: Float32Array | Float64Array, time: number): void {
    if (this.rules.order === 'learn-first') {
      this.#gatherBytes(values, out, undefined);
      this.#learn(time);
      this.#refresh();
      if (this.warm) this.#gatherBytes(values, out, this.#fillTable());
      else this.whileWarming(out);
      return;
    }
    this.#gatherBytes(values, out, this.warm ? this.#fillTable() : undefined);
    if (!this.warm) this.whileWarming(out);
    this.#learn(time);
  }

  /** Moments of the record's channels, and on the way its scores, where there is a table of them. */
  #gatherBytes(values: Uint8Array, out: Float32Array | Float64Array, table: Float32Array | undefined): void {
    const channels = this.#channels;
    const { length } = this.reader;
    const positions = length / channels;
    if (channels === 3 && this.#where === 'last') {
      pixelMoments(values, positions, table, out, this.#moments);
      return;
    }
    for (let c = 0; c < channels; c++)
      byteMoments(values, this.#runOf(c, positions), table, 256 * c, out, this.#moments[c]!);
  }

  #fillTable(): Float32Array {
    const table = this.#table!;
    for (let c = 0; c < this.#channels; c++) {
      const moments = this.#running.of(c);
      const scale = this.#scales[c]!;
      for (let x = 0; x < 256; x++) table[256 * c + x] = this.#score(moments.deviation(x), scale);
    }
    return table;
  }

  #workNumbers(out: Float32Array | Float64Array, time: number): void {
    const { values, length } = this.reader;
    const channels = this.#channels;
    const positions = length / channels;
    const mask = this.#maskOf(positions);
    const isByPosition = mask !== undefined && mask.length === positions && channels > 1;
    for (let c = 0; c < channels; c++)
      channelMoments(values, this.#runOf(c, positions), mask, isByPosition, this.#moments[c]!);
    if (this.rules.order === 'learn-first') {
      this.#learn(time);
      this.#refresh();
    }
    if (this.warm) {
      for (let c = 0; c < channels; c++) {
        const moments = this.#running.of(c);
        const scale = this.#scales[c]!;
        const isKnown = moments.count > 0;
        const { from, step, count } = this.#runOf(c, positions);
        for (let p = 0, i = from; p < count; p++, i += step) {
          const x = values[i]!;
          if (mask !== undefined && mask[isByPosition ? p : i] === 0) out[i] = x;
          else if (isObservation(x)) out[i] = isKnown ? this.#score(moments.deviation(x), scale) : 0;
          else out[i] = this.rules.missing === 'impute' && isKnown ? 0 : Number.NaN;
        }
      }
    } else this.whileWarming(out);
    if (this.rules.order === 'normalize-first') this.#learn(time);
  }

  #score(deviation: number, scale: number): number {
    return scale > 0 ? deviation / scale : this.rules.whenFlat === 'zero' ? 0 : deviation;
  }

  /** What is not padding: 1; by position or by value. */
  #maskOf(positions: number): Uint8Array | undefined {
    const { values, mask } = this.reader;
    const padding = this.#maskValue;
    if (padding === undefined) return mask;
    const channels = this.#channels;
    if (this.#padding.length !== positions) this.#padding = new Uint8Array(positions);
    const isPaddingNaN = Number.isNaN(padding);
    for (let p = 0; p < positions; p++) {
      let isThere = 0;
      for (let c = 0; c < channels && isThere === 0; c++) {
        const x = values[this.#where === 'last' ? p * channels + c : c * positions + p]!;
        if (isPaddingNaN ? !Number.isNaN(x) : x !== padding) isThere = 1;
      }
      this.#padding[p] = isThere;
    }
    if (mask === undefined) return this.#padding;
    if (mask.length !== positions || channels === 1)
      return Uint8Array.from(mask, (there, i) => there & this.#padding[this.#positionOf(i, positions)]!);
    return Uint8Array.from(mask, (there, p) => there & this.#padding[p]!);
  }

  #positionOf(i: number, positions: number): number {
    return this.#where === 'last' ? Math.floor(i / this.#channels) : i % positions;
  }

  #runOf(channel: number, positions: number): ChannelRun {
    const run = this.#run;
    const isLast = this.#where === 'last';
    run.from = isLast ? channel : channel * positions;
    run.step = isLast ? this.#channels : 1;
    run.count = positions;
    return run;
  }

  #learn(time: number): void {
    if (!this.#running.begin(time)) {
      this.counters.untimed++;
      return;
    }
    for (let c = 0; c < this.#channels; c++) this.#running.learn(c, this.#moments[c]!);
  }

  #refresh(): void {
    for (let c = 0; c < this.#channels; c++) {
      const moments = this.#running.of(c);
      const variance = moments.variance(this.#ddof);
      this.#centers[c] = moments.mean;
      this.#scales[c] = variance >= SMALLEST_VARIANCE ? Math.sqrt(variance) : moments.count > 0 ? 0 : Number.NaN;
    }
    this.count = this.#running.count;
    this.warm = this.count >= this.rules.warmup;
  }
}
