/** Words that a key of `size` takes, `size` being as in `PackedKey`. */
export function wordsOfKey(size: number): number {
  return size % 2 === 0 ? Math.ceil(size / 8) : ((size >>> 1) + 1) >>> 1;
}

/**
 * A key packed into words, and its hash: four code units a word where all are below 256, else two; the first in the lowest bits, the last
 * word filled up with zeros. Any string has exactly one packed form, lone surrogates included.
 *
 * The hash takes a multiply and a shift a word (as FNV-1a, the multiplier out of the seed), then the finalizer of MurmurHash3 (Appleby,
 * public domain), which spreads every bit over all others. It is keyed by `seed`, so that colliding keys cannot be prepared by who does
 * not know it; not a cryptographic promise.
 */
export class PackedKey {
  readonly seed: number;
  words = new Uint32Array(64);
  /** Words in use. */
  length = 0;
  /** 2 · code units, and 1 more where they take two bytes each. */
  size = 0;
  /** Signed, for such integers an object holds without a box. */
  hash = 0;
  readonly #start: number;
  readonly #multiplier: number;

  constructor(seed: number) {
    this.seed = seed >>> 0;
    this.#start = finalize(this.seed ^ 0x9e3779b9);
    this.#multiplier = finalize(this.seed + 0x7f4a7c15) | 1;
  }

  /** Packs `key`. O(length). */
  pack(key: string): void {
    const units = key.length;
    this.length = (units + 3) >>> 2;
    this.size = 2 * units;
    if (this.length > this.words.length) this.words = new Uint32Array(2 * this.length);
    const { words } = this;
    const multiplier = this.#multiplier;
    let hash = this.#start;
    let all = 0;
    let i = 0;
    let at = 0;
    for (; i + 3 < units; i += 4) {
      const a = key.charCodeAt(i);
      const b = key.charCodeAt(i + 1);
      const c = key.charCodeAt(i + 2);
      const d = key.charCodeAt(i + 3);
      all |= a | b | c | d;
      const word = a | (b << 8) | (c << 16) | (d << 24);
      words[at++] = word;
      hash = Math.imul(hash ^ word, multiplier);
      hash ^= hash >>> 15;
    }
    if (i < units) {
      let word = 0;
      for (let shift = 0; i < units; i++, shift += 8) {
        const unit = key.charCodeAt(i);
        all |= unit;
        word |= unit << shift;
      }
      words[at] = word;
      hash = Math.imul(hash ^ word, multiplier);
      hash ^= hash >>> 15;
    }
    if (all > 255) this.#packWide(key);
    else this.hash = finalize(hash ^ this.size);
  }

  /** The hash of the key of `size` whose words are at `start` in `words`. */
  hashOf(words: Uint32Array, start: number, size: number): number {
    const multiplier = this.#multiplier;
    const end = start + wordsOfKey(size);
    let hash = this.#start;
    for (let i = start; i < end; i++) {
      hash = Math.imul(hash ^ words[i]!, multiplier);
      hash ^= hash >>> 15;
    }
    return finalize(hash ^ size);
  }

  #packWide(key: string): void {
    const units = key.length;
    this.length = (units + 1) >>> 1;
    this.size = 2 * units + 1;
    if (this.length > this.words.length) this.words = new Uint32Array(2 * this.length);
    for (let i = 0; i < units; i += 2)
      this.words[i >>> 1] = key.charCodeAt(i) | (i + 1 < units ? key.charCodeAt(i + 1) << 16 : 0);
    this.hash = this.hashOf(this.words, 0, this.size);
  }
}

function finalize(bits: number): number {
  let hash = bits;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
