import type { VectorCounters } from '../vector-counters.js';
import type { VectorRules } from '../vector-rules.js';
import { TERM_TABLE_HEADER, TermTable } from './term-table.js';
import { TextScorer } from './text-scorer.js';
import type { TokenizerOptions } from './tokenizer.js';

/** Ids that stand for no term, as in Keras: nothing there, and a term that is not known. */
const PADDING = 0;
const UNKNOWN = 1;
const FIRST = 2;

export interface TokenIdsOptions {
  tokenizer: TokenizerOptions;
  maxTerms: number;
  whenFull: 'ignore' | 'refuse';
  /** Ids a text comes to; undefined: as many as it has terms. */
  length: number | undefined;
  padding: 'post' | 'pre';
  truncation: 'post' | 'pre';
  /** Whether the output says which of its ids are terms. */
  mask: boolean;
}

/**
 * Turns text into the ids of its terms, for an embedding: 2 for the first term that the series ever saw, and so on; 1 for one that is not
 * known, 0 for padding, as in Keras's `TextVectorization(output_mode='int')`, whose vocabulary is fixed beforehand; this one grows as
 * texts are learnt, up to `maxTerms`, and an id is never given to another term. Normalize first: a term is known from the text after the
 * one that had it first.
 *
 * Padding and truncation are those of Keras's `pad_sequences`: at the end (`post`) or the beginning (`pre`). State: the terms.
 */
export class TokenIds extends TextScorer {
  readonly #options: TokenIdsOptions;
  readonly #table: TermTable;
  #ids = new Int32Array(64);
  #mask = new Uint8Array(64);

  constructor(options: TokenIdsOptions, rules: VectorRules, counters: VectorCounters) {
    super(options.tokenizer, { stride: TERM_TABLE_HEADER, growable: true }, rules, counters);
    this.#options = options;
    this.#table = new TermTable({ capacity: options.maxTerms });
  }

  override aim(state: Float64Array, offset: number): void {
    super.aim(state, offset);
    this.#table.aim(state);
  }

  refuse(): string | undefined {
    if (this.#options.whenFull !== 'refuse') return undefined;
    const { bytes, starts, ends, length } = this.terms;
    const seen = new TermTable({ capacity: length + 1 });
    let over = this.#table.size - this.#options.maxTerms;
    for (let i = 0; i < length; i++) {
      const isKnown = this.#table.find(bytes, starts[i]!, ends[i]!) >= 0 || seen.find(bytes, starts[i]!, ends[i]!) >= 0;
      if (isKnown) continue;
      seen.insert(bytes, starts[i]!, ends[i]!);
      over++;
    }
    return over <= 0
      ? undefined
      : `expected at most ${this.#options.maxTerms} terms in all, got ${over} new ones more than there is room for`;
  }

  /** The terms of ids of the series aimed at, a space between them: of unknown ones nothing but U+FFFD. */
  denormalize(ids: ArrayLike<number>): string {
    return Array.from(ids, (id) => (id === PADDING ? '' : this.#table.term(id - FIRST) || '\ufffd'))
      .filter((term) => term !== '')
      .join(' ');
  }

  protected override lookUp(): void {
    this.count = this.#table.size;
  }

  protected work(): void {
    this.lookUp();
    if (this.rules.order === 'learn-first') this.#learn();
    this.#write();
    if (this.rules.order === 'normalize-first') this.#learn();
  }

  #write(): void {
    const { length: wanted, padding, truncation, mask } = this.#options;
    const { bytes, starts, ends, hashes, length } = this.terms;
    const size = wanted ?? length;
    if (this.#ids.length < size) {
      this.#ids = new Int32Array(2 * size);
      this.#mask = new Uint8Array(2 * size);
    }
    const kept = Math.min(length, size);
    const from = truncation === 'pre' ? length - kept : 0;
    const at = padding === 'pre' ? size - kept : 0;
    const ids = this.#ids.subarray(0, size);
    const isThere = this.#mask.subarray(0, size);
    ids.fill(PADDING);
    isThere.fill(0);
    for (let i = 0; i < kept; i++) {
      const index = this.#table.find(bytes, starts[from + i]!, ends[from + i]!, hashes[from + i]!);
      ids[at + i] = index < 0 ? UNKNOWN : index + FIRST;
      isThere[at + i] = 1;
    }
    this.output = mask ? { ids, mask: isThere } : ids;
  }

  #learn(): void {
    const { bytes, starts, ends, hashes, length } = this.terms;
    for (let i = 0; i < length; i++)
      if (this.#table.insert(bytes, starts[i]!, ends[i]!, hashes[i]!) < 0) this.counters.leftOut++;
    this.state = this.#table.state;
  }
}
