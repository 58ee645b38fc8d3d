import { type Norm, unitNorm } from '../unit-norm.js';
import type { TensorFormat } from './tensor-reader.js';
import { TensorScorer } from './tensor-scorer.js';
import type { VectorCounters } from './vector-counters.js';
import type { VectorRules } from './vector-rules.js';

/** Scales all values of a record together to length 1, see `unitNorm`. Keeps no state; `scale` is the length it had. O(values). */
export class UnitVector extends TensorScorer {
  readonly #norm: Norm;
  #doubles = new Float64Array(0);

  constructor(format: TensorFormat, norm: Norm, rules: VectorRules, counters: VectorCounters) {
    super(format, 0, rules, counters);
    this.#norm = norm;
  }

  protected work(out: Float32Array | Float64Array): void {
    const { values, length } = this.reader;
    if (this.#doubles.length < length) this.#doubles = new Float64Array(length);
    const doubles = this.#doubles;
    for (let i = 0; i < length; i++) doubles[i] = values[i]!;
    this.scale = unitNorm(doubles, this.#norm, doubles, 0, length);
    for (let i = 0; i < length; i++) out[i] = doubles[i]!;
  }
}
