import { TERM_TABLE_HEADER, TermTable } from './term-table.js';
import type { Tokenizer } from './tokenizer.js';

/** What becomes of a new term where there is no room: it is left out, makes room, or the record is refused. */
export type WhenFull = 'ignore' | 'prune' | 'refuse';

/** So large a part of the terms goes at once, those that count least. */
const PRUNED = 0.25;

/**
 * The terms of one series and the distinct ones of the document at hand, `length` of them in the order in which they first come: index,
 * or −1 for one that has none, how often it comes, and at which of the tokenizer's terms it was first met.
 */
export class Vocabulary {
  readonly table: TermTable;
  readonly maxTerms: number;
  readonly whenFull: WhenFull;
  indices = new Int32Array(64);
  counts = new Int32Array(64);
  firsts = new Int32Array(64);
  length = 0;
  /** Terms of the document at hand, each time that one comes, that found no room. */
  leftOut = 0;
  /** By index, where the term is in the document, plus 1; 0 between documents. */
  #places = new Int32Array(64);

  /** @param base doubles of the state in front of the terms */
  constructor(maxTerms: number, whenFull: WhenFull, base: number) {
    this.table = new TermTable({ capacity: maxTerms, base });
    this.maxTerms = maxTerms;
    this.whenFull = whenFull;
  }

  static readonly stride = TERM_TABLE_HEADER;

  /** Terms of the document that have no index and would find no room. */
  missingFrom(terms: Tokenizer): number {
    let missing = 0;
    const room = this.maxTerms - this.table.size;
    const seen = new TermTable({ capacity: terms.length + 1 });
    for (let i = 0; i < terms.length; i++) {
      const start = terms.starts[i]!;
      const end = terms.ends[i]!;
      if (this.table.find(terms.bytes, start, end) >= 0 || seen.find(terms.bytes, start, end) >= 0) continue;
      seen.insert(terms.bytes, start, end);
      missing++;
    }
    return Math.max(0, missing - room);
  }

  /** Counts the terms of a document, giving an index to each new one as far as there is room. */
  gather(terms: Tokenizer): void {
    const { table } = this;
    const { bytes, starts, ends, hashes } = terms;
    this.length = 0;
    this.leftOut = 0;
    if (this.whenFull === 'prune' && table.size + terms.length > this.maxTerms) this.#makeRoom(terms);
    for (let i = 0; i < terms.length; i++) {
      const start = starts[i]!;
      const end = ends[i]!;
      const hash = hashes[i]!;
      let index = table.find(bytes, start, end, hash);
      if (index < 0) index = table.insert(bytes, start, end, hash);
      if (index >= this.#places.length) this.#places = longer(this.#places, index + 1);
      if (index < 0) this.leftOut++;
      const place = index < 0 ? 0 : this.#places[index]!;
      if (place > 0) {
        this.counts[place - 1]!++;
        continue;
      }
      if (this.length === this.indices.length) {
        this.indices = longer(this.indices);
        this.counts = longer(this.counts);
        this.firsts = longer(this.firsts);
      }
      this.indices[this.length] = index;
      this.counts[this.length] = 1;
      this.firsts[this.length] = i;
      this.length++;
      if (index >= 0) this.#places[index] = this.length;
    }
    for (let k = 0; k < this.length; k++) if (this.indices[k]! >= 0) this.#places[this.indices[k]!] = 0;
  }

  /** Takes the indices of a quarter of the terms, those that count least, the latest among equals, and none of this document. */
  #makeRoom(terms: Tokenizer): void {
    const over = this.missingFrom(terms);
    if (over === 0) return;
    const { table } = this;
    const inUse = new Set<number>();
    for (let i = 0; i < terms.length; i++) inUse.add(table.find(terms.bytes, terms.starts[i]!, terms.ends[i]!));
    const free = Array.from({ length: table.used }, (_, index) => index).filter(
      (index) => table.has(index) && !inUse.has(index),
    );
    free.sort((a, b) => table.count(a) - table.count(b) || b - a);
    const gone = new Set(free.slice(0, Math.max(over, Math.floor(PRUNED * this.maxTerms))));
    table.prune((index) => !gone.has(index));
  }
}

function longer(array: Int32Array<ArrayBuffer>, least = 0): Int32Array<ArrayBuffer> {
  const doubled = new Int32Array(Math.max(least, 2 * array.length));
  doubled.set(array);
  return doubled;
}
