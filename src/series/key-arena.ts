import { CorruptCheckpointError } from '../errors.js';

/** Says in the place of a length that the slot holds no key. */
export const NO_KEY = 0xffffffff;

/**
 * The texts of keys by slot, packed one behind the other in one array of bytes: one byte a code unit where all are below 256, else two,
 * little-endian. Any string is kept as it is, lone surrogates included. No JavaScript string is held.
 *
 * A removed key leaves a gap; when more than half is gaps, the arena is compacted. Up to 4 GiB of text.
 */
export class KeyArena {
  #bytes: Uint8Array;
  /** Per slot: first byte, and 2 · code units + (1 if two bytes each); `NO_KEY` in the second place of an empty slot. */
  #spans: Uint32Array;
  #used = 0;
  #gaps = 0;
  /** Slots 0 … slots − 1 have been in use. */
  #slots = 0;
  /** Whether keys lie in the order of their slots. */
  #ordered = true;

  constructor(bytes: Uint8Array = new Uint8Array(1024), capacity = 64) {
    this.#bytes = bytes;
    this.#spans = new Uint32Array(2 * capacity);
  }

  /** One more than the largest slot that has been in use. */
  get slots(): number {
    return this.#slots;
  }
  /** Memory, in bytes. */
  get byteLength(): number {
    return this.#bytes.byteLength + this.#spans.byteLength;
  }

  has(slot: number): boolean {
    return slot < this.#slots && this.#spans[2 * slot + 1] !== NO_KEY;
  }

  /** Stores `key` as that of `slot`, which is empty and at most `slots`. O(length), amortized. */
  set(slot: number, key: string): void {
    const { length } = key;
    let wide = 0;
    for (let i = 0; i < length && wide === 0; i++) if (key.charCodeAt(i) > 255) wide = 1;
    const start = this.#used;
    this.#reserve(length << wide);
    if (slot >= this.#slots) this.#addSlot();
    else this.#ordered = false;
    const bytes = this.#bytes;
    if (wide === 0) for (let i = 0; i < length; i++) bytes[start + i] = key.charCodeAt(i);
    else
      for (let i = 0; i < length; i++) {
        const unit = key.charCodeAt(i);
        bytes[start + 2 * i] = unit;
        bytes[start + 2 * i + 1] = unit >>> 8;
      }
    this.#spans[2 * slot] = start;
    this.#spans[2 * slot + 1] = 2 * length + wide;
    this.#used += length << wide;
  }

  /** Empties `slot`, which has a key. O(1), amortized. */
  remove(slot: number): void {
    this.#gaps += byteLengthOf(this.#spans[2 * slot + 1]!);
    this.#spans[2 * slot + 1] = NO_KEY;
    if (this.#gaps > this.#used / 2 && this.#used > 4096) this.#compact();
  }

  /** Whether `key` is that of `slot`. O(length). */
  equals(slot: number, key: string): boolean {
    const size = this.#spans[2 * slot + 1]!;
    const { length } = key;
    if (size >>> 1 !== length || size === NO_KEY) return false;
    const bytes = this.#bytes;
    const start = this.#spans[2 * slot]!;
    if ((size & 1) === 0) {
      for (let i = 0; i < length; i++) if (bytes[start + i] !== key.charCodeAt(i)) return false;
      return true;
    }
    for (let i = 0; i < length; i++)
      if ((bytes[start + 2 * i]! | (bytes[start + 2 * i + 1]! << 8)) !== key.charCodeAt(i)) return false;
    return true;
  }

  /** Whether two slots hold the same key. */
  same(slot: number, other: number): boolean {
    const spans = this.#spans;
    if (spans[2 * slot + 1] !== spans[2 * other + 1]) return false;
    const bytes = this.#bytes;
    const start = spans[2 * slot]!;
    const shift = spans[2 * other]! - start;
    const end = start + byteLengthOf(spans[2 * slot + 1]!);
    for (let i = start; i < end; i++) if (bytes[i] !== bytes[i + shift]) return false;
    return true;
  }

  /** The key of `slot`, which has one. O(length). */
  textOf(slot: number): string {
    const start = this.#spans[2 * slot]!;
    const size = this.#spans[2 * slot + 1]!;
    const length = size >>> 1;
    let text = '';
    for (let i = 0; i < length; i += 4096) {
      const end = Math.min(i + 4096, length);
      text +=
        (size & 1) === 0
          ? String.fromCharCode(...this.#bytes.subarray(start + i, start + end))
          : String.fromCharCode(...Array.from({ length: end - i }, (_, k) => this.#wideUnit(start + 2 * (i + k))));
    }
    return text;
  }

  /** The hash of the key of `slot`. */
  hashOf(
    slot: number,
    hash: { ofBytes(bytes: Uint8Array, start: number, length: number, wide: boolean): number },
  ): number {
    const size = this.#spans[2 * slot + 1]!;
    return hash.ofBytes(this.#bytes, this.#spans[2 * slot]!, size >>> 1, (size & 1) === 1);
  }

  /** `sizes` by slot, 2 · code units + (1 if two bytes each) or `NO_KEY`; and the keys without gaps, in the order of their slots. */
  toParts(): { sizes: Uint32Array; bytes: Uint8Array } {
    if (!this.#ordered || this.#gaps > 0) this.#compact();
    const sizes = Uint32Array.from({ length: this.#slots }, (_, slot) => this.#spans[2 * slot + 1]!);
    return { sizes, bytes: this.#bytes.subarray(0, this.#used) };
  }

  /**
   * The arena that `toParts` described. Takes `bytes` over.
   * @throws CorruptCheckpointError when the sizes do not add up to the bytes
   */
  static fromParts(sizes: Uint32Array, bytes: Uint8Array): KeyArena {
    const arena = new KeyArena(bytes, Math.max(64, sizes.length));
    const spans = arena.#spans;
    let start = 0;
    for (let slot = 0; slot < sizes.length; slot++) {
      const size = sizes[slot]!;
      const end = start + (size === NO_KEY ? 0 : byteLengthOf(size));
      if (end > bytes.length) throw new CorruptCheckpointError(`keys: that of slot ${slot} ends beyond the key text`);
      spans[2 * slot] = start;
      spans[2 * slot + 1] = size;
      start = end;
    }
    if (start !== bytes.length)
      throw new CorruptCheckpointError(`keys: ${bytes.length} bytes of key text, their sizes add up to ${start}`);
    arena.#used = start;
    arena.#slots = sizes.length;
    return arena;
  }

  /** Whether the key of `slot` takes two bytes a code unit without need: no key has two forms. */
  isOverwide(slot: number): boolean {
    const size = this.#spans[2 * slot + 1]!;
    if (size === NO_KEY || (size & 1) === 0) return false;
    const start = this.#spans[2 * slot]!;
    for (let at = start + 1; at < start + (size ^ 1); at += 2) if (this.#bytes[at] !== 0) return false;
    return true;
  }

  #wideUnit(at: number): number {
    return this.#bytes[at]! | (this.#bytes[at + 1]! << 8);
  }

  #addSlot(): void {
    if (2 * this.#slots >= this.#spans.length) {
      const longer = new Uint32Array(2 * this.#spans.length);
      longer.set(this.#spans);
      this.#spans = longer;
    }
    this.#slots++;
  }

  #reserve(length: number): void {
    const needed = this.#used + length;
    if (needed <= this.#bytes.length) return;
    if (needed > NO_KEY) throw new RangeError('the keys of a table may take 4 GiB');
    const longer = new Uint8Array(Math.min(NO_KEY, Math.max(needed, 2 * this.#bytes.length)));
    longer.set(this.#bytes.subarray(0, this.#used));
    this.#bytes = longer;
  }

  #compact(): void {
    const from = this.#bytes;
    const spans = this.#spans;
    const used = this.#used - this.#gaps;
    const to = new Uint8Array(Math.max(1024, used + (used >>> 2)));
    let end = 0;
    for (let slot = 0; slot < this.#slots; slot++) {
      const size = spans[2 * slot + 1]!;
      if (size === NO_KEY) continue;
      const length = byteLengthOf(size);
      const start = spans[2 * slot]!;
      for (let i = 0; i < length; i++) to[end + i] = from[start + i]!;
      spans[2 * slot] = end;
      end += length;
    }
    this.#bytes = to;
    this.#used = end;
    this.#gaps = 0;
    this.#ordered = true;
  }
}

function byteLengthOf(size: number): number {
  return (size >>> 1) * (1 + (size & 1));
}
