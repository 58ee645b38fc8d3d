import type { ResolvedMemory } from '../../memory.js';
import type { VectorCounters } from '../vector-counters.js';
import type { VectorRules } from '../vector-rules.js';
import { DOCUMENT_WEIGHT_STRIDE, DocumentWeight } from './document-weight.js';
import { NamedWeights } from './named-weights.js';
import { PositionOutput } from './position-output.js';
import {
  type Idf,
  inverseFrequency,
  normalizeWeights,
  type TermFrequency,
  termFrequency,
  type WeightNorm,
} from './term-weights.js';
import { TextScorer } from './text-scorer.js';
import type { TokenizerOptions } from './tokenizer.js';
import { Vocabulary, type WhenFull } from './vocabulary.js';

export interface TfIdfOptions {
  tokenizer: TokenizerOptions;
  memory: ResolvedMemory;
  tf: TermFrequency;
  idf: Idf;
  norm: WeightNorm;
  output: 'terms' | 'sparse' | 'dense';
  maxTerms: number;
  whenFull: WhenFull;
}

/**
 * Weighs the terms of each text by how often they are in it and how rare they are in the texts before it: tf · idf, then length 1.
 *
 * n and df, the documents so far and those with the term, fade with a half-life in documents or in event time. A term keeps its index as
 * long as it is in the vocabulary; a new one gets the next free, has df 0 in its first document, and where there is no room is left out,
 * or takes the room of those that count least, which begins another epoch. A text without known terms comes out without weights.
 *
 * State: what documents weigh, then the terms, growing as they come: about ten doubles a term. O(length of the text).
 */
export class TfIdf extends TextScorer {
  readonly #options: TfIdfOptions;
  readonly #vocabulary: Vocabulary;
  readonly #weight: DocumentWeight;
  readonly #positions: PositionOutput;
  readonly #named = new NamedWeights();
  #weights = new Float64Array(64);
  readonly #rescale = (factor: number): void => {
    const { table } = this.#vocabulary;
    for (let index = 0; index < table.used; index++)
      if (table.has(index)) table.setCount(index, table.count(index) * factor);
  };

  constructor(options: TfIdfOptions, rules: VectorRules, counters: VectorCounters) {
    const stride = DOCUMENT_WEIGHT_STRIDE + Vocabulary.stride;
    super(options.tokenizer, { stride, growable: true }, rules, counters);
    this.#options = options;
    this.#vocabulary = new Vocabulary(options.maxTerms, options.whenFull, DOCUMENT_WEIGHT_STRIDE);
    this.#weight = new DocumentWeight(options.memory);
    this.#positions = new PositionOutput(options.output === 'dense' ? options.maxTerms : undefined);
  }

  override aim(state: Float64Array, offset: number): void {
    super.aim(state, offset);
    this.#vocabulary.table.aim(state);
    this.#weight.aim(state, 0);
  }

  refuse(): string | undefined {
    if (this.#options.whenFull !== 'refuse') return undefined;
    const over = this.#vocabulary.missingFrom(this.terms);
    return over === 0
      ? undefined
      : `expected at most ${this.#options.maxTerms} terms in all, got ${over} new ones more than there is room for`;
  }

  protected override lookUp(): void {
    this.count = this.#weight.documents;
    this.epoch = this.#vocabulary.table.epoch;
  }

  protected work(time: number): void {
    const vocabulary = this.#vocabulary;
    vocabulary.gather(this.terms);
    this.counters.leftOut += vocabulary.leftOut;
    this.#follow();
    this.lookUp();
    if (this.rules.order === 'learn-first') {
      this.#learn(time);
      this.lookUp();
    }
    this.#weigh();
    if (this.rules.order === 'normalize-first') this.#learn(time);
  }

  /** The table may have moved to a longer array. */
  #follow(): void {
    const { state } = this.#vocabulary.table;
    if (state === this.state) return;
    this.state = state;
    this.#weight.aim(state, 0);
  }

  #weigh(): void {
    const { tf, idf, norm, output } = this.#options;
    const { indices, counts, firsts, length, table } = this.#vocabulary;
    if (this.#weights.length < length) this.#weights = new Float64Array(2 * length);
    const weights = this.#weights;
    const n = this.#weight.total;
    const { now } = this.#weight;
    const logarithm = Math.log(1 + n);
    const all = this.terms.length;
    for (let k = 0; k < length; k++) {
      const index = indices[k]!;
      weights[k] =
        index < 0
          ? 0
          : termFrequency(tf, counts[k]!, all) * inverseFrequency(idf, n, table.count(index) * now, logarithm);
    }
    normalizeWeights(weights, length, norm);
    if (output === 'terms') {
      const named = this.#named;
      named.clear();
      for (let k = 0; k < length; k++) if (indices[k]! >= 0) named.add(this.terms.text(firsts[k]!), weights[k]!);
      this.output = named;
      return;
    }
    this.output = this.#positions.of(indices, weights, length);
  }

  #learn(time: number): void {
    const { indices, length, table } = this.#vocabulary;
    const weight = this.#weight;
    if (!weight.begin(time, this.#rescale)) {
      this.counters.untimed++;
      return;
    }
    for (let k = 0; k < length; k++) {
      const index = indices[k]!;
      if (index >= 0) table.addCount(index, weight.next);
    }
    weight.end();
  }
}
