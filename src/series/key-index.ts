import { CorruptCheckpointError } from '../errors.js';
import { KeyArena } from './key-arena.js';
import { PackedKey } from './packed-key.js';

/** Words of a bucket. */
const WIDTH = 3;

/** Keys up to which those of an index are also kept as strings, and how long one is at most. */
const FAMILIAR = 65_536;
const FAMILIAR_LENGTH = 64;

/** A key index as arrays: what a checkpoint keeps. */
export interface KeyIndexParts {
  seed: number;
  /** Of each key in the order of slots: its slot, its size, and its packed form. */
  words: Uint32Array;
  /** Free slots; the last is the next to be used. */
  free: Uint32Array;
}

/**
 * Gives every key a slot: dense integers from 0 on, the slots of deleted keys first. Any string is a key.
 *
 * Open addressing with linear probing; a bucket is the hash of a key, its slot, and where its text lies, so that a look-up reads two
 * places of memory and the caller's read of the state need not wait for the second. Deletion shifts back what followed (Knuth, TAOCP 6.4, algorithm R), so that there are no tombstones. Holds no JavaScript
 * string or object per key beyond 65,536 keys: about 40 bytes a key, and the key itself. All operations are O(length of the key), amortized.
 *
 * `seed` keys the hash: give a random one where keys come from strangers.
 */
export class KeyIndex {
  /** The key being looked for, packed. */
  #key: PackedKey;
  #arena = new KeyArena();
  /** `[hash, slot + 1, start]` a bucket, 0 in the second place of an empty one; the number of buckets is a power of two. */
  #buckets = new Int32Array(WIDTH * 64);
  #mask = 63;
  #size = 0;
  /**
   * Keys that were seen again, as long as there are few: V8 keeps the hash of a string with it, so that a look-up takes a third of what
   * packing does. Not those seen once, which may be gone before they come again.
   */
  #familiar: Map<string, number> | undefined = new Map();
  /** By slot, what is in `#familiar`. */
  #texts: (string | undefined)[] = [];
  /** A stack of the free slots. */
  #free: Uint32Array = new Uint32Array(16);
  #freeLength = 0;

  constructor(seed = 0) {
    this.#key = new PackedKey(seed);
  }

  /** Keys. */
  get size(): number {
    return this.#size;
  }
  /** One more than the largest slot that has been in use. */
  get slots(): number {
    return this.#arena.slots;
  }
  /** Memory, in bytes, without the strings of familiar keys. */
  get byteLength(): number {
    return this.#arena.byteLength + this.#buckets.byteLength + this.#free.byteLength;
  }

  /** The slot of `key`; −1 when it has none. */
  find(key: string): number {
    return this.#familiar?.get(key) ?? this.#search(key);
  }

  /** The slot of `key`, which is given one when it has none. */
  insert(key: string): number {
    const found = this.find(key);
    return found >= 0 ? found : this.insertSought();
  }

  /** A slot for the key that `find` has just said has none. */
  insertSought(): number {
    const slot = this.#freeLength > 0 ? this.#free[this.#freeLength - 1]! : this.#arena.slots;
    if (4 * (this.#size + 1) > 3 * (this.#mask + 1)) this.#growBuckets();
    const start = this.#arena.set(slot, this.#key);
    this.#place(this.#key.hash, slot, start);
    if (this.#freeLength > 0) this.#freeLength--;
    this.#size++;
    return slot;
  }

  /** `find` of a key that is not familiar; leaves it packed. */
  #search(key: string): number {
    this.#key.pack(key);
    const slot = this.#findPacked();
    if (slot >= 0 && this.#familiar !== undefined && key.length <= FAMILIAR_LENGTH) this.#remember(key, slot);
    return slot;
  }

  #remember(key: string, slot: number): void {
    if (this.#size > FAMILIAR) {
      this.#familiar = undefined;
      this.#texts = [];
      return;
    }
    const text = ownCopy(key);
    this.#familiar!.set(text, slot);
    while (this.#texts.length < slot) this.#texts.push(undefined);
    this.#texts[slot] = text;
  }

  #forget(slot: number): void {
    const text = this.#texts[slot];
    if (text === undefined) return;
    this.#familiar?.delete(text);
    this.#texts[slot] = undefined;
  }

  /** The slot that `key` had; −1 when it had none. */
  delete(key: string): number {
    const slot = this.find(key);
    if (slot >= 0) this.deleteSlot(slot);
    return slot;
  }

  /** Deletes the key of `slot`, which has one. */
  deleteSlot(slot: number): void {
    this.#forget(slot);
    this.#vacate(slot);
    this.#arena.remove(slot);
    this.#size--;
    if (this.#freeLength === this.#free.length) {
      const longer = new Uint32Array(2 * this.#free.length);
      longer.set(this.#free);
      this.#free = longer;
    }
    this.#free[this.#freeLength++] = slot;
    if (this.#arena.isSparse) this.#compact();
  }

  /** Whether `slot` has a key. */
  has(slot: number): boolean {
    return this.#arena.has(slot);
  }

  /** The key of `slot`; undefined when it has none. Makes a string at each call. */
  keyOf(slot: number): string | undefined {
    return this.#arena.has(slot) ? this.#arena.textOf(slot) : undefined;
  }

  /** `[key, slot]` in the order of the slots. Keys must not be added or deleted meanwhile. */
  *[Symbol.iterator](): Generator<[key: string, slot: number]> {
    for (let slot = 0; slot < this.#arena.slots; slot++) if (this.has(slot)) yield [this.#arena.textOf(slot), slot];
  }

  /** `words` is a view that the next insertion may change. */
  toParts(): KeyIndexParts {
    if (!this.#arena.isTidy) this.#compact();
    return { seed: this.#key.seed, words: this.#arena.words, free: this.#free.slice(0, this.#freeLength) };
  }

  /**
   * The index that `toParts` described, slots included. Takes `words` over. O(total length of the keys); makes no string.
   * @param slots keys and free slots together
   * @throws CorruptCheckpointError when the parts contradict each other
   */
  static fromParts({ seed, words, free }: KeyIndexParts, slots: number): KeyIndex {
    // A key takes two words and a free slot one, so that nothing is allocated by a number alone.
    if (!(slots <= words.length / 2 + free.length))
      throw new CorruptCheckpointError(`keys: ${slots} slots, there are not so many keys and free slots`);
    const index = new KeyIndex(seed);
    index.#arena = KeyArena.fromWords(words, slots);
    if (free.length > 0) index.#free = free;
    index.#freeLength = free.length;
    index.#size = slots - free.length;
    const isFree = new Uint8Array(slots);
    for (const slot of free) {
      if (slot >= slots || index.has(slot) || isFree[slot] === 1)
        throw new CorruptCheckpointError(`free slots: ${slot} has a key, comes twice, or is no slot`);
      isFree[slot] = 1;
    }
    for (let slot = 0; slot < slots; slot++)
      if (!index.has(slot) && isFree[slot] === 0)
        throw new CorruptCheckpointError(`keys: slot ${slot} has none and is not free`);
    // Keys made to collide under one seed do not collide under the next.
    for (let attempt = 0; !index.#rebuild(); attempt++) {
      if (attempt === 4) throw new CorruptCheckpointError('keys: they were made to collide');
      index.#key = new PackedKey(index.#key.seed + 1);
    }
    return index;
  }

  #findPacked(): number {
    const key = this.#key;
    const arena = this.#arena;
    const buckets = this.#buckets;
    const mask = this.#mask;
    const { hash } = key;
    for (let i = hash & mask; ; i = (i + 1) & mask) {
      const entry = buckets[WIDTH * i + 1]!;
      if (entry === 0) return -1;
      if (buckets[WIDTH * i] === hash && arena.equals(buckets[WIDTH * i + 2]! >>> 0, key)) return entry - 1;
    }
  }

  /** Makes the buckets anew; false when that takes far too many steps. */
  #rebuild(): boolean {
    const arena = this.#arena;
    let capacity = 64;
    while (3 * capacity < 4 * this.#size) capacity *= 2;
    const buckets = new Int32Array(WIDTH * capacity);
    const mask = capacity - 1;
    let steps = 64 * this.#size + 1024; // random keys take 2.5 each at the fullest
    for (let slot = 0; slot < arena.slots; slot++) {
      if (!arena.has(slot)) continue;
      const start = arena.startOf(slot);
      const hash = arena.hashOf(start, this.#key);
      let i = hash & mask;
      for (; buckets[WIDTH * i + 1] !== 0; i = (i + 1) & mask) {
        if (buckets[WIDTH * i] === hash && arena.same(start, buckets[WIDTH * i + 2]! >>> 0))
          throw new CorruptCheckpointError(`keys: that of slot ${slot} comes twice`);
        if (--steps < 0) return false;
      }
      buckets[WIDTH * i] = hash;
      buckets[WIDTH * i + 1] = slot + 1;
      buckets[WIDTH * i + 2] = start;
    }
    this.#buckets = buckets;
    this.#mask = mask;
    return true;
  }

  #compact(): void {
    this.#arena.compact();
    const buckets = this.#buckets;
    for (let i = 0; i < buckets.length; i += WIDTH)
      if (buckets[i + 1] !== 0) buckets[i + 2] = this.#arena.startOf(buckets[i + 1]! - 1);
  }

  #place(hash: number, slot: number, start: number): void {
    const buckets = this.#buckets;
    const mask = this.#mask;
    let i = hash & mask;
    while (buckets[WIDTH * i + 1] !== 0) i = (i + 1) & mask;
    buckets[WIDTH * i] = hash;
    buckets[WIDTH * i + 1] = slot + 1;
    buckets[WIDTH * i + 2] = start;
  }

  #growBuckets(): void {
    const old = this.#buckets;
    this.#buckets = new Int32Array(2 * old.length);
    this.#mask = 2 * this.#mask + 1;
    for (let i = 0; i < old.length; i += WIDTH)
      if (old[i + 1] !== 0) this.#place(old[i]!, old[i + 1]! - 1, old[i + 2]!);
  }

  /** Takes out the bucket of `slot`, and moves up those behind it that would not be found any more. */
  #vacate(slot: number): void {
    const buckets = this.#buckets;
    const mask = this.#mask;
    let hole = this.#arena.hashOf(this.#arena.startOf(slot), this.#key) & mask;
    while (buckets[WIDTH * hole + 1] !== slot + 1) hole = (hole + 1) & mask;
    for (let i = (hole + 1) & mask; buckets[WIDTH * i + 1] !== 0; i = (i + 1) & mask) {
      const home = buckets[WIDTH * i]! & mask;
      if (((i - home) & mask) < ((i - hole) & mask)) continue; // its home is behind the hole
      buckets.copyWithin(WIDTH * hole, WIDTH * i, WIDTH * (i + 1));
      hole = i;
    }
    buckets.fill(0, WIDTH * hole, WIDTH * (hole + 1));
  }
}

/** A string that keeps no other one alive: V8 (as of Node 24) makes those of 13 characters and more by pointing into what they were cut from. */
function ownCopy(key: string): string {
  return key.length < 13 ? key : ` ${key}`.slice(1);
}
