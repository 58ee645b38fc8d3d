import type { Scorer } from '../scorer.js';
import type { TensorFormat } from './tensor-reader.js';
import { TensorScorer } from './tensor-scorer.js';
import type { VectorCounters } from './vector-counters.js';
import type { VectorRules } from './vector-rules.js';

/**
 * Scores each component of a vector by a method for one number, every component by statistics of its own: a spectrum, an embedding, the
 * axes of an accelerometer. The states of the components lie side by side. A missing component is missing to its own series alone.
 */
export class ComponentScorer extends TensorScorer {
  readonly #scorer: Scorer;
  readonly #length: number;
  readonly #centers: Float64Array;
  readonly #scales: Float64Array;

  /** @param scorer whose state has a fixed length */
  constructor(format: TensorFormat, length: number, scorer: Scorer, rules: VectorRules, counters: VectorCounters) {
    super(format, length * scorer.stride, rules, counters);
    this.#scorer = scorer;
    this.#length = length;
    this.center = this.#centers = new Float64Array(length);
    this.scale = this.#scales = new Float64Array(length);
  }

  protected override lookUp(time: number): void {
    // Each component counts itself as missing: the record has been counted already.
    const { counters } = this.#scorer;
    const { missing } = counters;
    this.#each(time, () => Number.NaN);
    counters.missing = missing;
  }

  protected work(out: Float32Array | Float64Array, time: number): void {
    const { values } = this.reader;
    this.#each(time, (c) => values[c]!, out);
    if (!this.warm && this.rules.whileWarming === 'null') this.output = null;
  }

  #each(time: number, componentAt: (component: number) => number, out?: Float32Array | Float64Array): void {
    const scorer = this.#scorer;
    let epoch = 0;
    let count = Number.POSITIVE_INFINITY;
    this.warm = true;
    for (let c = 0; c < this.#length; c++) {
      scorer.aim(this.state, this.offset + c * scorer.stride);
      const score = scorer.score(componentAt(c), time);
      if (out !== undefined) out[c] = score;
      this.#centers[c] = scorer.center;
      this.#scales[c] = scorer.scale;
      epoch += scorer.epoch;
      count = Math.min(count, scorer.count);
      if (!scorer.warm) this.warm = false;
    }
    this.epoch = epoch;
    this.count = count;
  }
}
