import { strictUtf8 } from '../../../codec/strict-utf8.js';
import { DecodeError, MissingValueError } from '../../../errors.js';
import { AimedVectorScorer } from '../aimed-vector-scorer.js';
import { describeValue } from '../describe-value.js';
import type { VectorCounters } from '../vector-counters.js';
import type { VectorRules } from '../vector-rules.js';
import { Tokenizer, type TokenizerOptions } from './tokenizer.js';

/**
 * What the methods of text share: reading. A value is text, or its bytes in UTF-8; text of no words is a document of no words, null is
 * missing: its output is null, and nothing is learnt of it.
 */
export abstract class TextScorer extends AimedVectorScorer {
  readonly form = 'packed';
  readonly nesting = undefined;
  protected readonly terms: Tokenizer;
  #isMissing = true;

  constructor(
    tokenizer: TokenizerOptions,
    size: { stride: number; growable: boolean },
    rules: VectorRules,
    counters: VectorCounters,
  ) {
    super(size, rules, counters);
    this.terms = new Tokenizer(tokenizer);
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
