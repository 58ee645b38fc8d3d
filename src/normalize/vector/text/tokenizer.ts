import { FNV_OFFSET, FNV_PRIME, finishHash, hashOf, TermTable } from './term-table.js';
import { TermTexts } from './term-texts.js';

export interface TokenizerOptions {
  /** Whether letters are made small. */
  lowercase: boolean;
  /** Shorter words are no terms, in characters. */
  minLength: number;
  /** From how many words in a row to how many. */
  ngrams: readonly [number, number];
  /** Words that are no terms, and stand in no row; after `lowercase`. */
  stopWords: readonly string[];
  /** Of a language that writes without spaces: its words are found by `Intl.Segmenter`. */
  locale: string | undefined;
}

/** The part of the web's TextEncoder that is used; browsers, Node and workers all have it. */
declare const TextEncoder: new () => { encodeInto(text: string, into: Uint8Array): { written: number } };

const toUtf8 = new TextEncoder();
/** Runs of letters with their marks, digits and low lines: Unicode's `\w`. */
const WORD = /[\p{L}\p{M}\p{N}_]+/gu;
/** A half of a surrogate pair that stands alone: text that no UTF-8 can be. */
const LONE = /\p{Cs}/u;
const SPACE = 32;
// Of this module's own: V8 folds those, and reads imported ones anew for each letter.
const OFFSET = FNV_OFFSET;
const PRIME = FNV_PRIME;
/** By code of an ASCII letter: itself, 0 where it is no part of a word; and the same made small. */
const WORDLY = new Uint8Array(128);
const SMALL = new Uint8Array(128);
for (let code = 48; code < 123; code++) {
  if (!/\w/.test(String.fromCharCode(code))) continue;
  WORDLY[code] = code;
  SMALL[code] = String.fromCharCode(code).toLowerCase().charCodeAt(0);
}

/**
 * Cuts text into terms: words, and rows of words with a space between.
 *
 * A word is a run of letters, marks, digits and `_` as Unicode has them, or what `Intl.Segmenter` finds for a locale. Text that is not all
 * ASCII is brought to NFC first, so that what looks alike is alike. Term `i` is `bytes[starts[i], ends[i])`, in UTF-8, `hashes[i]` its hash;
 * answers are valid until the next text. ASCII is read without making any text, and hashed as it is read. O(length).
 */
export class Tokenizer {
  bytes = new Uint8Array(1024);
  starts = new Int32Array(64);
  ends = new Int32Array(64);
  hashes = new Uint32Array(64);
  length = 0;
  readonly #options: TokenizerOptions;
  readonly #letters: Uint8Array;
  readonly #stopWords: TermTable | undefined;
  readonly #segmenter: Intl.Segmenter | undefined;
  readonly #texts = new TermTexts();
  #at = 0;

  constructor(options: TokenizerOptions) {
    this.#options = options;
    this.#letters = options.lowercase ? SMALL : WORDLY;
    this.#segmenter =
      options.locale === undefined ? undefined : new Intl.Segmenter(options.locale, { granularity: 'word' });
    if (options.stopWords.length > 0) {
      const table = new TermTable({ capacity: options.stopWords.length + 1 });
      for (const word of options.stopWords) {
        this.#writeText(word);
        table.insert(this.bytes, 0, this.#at);
        this.#at = 0;
      }
      this.#stopWords = table;
    }
  }

  /** Cuts `text`; or answers, with no term read, where a half of a surrogate pair stands alone in it: −1 where none does. */
  read(text: string): number {
    this.length = 0;
    this.#at = 0;
    if (this.bytes.length < 4 * text.length + 16) this.bytes = new Uint8Array(8 * text.length + 16);
    if (this.#segmenter !== undefined || !this.#readAscii(text)) {
      const lone = LONE.exec(text);
      if (lone !== null) return lone.index;
      this.#readUnicode(text);
    }
    const [low, high] = this.#options.ngrams;
    if (high > 1) this.#join(low, high);
    return -1;
  }

  /** The text of term `i`. */
  text(i: number): string {
    return this.#texts.of(this.bytes, this.starts[i]!, this.ends[i]!, this.hashes[i]!);
  }

  /** False, with nothing read, where the text is not all ASCII. */
  #readAscii(text: string): boolean {
    const { bytes } = this;
    const letters = this.#letters;
    const { minLength } = this.#options;
    const { length } = text;
    let at = 0;
    let from = 0;
    let hash = OFFSET;
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i);
      if (code > 127) {
        this.length = 0;
        this.#at = 0;
        return false;
      }
      const letter = letters[code]!;
      if (letter !== 0) {
        bytes[at++] = letter;
        hash = Math.imul(hash ^ letter, PRIME);
      } else if (at > from) {
        at = at - from >= minLength ? this.#add(from, at, finishHash(hash)) : from;
        from = at;
        hash = OFFSET;
      }
    }
    if (at - from >= minLength && at > from) this.#add(from, at, finishHash(hash));
    return true;
  }

  #readUnicode(text: string): void {
    const { lowercase, minLength } = this.#options;
    const normal = text.normalize('NFC');
    const plain = lowercase ? normal.toLowerCase() : normal;
    if (this.bytes.length < 4 * plain.length + 16) this.bytes = new Uint8Array(8 * plain.length + 16);
    if (this.#segmenter === undefined) for (const [word] of plain.matchAll(WORD)) this.#addText(word, minLength);
    else
      for (const { segment, isWordLike } of this.#segmenter.segment(plain))
        if (isWordLike) this.#addText(segment, minLength);
  }

  #addText(word: string, minLength: number): void {
    // Characters are counted as code points, which are at most as many as units.
    if (word.length < minLength || (word.length < 2 * minLength && [...word].length < minLength)) return;
    const from = this.#at;
    this.#writeText(word);
    this.#at = this.#add(from, this.#at, hashOf(this.bytes, from, this.#at));
  }

  #writeText(word: string): void {
    if (this.bytes.length - this.#at < 3 * word.length + 1) {
      const longer = new Uint8Array(2 * this.bytes.length + 3 * word.length + 1);
      longer.set(this.bytes);
      this.bytes = longer;
    }
    this.#at += toUtf8.encodeInto(word, this.bytes.subarray(this.#at)).written;
  }

  /** Makes `bytes[from, to)` a term unless it is a stop word; answers where the next may begin, behind a space. */
  #add(from: number, to: number, hash: number): number {
    if (this.#stopWords !== undefined && this.#stopWords.find(this.bytes, from, to, hash) >= 0) return from;
    this.#push(from, to, hash);
    this.bytes[to] = SPACE;
    return to + 1;
  }

  #push(from: number, to: number, hash: number): void {
    const i = this.length++;
    if (i === this.starts.length) {
      const size = 2 * i;
      [this.starts, this.ends] = [longer(this.starts, size), longer(this.ends, size)];
      const hashes = new Uint32Array(size);
      hashes.set(this.hashes);
      this.hashes = hashes;
    }
    this.starts[i] = from;
    this.ends[i] = to;
    this.hashes[i] = hash;
  }

  /** Adds rows of words to the words, which stand with a space between them; takes the words away where rows begin with more than one. */
  #join(low: number, high: number): void {
    const words = this.length;
    const first = this.starts.slice(0, words);
    const last = this.ends.slice(0, words);
    this.length = 0;
    for (let size = low; size <= high; size++)
      for (let i = 0; i + size <= words; i++) {
        const from = first[i]!;
        const to = last[i + size - 1]!;
        this.#push(from, to, hashOf(this.bytes, from, to));
      }
  }
}

function longer(array: Int32Array, size: number): Int32Array<ArrayBuffer> {
  const doubled = new Int32Array(size);
  doubled.set(array);
  return doubled;
}
