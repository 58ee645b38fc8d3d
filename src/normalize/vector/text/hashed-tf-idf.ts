import type { ResolvedMemory } from '../../memory.js';
import type { VectorCounters } from '../vector-counters.js';
import type { VectorRules } from '../vector-rules.js';
import { DOCUMENT_WEIGHT_STRIDE, DocumentWeight } from './document-weight.js';
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

export interface HashedTfIdfOptions {
  tokenizer: TokenizerOptions;
  memory: ResolvedMemory;
  features: number;
  /** Whether a bit of the hash is a sign, so that what falls together cancels in the mean. */
  signed: boolean;
  tf: TermFrequency;
  idf: Idf;
  norm: WeightNorm;
  output: 'sparse' | 'dense';
}

/**
 * Feature hashing (Weinberger et al. 2009): a term's position is its hash modulo `features`, its sign a bit of it; no vocabulary to grow or
 * to keep. With an `idf`, documents are counted by position, and fade by the memory; without, no state is kept. Terms that fall together
 * are one: of 4,096 positions, two given terms in one of 4,096 cases. O(length of the text).
 */
export class HashedTfIdf extends TextScorer {
  readonly #options: HashedTfIdfOptions;
  readonly #weight: DocumentWeight;
  readonly #positions: PositionOutput;
  readonly #places: Int32Array;
  #indices = new Int32Array(64);
  #signs = new Int32Array(64);
  #counts = new Int32Array(64);
  #weights = new Float64Array(64);
  #length = 0;

  constructor(options: HashedTfIdfOptions, rules: VectorRules, counters: VectorCounters) {
    const stride = options.idf === 'none' ? 0 : DOCUMENT_WEIGHT_STRIDE + options.features;
    super(options.tokenizer, { stride, growable: false }, rules, counters);
    this.#options = options;
    this.#weight = new DocumentWeight(options.memory);
    this.#positions = new PositionOutput(options.output === 'dense' ? options.features : undefined);
    this.#places = new Int32Array(options.features);
  }

  override aim(state: Float64Array, offset: number): void {
    super.aim(state, offset);
    this.#weight.aim(state, offset);
  }

  protected override lookUp(): void {
    if (this.stride > 0) this.count = this.#weight.documents;
  }

  protected work(time: number): void {
    this.#gather();
    this.lookUp();
    if (this.stride > 0 && this.rules.order === 'learn-first') {
      this.#learn(time);
      this.lookUp();
    }
    this.#weigh();
    if (this.stride > 0 && this.rules.order === 'normalize-first') this.#learn(time);
  }

  #gather(): void {
    const { features, signed } = this.#options;
    const { hashes, length } = this.terms;
    if (this.#indices.length < length) {
      this.#indices = new Int32Array(2 * length);
      this.#signs = new Int32Array(2 * length);
      this.#counts = new Int32Array(2 * length);
      this.#weights = new Float64Array(2 * length);
    }
    this.#length = 0;
    for (let i = 0; i < length; i++) {
      const hash = hashes[i]!;
      const index = (hash >>> 1) % features;
      const sign = signed && (hash & 1) === 1 ? -1 : 1;
      const place = this.#places[index]!;
      if (place > 0) {
        this.#counts[place - 1]!++;
        this.#signs[place - 1]! += sign;
        continue;
      }
      this.#indices[this.#length] = index;
      this.#counts[this.#length] = 1;
      this.#signs[this.#length] = sign;
      this.#places[index] = ++this.#length;
    }
    for (let k = 0; k < this.#length; k++) this.#places[this.#indices[k]!] = 0;
  }

  #weigh(): void {
    const { tf, idf, norm } = this.#options;
    const weights = this.#weights;
    const length = this.#length;
    const n = this.stride > 0 ? this.#weight.total : 0;
    const logarithm = Math.log(1 + n);
    const first = this.offset + DOCUMENT_WEIGHT_STRIDE;
    for (let k = 0; k < length; k++) {
      const df = this.stride > 0 ? this.state[first + this.#indices[k]!]! * this.#weight.now : 0;
      const times = this.#signs[k]!;
      const size = times === 0 ? 0 : termFrequency(tf, Math.abs(times), this.terms.length);
      weights[k] = Math.sign(times) * size * inverseFrequency(idf, n, df, logarithm);
    }
    normalizeWeights(weights, length, norm);
    this.output = this.#positions.of(this.#indices, weights, length);
  }

  #learn(time: number): void {
    const { state } = this;
    const first = this.offset + DOCUMENT_WEIGHT_STRIDE;
    const isTimely = this.#weight.begin(time, (factor) => {
      for (let i = 0; i < this.#options.features; i++) state[first + i]! *= factor;
    });
    if (!isTimely) {
      this.counters.untimed++;
      return;
    }
    for (let k = 0; k < this.#length; k++) state[first + this.#indices[k]!]! += this.#weight.next;
    this.#weight.end();
  }
}
