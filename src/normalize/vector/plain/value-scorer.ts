import { MissingValueError } from '../../../errors.js';
import { describeValue } from '../describe-value.js';
import type { VectorCounters } from '../tensor-scorer.js';
import type { VectorRules } from '../vector-rules.js';
import type { VectorScorer } from '../vector-scorer.js';
import type { VectorValue } from '../vector-value.js';

export type PlainValue = string | number | boolean;

/**
 * What the methods share that look at one value of a record alone: categories, truths, angles, counts. `accept` says what is wrong with a
 * value; null and NaN are missing, come out null, and are learnt by nobody.
 */
export abstract class ValueScorer implements VectorScorer {
  readonly stride: number;
  readonly growable: boolean;
  readonly form = 'flat';
  readonly nesting = undefined;
  readonly center: VectorValue = null;
  readonly scale: VectorValue = null;
  state: Float64Array = new Float64Array(0);
  output: VectorValue = null;
  epoch = 0;
  warm = true;
  count = 0;
  protected offset = 0;
  protected readonly rules: VectorRules;
  protected readonly counters: VectorCounters;
  #value: PlainValue | undefined;

  constructor(
    { stride, growable }: { stride: number; growable: boolean },
    rules: VectorRules,
    counters: VectorCounters,
  ) {
    this.stride = stride;
    this.growable = growable;
    this.rules = rules;
    this.counters = counters;
  }

  aim(state: Float64Array, offset: number): void {
    this.state = state;
    this.offset = offset;
  }

  read(value: unknown): string | undefined {
    this.#value = undefined;
    if (value === undefined || value === null || (typeof value === 'number' && !Number.isFinite(value))) {
      if (this.rules.missing === 'error') throw new MissingValueError(`value must be there, got ${value}`);
      return undefined;
    }
    const expected = this.accept(value);
    if (expected !== undefined) return `expected ${expected}, got ${describeValue(value)}`;
    this.#value = value as PlainValue;
    return undefined;
  }

  /** What a value must be that this one is not; undefined where it is one. */
  protected abstract accept(value: unknown): string | undefined;

  score(time: number): void {
    if (this.#value !== undefined) {
      this.work(this.#value, time);
      return;
    }
    this.counters.missing++;
    this.output = null;
  }

  /** Makes the output of `value`, which was accepted, and learns it. */
  protected abstract work(value: PlainValue, time: number): void;
}
