import type { SeriesWatcher } from './series-watcher.js';

/**
 * The series of a table that have changed since they were last written down, each once, and those that are gone.
 *
 * Noting a change is O(1) and allocates nothing but the arrays' growth.
 */
export class ChangedSeries implements SeriesWatcher {
  /** Where the record being worked on stands in its source: what is noted with each series that it changes. */
  position = 0;
  /** Slots in the order in which they first changed; one that was given up since is not marked any more. */
  #slots = new Uint32Array(64);
  #length = 0;
  /** By slot: 1 when it is among `#slots`. */
  #marks = new Uint8Array(64);
  /** By slot: the position at which it was last seen. */
  #positions = new Float64Array(64);
  #gone: string[] = [];

  seen(slot: number): void {
    if (slot >= this.#marks.length) this.#growSlots(slot + 1);
    this.#positions[slot] = this.position;
    if (this.#marks[slot] === 1) return;
    this.#marks[slot] = 1;
    if (this.#length === this.#slots.length) {
      const longer = new Uint32Array(2 * this.#length);
      longer.set(this.#slots);
      this.#slots = longer;
    }
    this.#slots[this.#length++] = slot;
  }

  forgotten(slot: number, key: string): void {
    if (slot < this.#marks.length) this.#marks[slot] = 0;
    this.#gone.push(key);
  }

  /** Notes where a series was last seen, as it was written down, without calling it changed. */
  place(slot: number, position: number): void {
    if (slot >= this.#marks.length) this.#growSlots(slot + 1);
    this.#positions[slot] = position;
  }

  positionOf(slot: number): number {
    return this.#positions[slot]!;
  }

  get isEmpty(): boolean {
    return this.#length === 0 && this.#gone.length === 0;
  }

  /** Hands over everything and begins anew: first the keys that are gone, of which one may have begun again since, then the slots. */
  drain(gone: (key: string) => void, changed: (slot: number) => void): void {
    for (const key of this.#gone) gone(key);
    this.#gone = [];
    for (let i = 0; i < this.#length; i++) {
      const slot = this.#slots[i]!;
      if (this.#marks[slot] === 0) continue; // given up, or handed over already after it was given to another key
      this.#marks[slot] = 0;
      changed(slot);
    }
    this.#length = 0;
  }

  #growSlots(needed: number): void {
    const length = Math.max(needed, 2 * this.#marks.length);
    const marks = new Uint8Array(length);
    marks.set(this.#marks);
    this.#marks = marks;
    const positions = new Float64Array(length);
    positions.set(this.#positions);
    this.#positions = positions;
  }
}
