import { CorruptCheckpointError } from '../errors.js';

/** Doubles of a page: 64 kB. */
const PAGE = 8192;

/** What is aimed at the state of a series: a statistic, a scorer. */
interface Aimed {
  readonly state: Float64Array;
  aim(state: Float64Array, offset: number): unknown;
}

/**
 * The state of one field of every series of a table: `stride` doubles a slot, in pages that come into being when a slot of theirs is
 * first used, all zeros. A state that grows has a page of its own, which is replaced when it has grown.
 */
export class StateColumn {
  readonly name: string;
  /** Describes what the state means: method, memory, and whatever else shapes it. */
  readonly fingerprint: string;
  readonly stride: number;
  readonly growable: boolean;
  /** Slots a page, as a power of two. */
  readonly #shift: number;
  readonly #mask: number;
  readonly #pages: (Float64Array | undefined)[] = [];

  constructor(name: string, fingerprint: string, stride: number, growable: boolean) {
    this.name = name;
    this.fingerprint = fingerprint;
    this.stride = stride;
    this.growable = growable;
    this.#shift = growable ? 0 : Math.max(0, Math.floor(Math.log2(PAGE / stride)));
    this.#mask = (1 << this.#shift) - 1;
  }

  /** Memory of the states, in bytes. */
  get byteLength(): number {
    let bytes = 0;
    for (const page of this.#pages) bytes += page?.byteLength ?? 0;
    return bytes;
  }

  /** Turns `target` to the series in `slot`. O(1). */
  aim(target: Aimed, slot: number): void {
    const page = this.#pages[slot >>> this.#shift] ?? this.#addPage(slot >>> this.#shift);
    target.aim(page, (slot & this.#mask) * this.stride);
  }

  /** Takes the state back after `target` has learnt: a growing one may have moved to a longer array. */
  settle(target: Aimed, slot: number): void {
    if (this.growable) this.#pages[slot] = target.state;
  }

  /** Forgets the series in `slot`. */
  clear(slot: number): void {
    const index = slot >>> this.#shift;
    if (this.growable) this.#pages[index] = undefined;
    else this.#pages[index]?.fill(0, (slot & this.#mask) * this.stride, ((slot & this.#mask) + 1) * this.stride);
  }

  /** The state of `slot`, a view; empty where nothing was ever kept. */
  stateOf(slot: number): Float64Array {
    const page = this.#pages[slot >>> this.#shift];
    if (page === undefined) return new Float64Array(0);
    return this.growable
      ? page
      : page.subarray((slot & this.#mask) * this.stride, ((slot & this.#mask) + 1) * this.stride);
  }

  /** Puts `state` into `slot`: of length `stride`, or longer where the column is growable. */
  restore(slot: number, state: Float64Array): void {
    if (this.growable) {
      this.#pages[slot] = state.slice();
      return;
    }
    const index = slot >>> this.#shift;
    const page = this.#pages[index] ?? this.#addPage(index);
    page.set(state, (slot & this.#mask) * this.stride);
  }

  /** The pages by their numbers: the list stays, what is in it may be replaced. */
  get pages(): readonly (Float64Array | undefined)[] {
    return this.#pages;
  }
  pageNumberOf(slot: number): number {
    return slot >>> this.#shift;
  }

  /** The array that the state of `slot` lies in, and where it begins there; undefined where nothing was ever kept. */
  pageOf(slot: number): Float64Array | undefined {
    return this.#pages[slot >>> this.#shift];
  }
  placeOf(slot: number): number {
    return (slot & this.#mask) * this.stride;
  }

  /** The array for the state of `slot`, made when there is none: `length` doubles of its own where the column is growable. */
  roomFor(slot: number, length: number): Float64Array {
    const index = slot >>> this.#shift;
    const page = this.#pages[index];
    if (page !== undefined && (!this.growable || page.length === length)) return page;
    const room = this.#addPage(index);
    if (!this.growable || room.length === length) return room;
    this.#pages[index] = new Float64Array(length);
    return this.#pages[index]!;
  }

  /** The pages of slots 0 … slots − 1, cut behind the last of them, in views; empty where none was ever used. */
  toPages(slots: number): Float64Array[] {
    return Array.from({ length: Math.ceil(slots / (this.#mask + 1)) }, (_, index) => {
      const page = this.#pages[index] ?? new Float64Array(0);
      return this.growable ? page : page.subarray(0, this.#slotsOn(index, slots) * this.stride);
    });
  }

  /**
   * Takes over the pages that `toPages` gave: `lengths` of them, one behind the other in `states`. Whole pages stay views of `states`.
   * @throws CorruptCheckpointError when they are not those of so many slots
   */
  adopt(lengths: Uint32Array, states: Float64Array, slots: number): void {
    const count = Math.ceil(slots / (this.#mask + 1));
    if (lengths.length !== count)
      throw new CorruptCheckpointError(`state of ${this.name}: ${lengths.length} pages, ${count} expected`);
    let at = 0;
    lengths.forEach((length, index) => {
      const end = at + length;
      const expected = this.#slotsOn(index, slots) * this.stride;
      const fits = length === 0 || (this.growable ? length >= expected : length === expected);
      if (!fits || end > states.length)
        throw new CorruptCheckpointError(
          `state of ${this.name}: page ${index} has ${length} doubles, ${expected} expected and ${states.length - at} there`,
        );
      if (this.growable && length > 0) this.#pages[index] = states.slice(at, end);
      else if (length === (this.#mask + 1) * this.stride) this.#pages[index] = states.subarray(at, end);
      else if (length > 0) this.#addPage(index).set(states.subarray(at, end));
      at = end;
    });
    if (at !== states.length)
      throw new CorruptCheckpointError(`state of ${this.name}: ${states.length - at} doubles too many`);
  }

  /** Makes the states of another column of the same shape those of this one; the other is not to be used any more. */
  takeOver(other: StateColumn): void {
    this.#pages.length = 0;
    for (const page of other.#pages) this.#pages.push(page);
  }

  #slotsOn(page: number, slots: number): number {
    return Math.min(this.#mask + 1, slots - page * (this.#mask + 1));
  }

  #addPage(index: number): Float64Array {
    const page = new Float64Array((this.#mask + 1) * this.stride);
    while (this.#pages.length < index) this.#pages.push(undefined);
    this.#pages[index] = page;
    return page;
  }
}
