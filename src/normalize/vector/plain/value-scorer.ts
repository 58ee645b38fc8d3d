import { MissingValueError } from '../../../errors.js';
import { AimedVectorScorer } from '../aimed-vector-scorer.js';
import { describeValue } from '../describe-value.js';

export type PlainValue = string | number | boolean;

/**
 * What the methods share that look at one value of a record alone: categories, truths, angles, counts. `accept` says what is wrong with a
 * value; null and NaN are missing, come out null, and are learnt by nobody.
 */
export abstract class ValueScorer extends AimedVectorScorer {
  readonly form = 'flat';
  readonly nesting = undefined;
  #value: PlainValue | undefined;

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
