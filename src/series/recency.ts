/** Says that there is no slot. */
const NONE = 0xffffffff;

/** The slots of a table from the one not seen for longest to the one seen last: a linked list in arrays. Every operation is O(1). */
export class Recency {
  #before = new Uint32Array(64);
  #after = new Uint32Array(64);
  #seen = new Float64Array(64);
  #oldest = NONE;
  #newest = NONE;

  get byteLength(): number {
    return 2 * this.#before.byteLength + this.#seen.byteLength;
  }

  /** The slot not seen for longest; −1 when there is none. */
  get oldest(): number {
    return this.#oldest === NONE ? -1 : this.#oldest;
  }

  /** When `slot` was last seen; −Infinity when that was before there was a time. */
  seenAt(slot: number): number {
    return this.#seen[slot]!;
  }

  /** Adds a slot as seen now. */
  add(slot: number, now: number): void {
    if (slot >= this.#seen.length) this.#grow(slot + 1);
    this.#seen[slot] = now;
    this.#before[slot] = this.#newest;
    this.#after[slot] = NONE;
    if (this.#newest === NONE) this.#oldest = slot;
    else this.#after[this.#newest] = slot;
    this.#newest = slot;
  }

  remove(slot: number): void {
    const before = this.#before[slot]!;
    const after = this.#after[slot]!;
    if (before === NONE) this.#oldest = after;
    else this.#after[before] = after;
    if (after === NONE) this.#newest = before;
    else this.#before[after] = before;
  }

  touch(slot: number, now: number): void {
    if (this.#newest === slot) {
      this.#seen[slot] = now;
      return;
    }
    this.remove(slot);
    this.add(slot, now);
  }

  /** Makes all of them seen at `now`. O(slots). */
  restamp(now: number): void {
    this.#seen.fill(now);
  }

  /** Slots from oldest to newest. The list must not change meanwhile. */
  *[Symbol.iterator](): Generator<number> {
    for (let slot = this.#oldest; slot !== NONE; slot = this.#after[slot]!) yield slot;
  }

  /** Slots from oldest to newest, and when each was seen. */
  toParts(size: number): { order: Uint32Array; seen: Float64Array } {
    const order = new Uint32Array(size);
    const seen = new Float64Array(size);
    for (let slot = this.#oldest, i = 0; slot !== NONE; slot = this.#after[slot]!, i++) {
      order[i] = slot;
      seen[i] = this.#seen[slot]!;
    }
    return { order, seen };
  }

  #grow(needed: number): void {
    const length = Math.max(needed, 2 * this.#seen.length);
    const longer = <A extends Uint32Array | Float64Array>(to: A, from: A): A => {
      to.set(from);
      return to;
    };
    this.#before = longer(new Uint32Array(length), this.#before);
    this.#after = longer(new Uint32Array(length), this.#after);
    this.#seen = longer(new Float64Array(length), this.#seen);
  }
}
