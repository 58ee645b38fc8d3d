import { ByteWriter } from '../../../codec/byte-writer.js';
import type { ResolvedMemory } from '../../memory.js';
import { DOCUMENT_WEIGHT_STRIDE, DocumentWeight } from '../text/document-weight.js';
import { TERM_TABLE_HEADER, TermTable } from '../text/term-table.js';
import type { WhenFull } from '../text/vocabulary.js';
import type { VectorCounters } from '../vector-counters.js';
import type { VectorRules } from '../vector-rules.js';
import { type PlainValue, ValueScorer } from './value-scorer.js';

/** So large a part of the categories goes at once, those that count least. */
const PRUNED = 0.25;

/**
 * Running frequency encoding of a category: the share that it has had of the values before, in [0, 1]; 0 for one never seen. The value is
 * scored first and counted after. Counts fade with a half-life, in values or in event time. Before any value the output is null.
 *
 * `1`, `"1"` and `true` are other categories than each other. Beyond `maxTerms` a new one is not counted (`ignore`), takes the room of those
 * that count least (`prune`), or the record is refused. O(length of the text).
 */
export class FrequencyEncoding extends ValueScorer {
  readonly #table: TermTable;
  readonly #weight: DocumentWeight;
  readonly #maxTerms: number;
  readonly #whenFull: WhenFull;
  readonly #text = new ByteWriter(64);

  constructor(
    { memory, maxTerms, whenFull }: { memory: ResolvedMemory; maxTerms: number; whenFull: WhenFull },
    rules: VectorRules,
    counters: VectorCounters,
  ) {
    super({ stride: DOCUMENT_WEIGHT_STRIDE + TERM_TABLE_HEADER, growable: true }, rules, counters);
    this.#table = new TermTable({ capacity: maxTerms, base: DOCUMENT_WEIGHT_STRIDE });
    this.#weight = new DocumentWeight(memory);
    this.#maxTerms = maxTerms;
    this.#whenFull = whenFull;
  }

  override aim(state: Float64Array, offset: number): void {
    super.aim(state, offset);
    this.#table.aim(state);
    this.#weight.aim(state, 0);
  }

  protected accept(value: unknown): string | undefined {
    if (typeof value === 'object') return 'text, a number, true or false';
    this.#text.clear();
    this.#text.utf8(JSON.stringify(value));
    return undefined;
  }

  refuse(): string | undefined {
    const isNew = this.#whenFull === 'refuse' && this.#table.isFull && this.#find() < 0;
    return isNew ? `expected at most ${this.#maxTerms} categories, got one more` : undefined;
  }

  protected work(_: PlainValue, time: number): void {
    if (this.rules.order === 'learn-first') this.#learn(time);
    const index = this.#find();
    const { total, now, documents } = this.#weight;
    this.count = documents;
    this.epoch = this.#table.epoch;
    this.output = documents === 0 ? null : index < 0 ? 0 : (this.#table.count(index) * now) / total;
    if (this.rules.order === 'normalize-first') this.#learn(time);
  }

  #find(): number {
    return this.#table.find(this.#text.bytes, 0, this.#text.length);
  }

  #learn(time: number): void {
    const table = this.#table;
    const weight = this.#weight;
    const isTimely = weight.begin(time, (factor) => {
      for (let index = 0; index < table.used; index++)
        if (table.has(index)) table.setCount(index, table.count(index) * factor);
    });
    if (!isTimely) {
      this.counters.untimed++;
      return;
    }
    const { next } = weight;
    weight.end();
    if (this.#whenFull === 'prune' && table.isFull && this.#find() < 0) this.#prune();
    const index = table.insert(this.#text.bytes, 0, this.#text.length);
    if (index >= 0) table.setCount(index, table.count(index) + next);
    else this.counters.leftOut++;
    this.state = table.state;
    weight.aim(table.state, 0);
  }

  #prune(): void {
    const table = this.#table;
    const known = Array.from({ length: table.used }, (_, index) => index).filter((index) => table.has(index));
    known.sort((a, b) => table.count(a) - table.count(b) || b - a);
    const gone = new Set(known.slice(0, Math.max(1, Math.floor(PRUNED * this.#maxTerms))));
    table.prune((index) => !gone.has(index));
    this.#weight.aim(table.state, 0);
  }
}
