import { CorruptCheckpointError } from '../errors.js';
import { type PackedKey, wordsOfKey } from './packed-key.js';

/** Words before those of the key: its slot and its size. */
const HEADER = 2;
/** Says that a slot has no key. */
const NONE = 0xffffffff;

/**
 * Packed keys one behind the other in one array of words, each with its slot and size before it, so that a look-up that knows where a key
 * is reads one place of memory. No JavaScript string is held.
 *
 * A removed key leaves a gap; when more than half is gaps, the arena wants to be compacted. Up to 16 GiB.
 */
export class KeyArena {
  #words: Uint32Array = new Uint32Array(256);
  /** Where the key of each slot begins. */
  #starts = new Uint32Array(64);
  #used = 0;
  #gaps = 0;
  #slots = 0;
  /** Whether keys lie in the order of their slots. */
  #isOrdered = true;

  /** One more than the largest slot that has been in use. */
  get slots(): number {
    return this.#slots;
  }
  /** Memory, in bytes. */
  get byteLength(): number {
    return this.#words.byteLength + this.#starts.byteLength;
  }
  /** Whether more than half of a sizable arena is gaps. */
  get isSparse(): boolean {
    return this.#gaps > this.#used / 2 && this.#used > 1024;
  }
  /** Whether keys lie without gaps in the order of their slots. */
  get isTidy(): boolean {
    return this.#isOrdered && this.#gaps === 0;
  }

  has(slot: number): boolean {
    return slot < this.#slots && this.#starts[slot] !== NONE;
  }

  /** Where the key of `slot` begins. */
  startOf(slot: number): number {
    return this.#starts[slot]!;
  }

  /** The slot of the key at `start` when that is `key`; −1 when it is another. */
  slotIf(start: number, key: PackedKey): number {
    const words = this.#words;
    if (words[start + 1] !== key.size) return -1;
    const packed = key.words;
    for (let i = key.length - 1; i >= 0; i--) if (words[start + HEADER + i] !== packed[i]) return -1;
    return words[start]!;
  }

  /** Whether the same key lies at two places. */
  same(start: number, other: number): boolean {
    const words = this.#words;
    const length = 1 + wordsOfKey(words[start + 1]!);
    for (let i = 1; i <= length; i++) if (words[start + i] !== words[other + i]) return false;
    return true;
  }

  /** Stores `key` as that of `slot`, which is empty and at most `slots`. Says where it begins. */
  set(slot: number, key: PackedKey): number {
    const start = this.#used;
    this.#reserve(HEADER + key.length);
    if (slot >= this.#slots) this.#addSlot();
    else this.#isOrdered = false;
    const words = this.#words;
    words[start] = slot;
    words[start + 1] = key.size;
    for (let i = 0; i < key.length; i++) words[start + HEADER + i] = key.words[i]!;
    this.#starts[slot] = start;
    this.#used += HEADER + key.length;
    return start;
  }

  /** Empties `slot`, which has a key. */
  remove(slot: number): void {
    this.#gaps += HEADER + wordsOfKey(this.#words[this.#starts[slot]! + 1]!);
    this.#starts[slot] = NONE;
  }

  /** The key of `slot`, which has one. O(length). */
  textOf(slot: number): string {
    const start = this.#starts[slot]!;
    const size = this.#words[start + 1]!;
    const length = size >>> 1;
    const perWord = size % 2 === 0 ? 4 : 2;
    const bits = 32 / perWord;
    const first = start + HEADER;
    let text = '';
    for (let from = 0; from < length; from += 4096) {
      const units = new Uint16Array(Math.min(4096, length - from));
      for (let k = 0, i = from; k < units.length; k++, i++)
        units[k] = (this.#words[first + Math.floor(i / perWord)]! >>> (bits * (i % perWord))) & (2 ** bits - 1);
      text += String.fromCharCode(...units);
    }
    return text;
  }

  /** The hash of the key at `start`. */
  hashOf(start: number, hasher: PackedKey): number {
    return hasher.hashOf(this.#words, start + HEADER, this.#words[start + 1]!);
  }

  /** Closes the gaps and puts the keys in the order of their slots. Gives the new start of the key that began at an old one. */
  compact(): (start: number) => number {
    const from = this.#words;
    const to = new Uint32Array(Math.max(256, Math.ceil((this.#used - this.#gaps) * 1.25)));
    let end = 0;
    for (let slot = 0; slot < this.#slots; slot++) {
      const start = this.#starts[slot]!;
      if (start === NONE) continue;
      const length = HEADER + wordsOfKey(from[start + 1]!);
      for (let i = 0; i < length; i++) to[end + i] = from[start + i]!;
      from[start] = end; // where it has gone
      this.#starts[slot] = end;
      end += length;
    }
    this.#words = to;
    this.#used = end;
    this.#gaps = 0;
    this.#isOrdered = true;
    return (start) => from[start]!;
  }

  /** The words in use, a view. Of a tidy arena they are what `fromWords` takes. */
  get words(): Uint32Array {
    return this.#words.subarray(0, this.#used);
  }

  /**
   * The tidy arena of these words, which it takes over, with so many slots.
   * @throws CorruptCheckpointError when the words are no keys in the order of their slots
   */
  static fromWords(words: Uint32Array, slots: number): KeyArena {
    const arena = new KeyArena();
    arena.#words = words;
    arena.#starts = new Uint32Array(Math.max(64, slots)).fill(NONE);
    arena.#used = words.length;
    arena.#slots = slots;
    let least = 0;
    for (let start = 0; start < words.length; ) {
      const slot = words[start]!;
      const size = words[start + 1] ?? 0;
      const end = start + HEADER + wordsOfKey(size);
      if (!(slot >= least && slot < slots))
        throw new CorruptCheckpointError(`keys: slot ${slot} is out of order or beyond the ${slots} slots`);
      if (end > words.length) throw new CorruptCheckpointError(`keys: that of slot ${slot} ends beyond the keys`);
      if (!isPacked(words, start + HEADER, end, size))
        throw new CorruptCheckpointError(`keys: that of slot ${slot} is not in its packed form`);
      arena.#starts[slot] = start;
      least = slot + 1;
      start = end;
    }
    return arena;
  }

  #addSlot(): void {
    if (this.#slots === this.#starts.length) {
      const longer = new Uint32Array(2 * this.#slots);
      longer.set(this.#starts);
      this.#starts = longer;
    }
    this.#slots++;
  }

  #reserve(length: number): void {
    const needed = this.#used + length;
    if (needed <= this.#words.length) return;
    if (needed >= NONE) throw new RangeError('the keys of a table may take 16 GiB');
    const longer = new Uint32Array(Math.min(NONE, Math.max(needed, 2 * this.#words.length)));
    longer.set(this.words);
    this.#words = longer;
  }
}

/** Whether words are as `PackedKey` makes them: zeros behind the last code unit, and two bytes each only where one needs them. */
function isPacked(words: Uint32Array, start: number, end: number, size: number): boolean {
  const rest = (size >>> 1) % (size % 2 === 0 ? 4 : 2);
  if (rest > 0 && words[end - 1]! >>> (rest * (size % 2 === 0 ? 8 : 16)) !== 0) return false;
  if (size % 2 === 0) return true;
  for (let i = start; i < end; i++) if ((words[i]! & 0xff00ff00) !== 0) return true;
  return false;
}
