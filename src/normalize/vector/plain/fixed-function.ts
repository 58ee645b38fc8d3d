import type { VectorCounters } from '../vector-counters.js';
import type { VectorRules } from '../vector-rules.js';
import type { VectorValue } from '../vector-value.js';
import { type PlainValue, ValueScorer } from './value-scorer.js';

/** A function of one value that needs no statistics: what it takes, and what it makes of it. */
export interface PlainFunction {
  /** What a value must be that `value` is not; undefined where it is one. */
  accept(value: unknown): string | undefined;
  apply(value: PlainValue): VectorValue;
}

/** Applies a fixed function to one value of a record. Keeps no state. O(1). */
export class FixedFunction extends ValueScorer {
  readonly #function: PlainFunction;

  constructor(fixed: PlainFunction, rules: VectorRules, counters: VectorCounters) {
    super({ stride: 0, growable: false }, rules, counters);
    this.#function = fixed;
  }

  protected accept(value: unknown): string | undefined {
    return this.#function.accept(value);
  }

  protected work(value: PlainValue): void {
    this.output = this.#function.apply(value);
  }
}
