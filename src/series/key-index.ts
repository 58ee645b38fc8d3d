import { CorruptCheckpointError } from '../errors.js';
import { KeyArena, NO_KEY } from './key-arena.js';
import { KeyHash } from './key-hash.js';

/** A key index as arrays, without gaps: what a checkpoint keeps. */
export interface KeyIndexParts {
  seed: number;
  /** By slot: 2 · code units + (1 if two bytes each), or 0xffffffff where the slot is free. */
  sizes: Uint32Array;
  /** The texts of the keys, in the order of their slots. */
  bytes: Uint8Array;
  /** Free slots; the last is the next to be used. */
  free: Uint32Array;
}

/**
 * Gives every key a slot: dense integers from 0 on, the slots of deleted keys first. Any string is a key.
 *
 * Open addressing with linear probing; a bucket is the hash of a key and its slot + 1, side by side, so that a look-up reads one bucket
 * and one key. Deletion shifts back what followed, so that there are no tombstones. Holds no JavaScript string or object per key:
 * about 25 bytes a key and the key itself. All operations are O(length of the key), amortized.
 *
 * `seed` keys the hash: give a random one where keys come from strangers.
 */
export class KeyIndex {
  #hash: KeyHash;
  #arena = new KeyArena();
  /** `[hash, slot + 1]` a bucket, 0 in the second place of an empty one; the number of buckets is a power of two. */
  #buckets = new Uint32Array(2 * 64);
  #mask = 63;
  #size = 0;
  /** A stack of the free slots. */
  #free = new Uint32Array(16);
  #freeLength = 0;

  constructor(seed = 0) {
    this.#hash = new KeyHash(seed);
  }

  /** Keys. */
  get size(): number {
    return this.#size;
  }
  /** One more than the largest slot that has been in use. */
  get slots(): number {
    return this.#arena.slots;
  }
  /** Memory, in bytes. */
  get byteLength(): number {
    return this.#arena.byteLength + this.#buckets.byteLength + this.#free.byteLength;
  }

  /** The slot of `key`; −1 when it has none. */
  find(key: string): number {
    const buckets = this.#buckets;
    const mask = this.#mask;
    const hash = this.#hash.ofText(key);
    for (let i = hash & mask; ; i = (i + 1) & mask) {
      const entry = buckets[2 * i + 1]!;
      if (entry === 0) return -1;
      if (buckets[2 * i] === hash && this.#arena.equals(entry - 1, key)) return entry - 1;
    }
  }

  /** The slot of `key`, which is given one when it has none. */
  insert(key: string): number {
    const found = this.find(key);
    if (found >= 0) return found;
    const slot = this.#freeLength > 0 ? this.#free[this.#freeLength - 1]! : this.#arena.slots;
    this.#arena.set(slot, key); // before anything else: it may run out of memory
    if (this.#freeLength > 0) this.#freeLength--;
    if (4 * (this.#size + 1) > 3 * (this.#mask + 1)) this.#growBuckets();
    this.#place(this.#hash.ofText(key), slot);
    this.#size++;
    return slot;
  }

  /** The slot that `key` had; −1 when it had none. */
  delete(key: string): number {
    const slot = this.find(key);
    if (slot >= 0) this.deleteSlot(slot);
    return slot;
  }

  /** Deletes the key of `slot`, which has one. */
  deleteSlot(slot: number): void {
    this.#vacate(slot);
    this.#arena.remove(slot);
    this.#size--;
    if (this.#freeLength === this.#free.length) {
      const longer = new Uint32Array(2 * this.#free.length);
      longer.set(this.#free);
      this.#free = longer;
    }
    this.#free[this.#freeLength++] = slot;
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

  /** `bytes` is a view that the next insertion may change. */
  toParts(): KeyIndexParts {
    return { seed: this.#hash.seed, ...this.#arena.toParts(), free: this.#free.slice(0, this.#freeLength) };
  }

  /**
   * The index that `toParts` described, slots included. Takes `bytes` over. O(total length of the keys); makes no string.
   * @throws CorruptCheckpointError when the parts contradict each other
   */
  static fromParts({ seed, sizes, bytes, free }: KeyIndexParts): KeyIndex {
    const index = new KeyIndex(seed);
    index.#arena = KeyArena.fromParts(sizes, bytes);
    index.#free = free.length > 0 ? Uint32Array.from(free) : index.#free;
    index.#freeLength = free.length;
    const isFree = new Uint8Array(sizes.length);
    for (const slot of free) {
      if (!(slot < sizes.length) || sizes[slot] !== NO_KEY || isFree[slot] === 1)
        throw new CorruptCheckpointError(`free slots: ${slot} is not a free slot`);
      isFree[slot] = 1;
    }
    for (let slot = 0; slot < sizes.length; slot++) {
      if (sizes[slot] === NO_KEY && isFree[slot] === 0)
        throw new CorruptCheckpointError(`keys: slot ${slot} has none and is not free`);
      if (index.#arena.isOverwide(slot))
        throw new CorruptCheckpointError(`keys: that of slot ${slot} is stored too wide`);
    }
    index.#size = sizes.length - free.length;
    // Keys made to collide under one seed do not collide under the next.
    for (let attempt = 0; !index.#rebuild(); attempt++) {
      if (attempt === 4) throw new CorruptCheckpointError('keys: they were made to collide');
      index.#hash = new KeyHash(index.#hash.seed + 1);
    }
    return index;
  }

  /** Makes the buckets anew; false when that takes far too many steps. */
  #rebuild(): boolean {
    let capacity = 64;
    while (3 * capacity < 4 * this.#size) capacity *= 2;
    const buckets = new Uint32Array(2 * capacity);
    const mask = capacity - 1;
    const arena = this.#arena;
    let steps = 64 * this.#size + 1024; // random keys take 2.5 each at the fullest
    for (let slot = 0; slot < arena.slots; slot++) {
      if (!arena.has(slot)) continue;
      const hash = arena.hashOf(slot, this.#hash);
      let i = hash & mask;
      for (; buckets[2 * i + 1] !== 0; i = (i + 1) & mask) {
        const other = buckets[2 * i + 1]! - 1;
        if (buckets[2 * i] === hash && arena.same(slot, other))
          throw new CorruptCheckpointError(`keys: slots ${other} and ${slot} have the same one`);
        if (--steps < 0) return false;
      }
      buckets[2 * i] = hash;
      buckets[2 * i + 1] = slot + 1;
    }
    this.#buckets = buckets;
    this.#mask = mask;
    return true;
  }

  #place(hash: number, slot: number): void {
    const buckets = this.#buckets;
    const mask = this.#mask;
    let i = hash & mask;
    while (buckets[2 * i + 1] !== 0) i = (i + 1) & mask;
    buckets[2 * i] = hash;
    buckets[2 * i + 1] = slot + 1;
  }

  #growBuckets(): void {
    const old = this.#buckets;
    this.#buckets = new Uint32Array(2 * old.length);
    this.#mask = old.length - 1;
    for (let i = 0; i < old.length; i += 2) if (old[i + 1] !== 0) this.#place(old[i]!, old[i + 1]! - 1);
  }

  /** Takes the bucket of `slot` out, and moves up those behind it that would not be found any more (Knuth 6.4, algorithm R). */
  #vacate(slot: number): void {
    const buckets = this.#buckets;
    const mask = this.#mask;
    let hole = this.#arena.hashOf(slot, this.#hash) & mask;
    while (buckets[2 * hole + 1] !== slot + 1) hole = (hole + 1) & mask;
    for (let i = (hole + 1) & mask; buckets[2 * i + 1] !== 0; i = (i + 1) & mask) {
      const home = buckets[2 * i]! & mask;
      if (((i - home) & mask) < ((i - hole) & mask)) continue; // it lies between its home and here, behind the hole
      buckets[2 * hole] = buckets[2 * i]!;
      buckets[2 * hole + 1] = buckets[2 * i + 1]!;
      hole = i;
    }
    buckets[2 * hole] = 0;
    buckets[2 * hole + 1] = 0;
  }
}
