import { isObservation } from '../../stats/is-observation.js';
import type { TensorFormat } from './tensor-reader.js';
import { TensorScorer } from './tensor-scorer.js';
import type { NumberArray } from './tensor-types.js';
import type { VectorCounters } from './vector-counters.js';
import type { VectorRules } from './vector-rules.js';

export interface Rescaling {
  /** Multiplied first. @defaultValue 1 */
  scale?: number;
  /** Added then. @defaultValue 0 */
  offset?: number;
  /** Subtracted then, one for all channels or one each. @defaultValue 0 */
  mean?: number | readonly number[];
  /** Divided by at last, likewise. @defaultValue 1 */
  std?: number | readonly number[];
}

/**
 * Rescales by fixed numbers: `(x · scale + offset − mean) / std`, Keras's `Rescaling(scale, offset)` and torchvision's `Normalize(mean,
 * std)` behind it. Keeps no state. What an inverse needs: `center` and `scale`, with x = normalized · scale + center. O(values).
 */
export class Rescale extends TensorScorer {
  readonly #channels: number;
  readonly #isLast: boolean;
  readonly #scales: Float64Array;
  readonly #centers: Float64Array;
  readonly #apply: (x: number, channel: number) => number;
  readonly #table: Float32Array | undefined;

  /** @param channels 1 where all are rescaled alike */
  constructor(
    format: TensorFormat,
    channels: number,
    rescaling: Rescaling,
    rules: VectorRules,
    counters: VectorCounters,
  ) {
    super(format, 0, rules, counters);
    const { scale = 1, offset = 0, mean = 0, std = 1 } = rescaling;
    const isByChannel = typeof mean !== 'number' || typeof std !== 'number';
    this.#channels = isByChannel ? channels : 1;
    this.#isLast = format.channels === 'last';
    const each = (given: number | readonly number[]) =>
      Float64Array.from({ length: this.#channels }, (_, c) => (typeof given === 'number' ? given : given[c]!));
    const means = each(mean);
    const stds = each(std);
    this.#apply = (x, c) => (x * scale + offset - means[c]!) / stds[c]!;
    this.scale = this.#scales = stds.map((s) => s / scale);
    this.center = this.#centers = means.map((m) => (m - offset) / scale);
    if (format.type === 'uint8')
      this.#table = Float32Array.from({ length: 256 * this.#channels }, (_, i) => this.#apply(i & 255, i >> 8));
  }

  protected work(out: Float32Array | Float64Array): void {
    const { values, length } = this.reader;
    const positions = length / this.#channels;
    for (let c = 0; c < this.#channels; c++) {
      const step = this.#isLast ? this.#channels : 1;
      const from = this.#isLast ? c : c * positions;
      this.#channel(values, out, c, from, step, positions);
    }
  }

  #channel(
    values: NumberArray,
    out: Float32Array | Float64Array,
    c: number,
    from: number,
    step: number,
    positions: number,
  ): void {
    const end = from + step * positions;
    const table = this.#table;
    if (table !== undefined) {
      for (let i = from; i < end; i += step) out[i] = table[256 * c + values[i]!]!;
      return;
    }
    for (let i = from; i < end; i += step) {
      const x = values[i]!;
      out[i] = isObservation(x) ? this.#apply(x, c) : Number.NaN;
    }
  }

  /** What `y` of a channel was made of. */
  denormalize(y: number, channel = 0): number {
    const c = this.#channels === 1 ? 0 : channel;
    return y * this.#scales[c]! + this.#centers[c]!;
  }
}
