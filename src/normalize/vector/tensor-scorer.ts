import { MissingValueError } from '../../errors.js';
import { isObservation } from '../../stats/is-observation.js';
import { AimedVectorScorer } from './aimed-vector-scorer.js';
import { type TensorFormat, TensorReader } from './tensor-reader.js';
import type { VectorCounters } from './vector-counters.js';
import type { VectorRules } from './vector-rules.js';

/**
 * What the methods of tensors share: reading, room for the output, what is missing.
 *
 * Outputs are of the type `float32` where the values are of 8 or 16 bits or `float32` themselves, else `float64`, in the order of the
 * values. A record without the field, or with null, has the output null and is learnt by nobody.
 */
export abstract class TensorScorer extends AimedVectorScorer {
  protected readonly reader: TensorReader;
  readonly #isSingle: boolean;
  #room: Float32Array | Float64Array;
  #view: Float32Array | Float64Array;

  constructor(format: TensorFormat, stride: number, rules: VectorRules, counters: VectorCounters) {
    super({ stride, growable: false }, rules, counters);
    this.reader = new TensorReader(format);
    this.#isSingle = !['float64', 'int32', 'uint32'].includes(format.type);
    this.#room = this.#view = this.#isSingle ? new Float32Array(0) : new Float64Array(0);
  }

  get form(): 'nested' | 'flat' | 'packed' {
    return this.reader.form;
  }

  get nesting(): readonly number[] | undefined {
    return this.reader.form === 'nested' ? this.reader.shape : undefined;
  }

  read(value: unknown): string | undefined {
    const fault = this.reader.read(value);
    if (fault !== undefined || this.rules.missing !== 'error') return fault;
    if (this.reader.isMissing) throw new MissingValueError('value must be there, got nothing');
    const { values, length } = this.reader;
    for (let i = 0; i < length; i++)
      if (!isObservation(values[i]!))
        throw new MissingValueError(`value ${i} must be a finite number up to 1e150, got ${values[i]}`);
    return undefined;
  }

  score(time: number): void {
    const { reader, counters } = this;
    if (reader.isMissing) {
      counters.missing++;
      this.output = null;
      this.lookUp(time);
      return;
    }
    const { length } = reader;
    if (this.#room.length < length) this.#room = this.#isSingle ? new Float32Array(length) : new Float64Array(length);
    if (this.#view.length !== length || this.#view.buffer !== this.#room.buffer)
      this.#view = this.#room.subarray(0, length);
    this.output = this.#view;
    this.work(this.#view, time);
  }

  /** Brings what the members say up to date where there is nothing to score. */
  protected lookUp(_time: number): void {}

  /** Normalizes `reader.values` into `out`, of their length, and learns them; or makes the output something else. */
  protected abstract work(out: Float32Array | Float64Array, time: number): void;

  /** What stands for the score of a series that is warming up. */
  protected whileWarming(out: Float32Array | Float64Array): void {
    const { whileWarming } = this.rules;
    if (whileWarming === 'zero') out.fill(0);
    else if (whileWarming === 'raw') for (let i = 0; i < out.length; i++) out[i] = this.reader.values[i]!;
    else this.output = null;
  }
}
