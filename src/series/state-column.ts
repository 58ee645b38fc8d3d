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

  /** The states of slots 0 … slots − 1 one behind the other, in views; not for growable columns. */
  *pages(slots: number): Generator<Float64Array> {
    const perPage = this.#mask + 1;
    for (let first = 0; first < slots; first += perPage) {
      const doubles = Math.min(perPage, slots - first) * this.stride;
      yield this.#pages[first >>> this.#shift]?.subarray(0, doubles) ?? new Float64Array(doubles);
    }
  }

  /** Takes over states that lie one behind the other; not for growable columns. Whole pages stay views of `states`. */
  adopt(states: Float64Array): void {
    const doubles = (this.#mask + 1) * this.stride;
    for (let start = 0, index = 0; start < states.length; start += doubles, index++) {
      if (start + doubles <= states.length) this.#pages[index] = states.subarray(start, start + doubles);
      else this.#addPage(index).set(states.subarray(start));
    }
  }

  #addPage(index: number): Float64Array {
    const page = new Float64Array((this.#mask + 1) * this.stride);
    while (this.#pages.length < index) this.#pages.push(undefined);
    this.#pages[index] = page;
    return page;
  }
}
