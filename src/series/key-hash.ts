/**
 * Hashes keys to 32 bits: a multiply and a shift a code unit (as FNV-1a, with a multiplier out of the seed), then the finalizer of
 * MurmurHash3 (Appleby, public domain), which spreads every bit over all others.
 *
 * Keyed by `seed`, so that colliding keys cannot be prepared by who does not know it; not a cryptographic promise.
 */
export class KeyHash {
  readonly seed: number;
  readonly #start: number;
  readonly #multiplier: number;

  constructor(seed: number) {
    this.seed = seed >>> 0;
    this.#start = finalize(this.seed ^ 0x9e3779b9);
    this.#multiplier = finalize(this.seed + 0x7f4a7c15) | 1;
  }

  /** O(length). */
  ofText(key: string): number {
    const multiplier = this.#multiplier;
    const { length } = key;
    let hash = this.#start;
    for (let i = 0; i < length; i++) {
      hash = Math.imul(hash ^ key.charCodeAt(i), multiplier);
      hash ^= hash >>> 15;
    }
    return finalize(hash ^ length);
  }

  /** The same for the text whose `length` code units lie at `start` in `bytes`, in one byte each or, when `wide`, in two. */
  ofBytes(bytes: Uint8Array, start: number, length: number, wide: boolean): number {
    const multiplier = this.#multiplier;
    let hash = this.#start;
    for (let i = 0; i < length; i++) {
      const unit = wide ? bytes[start + 2 * i]! | (bytes[start + 2 * i + 1]! << 8) : bytes[start + i]!;
      hash = Math.imul(hash ^ unit, multiplier);
      hash ^= hash >>> 15;
    }
    return finalize(hash ^ length);
  }
}

function finalize(bits: number): number {
  let hash = bits;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
