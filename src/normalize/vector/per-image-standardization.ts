import { isObservation } from '../../stats/is-observation.js';
import { byteMoments, channelMoments } from './channel-moments.js';
import type { TensorFormat } from './tensor-reader.js';
import { TensorScorer } from './tensor-scorer.js';
import type { VectorCounters } from './vector-counters.js';
import type { VectorRules } from './vector-rules.js';

/**
 * Standardizes each record by itself: `(x − mean) / max(sd, 1/√N)` over all N values that are there, channels together, as TensorFlow's
 * `tf.image.per_image_standardization`; the bound keeps a uniform image from dividing by 0. Keeps no state; `center` and `scale` are the
 * inverse. O(values).
 */
export class PerImageStandardization extends TensorScorer {
  readonly #moments = { count: 0, mean: 0, m2: 0 };
  readonly #run = { from: 0, step: 1, count: 0 };
  readonly #table: Float32Array | undefined;

  constructor(format: TensorFormat, rules: VectorRules, counters: VectorCounters) {
    super(format, 0, rules, counters);
    this.#table = format.type === 'uint8' ? new Float32Array(256) : undefined;
  }

  protected work(out: Float32Array | Float64Array): void {
    const { values, length } = this.reader;
    const moments = this.#moments;
    this.#run.count = length;
    const table = this.#table;
    if (table === undefined) channelMoments(values, this.#run, undefined, false, moments);
    else byteMoments(values as Uint8Array, this.#run, undefined, 0, out, moments);
    const { count, mean, m2 } = moments;
    const scale = Math.max(Math.sqrt(m2 / count), 1 / Math.sqrt(count));
    this.count = count;
    this.center = count > 0 ? mean : null;
    this.scale = count > 0 ? scale : null;
    if (table === undefined)
      for (let i = 0; i < length; i++) {
        const x = values[i]!;
        out[i] = isObservation(x) ? (x - mean) / scale : Number.NaN;
      }
    else {
      for (let x = 0; x < 256; x++) table[x] = (x - mean) / scale;
      for (let i = 0; i < length; i++) out[i] = table[values[i]!]!;
    }
  }

  protected override lookUp(): void {
    this.center = this.scale = null;
    this.count = 0;
  }
}
