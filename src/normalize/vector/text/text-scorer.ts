import { strictUtf8 } from '../../../codec/strict-utf8.js';
import { DecodeError, MissingValueError } from '../../../errors.js';
import { describeValue } from '../describe-value.js';
import type { VectorCounters } from '../tensor-scorer.js';
import type { VectorRules } from '../vector-rules.js';
import type { VectorScorer } from '../vector-scorer.js';
import type { VectorValue } from '../vector-value.js';
import { Tokenizer, type TokenizerOptions } from './tokenizer.js';

/**
 * What the methods of text share: reading. A value is text, or its bytes in UTF-8; text of no words is a document of no words, null is
 * missing: its output is null, and nothing is learnt of it.
 */
export abstract class TextScorer implements VectorScorer {
  readonly stride: number;
  readonly growable: boolean;
  readonly form = 'packed';
  readonly nesting = undefined;
  readonly center: VectorValue = null;
  readonly scale: VectorValue = null;
  state: Float64Array = new Float64Array(0);
  output: VectorValue = null;
  epoch = 0;
  warm = true;
  count = 0;
  protected readonly rules: VectorRules;
  protected readonly counters: VectorCounters;
  protected readonly terms: Tokenizer;
  protected offset = 0;
  #isMissing = true;

  constructor(
    tokenizer: TokenizerOptions,
    { stride, growable }: { stride: number; growable: boolean },
    rules: VectorRules,
    counters: VectorCounters,
  ) {
    this.terms = new Tokenizer(tokenizer);
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
    this.#isMissing = value === undefined || value === null;
    if (this.#isMissing) {
      if (this.rules.missing === 'error') throw new MissingValueError('value must be text, got nothing');
      return undefined;
    }
    let text = value;
    if (value instanceof Uint8Array) {
      try {
        text = strictUtf8(value, 0, value.length);
      } catch (error) {
        if (error instanceof DecodeError) return error.message;
        throw error;
      }
    }
    if (typeof text !== 'string') return `expected text, got ${describeValue(text)}`;
    const lone = this.terms.read(text);
    return lone < 0 ? undefined : `expected Unicode text, got half of a surrogate pair at ${lone}`;
  }

  score(time: number): void {
    if (this.#isMissing) {
      this.counters.missing++;
      this.output = null;
      this.lookUp();
      return;
    }
    this.work(time);
  }

  /** Brings what the members say up to date where there is nothing to score. */
  protected lookUp(): void {}

  /** Makes the output of `terms`, and learns them. */
  protected abstract work(time: number): void;
}
