import { isObservation } from '../../stats/is-observation.js';
import { channelMoments } from './channel-moments.js';
import type { TensorFormat } from './tensor-reader.js';
import { TensorScorer } from './tensor-scorer.js';
import type { VectorCounters } from './vector-counters.js';
import type { VectorRules } from './vector-rules.js';

export interface WindowNormOptions {
  kind: 'instance-norm' | 'san' | 'dish-ts';
  /** Of a window of one axis: 1. */
  channels: number;
  /** san: steps of a slice. */
  slice: number | undefined;
}

/**
 * Normalizes each channel of each window by what the window itself says, and keeps it for the way back: the untrained forms of
 *
 * `instance-norm`: RevIN (Kim et al. 2022): (x − mean) / √(variance + 1e-5). `san` (Liu et al. 2023): each slice of the window by its own
 * mean and sample deviation, (x − mean) / (sd + 1e-5). `dish-ts` (Fan et al. 2023), with weights alike: level the mean, spread
 * Σ(x − level)² / (L − 1), (x − level) / √(spread + 1e-8).
 *
 * What is masked comes out as it came in and counts for nothing; what is missing comes out NaN. `center` and `scale` are by slice and channel,
 * and x = normalized · scale + center: exact but for rounding. Keeps no state. O(values).
 */
export class WindowNorm extends TensorScorer {
  readonly #options: WindowNormOptions;
  readonly #isLast: boolean;
  readonly #run = { from: 0, step: 1, count: 0 };
  readonly #moments = { count: 0, mean: 0, m2: 0 };
  #centers = new Float64Array(0);
  #scales = new Float64Array(0);

  constructor(format: TensorFormat, options: WindowNormOptions, rules: VectorRules, counters: VectorCounters) {
    super(format, 0, rules, counters);
    this.#options = options;
    this.#isLast = format.channels === 'last';
  }

  override read(value: unknown): string | undefined {
    const fault = super.read(value);
    const { slice, channels } = this.#options;
    const { isMissing, length } = this.reader;
    if (fault !== undefined || isMissing || slice === undefined || (length / channels) % slice === 0) return fault;
    return `expected a multiple of ${slice} steps, got ${length / channels}`;
  }

  protected override lookUp(): void {
    this.center = this.scale = null;
    this.count = 0;
  }

  protected work(out: Float32Array | Float64Array): void {
    const { values, length, mask } = this.reader;
    const { channels, slice } = this.#options;
    const steps = length / channels;
    const size = slice ?? steps;
    const slices = steps === 0 ? 0 : steps / size;
    if (this.#centers.length !== slices * channels) {
      this.#centers = new Float64Array(slices * channels);
      this.#scales = new Float64Array(slices * channels);
    }
    this.center = this.#centers;
    this.scale = this.#scales;
    this.count = steps;
    const isByPosition = mask !== undefined && mask.length === steps && channels > 1;
    for (let s = 0; s < slices; s++)
      for (let c = 0; c < channels; c++) {
        const run = this.#run;
        const moments = this.#moments;
        run.step = this.#isLast ? channels : 1;
        run.from = this.#isLast ? s * size * channels + c : c * steps + s * size;
        run.count = size;
        const ofSlice = isByPosition ? mask.subarray(s * size, (s + 1) * size) : mask;
        channelMoments(values, run, ofSlice, isByPosition, moments);
        const center = moments.count > 0 ? moments.mean : Number.NaN;
        const scale = this.#scaleOf();
        this.#centers[s * channels + c] = center;
        this.#scales[s * channels + c] = scale;
        for (let p = 0, i = run.from; p < size; p++, i += run.step) {
          const x = values[i]!;
          if (mask !== undefined && (isByPosition ? mask[s * size + p] : mask[i]) === 0) out[i] = x;
          else out[i] = isObservation(x) ? (x - center) / scale : Number.NaN;
        }
      }
  }

  #scaleOf(): number {
    const { count, m2 } = this.#moments;
    const sample = m2 / Math.max(1, count - 1);
    switch (this.#options.kind) {
      case 'instance-norm':
        return Math.sqrt(m2 / count + 1e-5);
      case 'san':
        return Math.sqrt(sample) + 1e-5;
      case 'dish-ts':
        return Math.sqrt(sample + 1e-8);
    }
  }
}
