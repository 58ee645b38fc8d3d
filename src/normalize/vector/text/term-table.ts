import { decodeUtf8 } from '../../../codec/decode-utf8.js';

/** Doubles of an entry: what the owner counts, hash, where the text begins in the arena, its length in bytes. */
const ENTRY = 4;
const COUNT = 0;
const HASH = 1;
const PLACE = 2;
const LENGTH = 3;
/** Header: slots, entries that were ever used, doubles of text, entries that are free, the first of them plus 1, epoch. */
const SLOTS = 0;
const USED = 1;
const TEXT = 2;
const FREE = 3;
const FIRST_FREE = 4;
const EPOCH = 5;
export const TERM_TABLE_HEADER = 6;
/** Bytes that stand in one double as an integer: a state holds nothing but plain numbers. */
const PACKED = 6;
const FEWEST_SLOTS = 64;
/** A part of the slots may be used, then there are twice as many. */
const LOAD = 0.65;

/**
 * Terms of one series, each with an index that stays its own and a count that is the owner's, all within an array of doubles that may be
 * the state of a series: header, slots of an open hash table (FNV-1a), entries, text.
 *
 * Finding a term is O(its bytes). The array is replaced by a longer one as terms come; zeros are the state of no terms.
 */
export class TermTable {
  /** What begins a table of no terms. */
  static readonly stride = TERM_TABLE_HEADER;
  state: Float64Array;
  readonly #capacity: number;
  /** Doubles before the header that are the owner's own. */
  readonly #base: number;
  /** Of the state at hand, as integers: slots less 1, where entries begin, where texts do. */
  #mask = -1;
  #entries = 0;
  /** Behind room for as many entries as the slots allow. */
  #texts = 0;
  /** Where the term that is asked for stands. */
  #bytes: Uint8Array = new Uint8Array(0);
  #view: DataView = new DataView(new ArrayBuffer(0));

  /** @param capacity most terms @param base doubles in front that are the owner's */
  constructor({ capacity, base = 0 }: { capacity: number; base?: number }, state?: Float64Array) {
    this.#capacity = capacity;
    this.#base = base;
    this.state = state ?? new Float64Array(base + TERM_TABLE_HEADER);
    this.#measure();
  }

  /** Turns to the state of a series, which begins at 0. */
  aim(state: Float64Array): void {
    this.state = state;
    this.#measure();
  }

  /** Terms held. */
  get size(): number {
    return this.state[this.#base + USED]! - this.state[this.#base + FREE]!;
  }
  /** One more than the largest index ever given. */
  get used(): number {
    return this.state[this.#base + USED]!;
  }
  get isFull(): boolean {
    return this.size >= this.#capacity;
  }
  /** Times that indices were taken from terms. */
  get epoch(): number {
    return this.state[this.#base + EPOCH]!;
  }

  count(index: number): number {
    return this.state[this.#entry(index) + COUNT]!;
  }
  setCount(index: number, count: number): void {
    this.state[this.#entry(index) + COUNT] = count;
  }
  addCount(index: number, count: number): void {
    this.state[this.#entry(index) + COUNT]! += count;
  }
  has(index: number): boolean {
    return index < this.used && this.state[this.#entry(index) + LENGTH]! > 0;
  }

  /** The index of the term `bytes[start, end)`, of that hash; −1 where it is not there. */
  find(bytes: Uint8Array, start: number, end: number, hash = hashOf(bytes, start, end)): number {
    const { state } = this;
    const mask = this.#mask;
    if (bytes !== this.#bytes) this.#look(bytes);
    if (mask < 0) return -1;
    const first = this.#base + TERM_TABLE_HEADER;
    const entries = this.#entries;
    const length = end - start;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const index = (state[first + slot]! | 0) - 1;
      if (index < 0) return -1;
      const entry = entries + ENTRY * index;
      if (state[entry + HASH] === hash && state[entry + LENGTH] === length && this.#isText(entry, start, end))
        return index;
    }
  }

  /** The index of a term, given to it where it is new; −1 where there is no room. */
  insert(bytes: Uint8Array, start: number, end: number, hash = hashOf(bytes, start, end)): number {
    const known = this.find(bytes, start, end, hash);
    if (known >= 0 || this.isFull) return known;
    const base = this.#base;
    const packed = Math.ceil((end - start) / PACKED);
    this.#reserve(packed);
    const { state } = this;
    const free = state[base + FIRST_FREE]!;
    const index = free > 0 ? free - 1 : state[base + USED]!;
    const entry = this.#entry(index);
    if (free > 0) {
      state[base + FIRST_FREE] = state[entry + COUNT]!;
      state[base + FREE]!--;
    } else state[base + USED]!++;
    const place = state[base + TEXT]!;
    state[entry + COUNT] = 0;
    state[entry + HASH] = hash;
    state[entry + PLACE] = place;
    state[entry + LENGTH] = end - start;
    const text = this.#texts + place;
    for (let i = 0; i < packed; i++) state[text + i] = this.#pack(start + PACKED * i, end);
    state[base + TEXT] = place + packed;
    this.#place(index, hash);
    return index;
  }

  /** The text of a term; empty where there is none of that index. */
  term(index: number): string {
    if (!this.has(index)) return '';
    const entry = this.#entry(index);
    const length = this.state[entry + LENGTH]!;
    const bytes = new Uint8Array(length);
    const text = this.#texts + this.state[entry + PLACE]!;
    for (let i = 0; i < length; i++)
      bytes[i] = Math.floor(this.state[text + Math.floor(i / PACKED)]! / 256 ** (i % PACKED)) % 256;
    return decodeUtf8(bytes, 0, length);
  }

  /** Takes their indices from all terms that `keep` does not want; they go to terms to come. Begins another epoch. */
  prune(keep: (index: number) => boolean): void {
    const base = this.#base;
    const before = this.state;
    const used = this.used;
    const oldText = this.#texts;
    const kept = before.slice();
    this.state = kept;
    const text = this.#texts;
    kept.fill(0, base + TERM_TABLE_HEADER, base + TERM_TABLE_HEADER + kept[base + SLOTS]!);
    kept.fill(0, text);
    let place = 0;
    kept[base + FREE] = 0;
    kept[base + FIRST_FREE] = 0;
    // From the last on, so that the lowest index is the first to go to another term.
    for (let index = used - 1; index >= 0; index--) {
      const entry = this.#entry(index);
      const length = kept[entry + LENGTH]!;
      if (length > 0 && keep(index)) {
        const packed = Math.ceil(length / PACKED);
        const from = oldText + before[entry + PLACE]!;
        for (let i = 0; i < packed; i++) kept[text + place + i] = before[from + i]!;
        kept[entry + PLACE] = place;
        place += packed;
        this.#place(index, kept[entry + HASH]!);
        continue;
      }
      kept[entry + COUNT] = kept[base + FIRST_FREE]!;
      kept[entry + HASH] = 0;
      kept[entry + PLACE] = 0;
      kept[entry + LENGTH] = 0;
      kept[base + FIRST_FREE] = index + 1;
      kept[base + FREE]!++;
    }
    kept[base + TEXT] = place;
    kept[base + EPOCH]!++;
  }

  #entry(index: number): number {
    return this.#entries + ENTRY * index;
  }

  /** Reads what the slots of the state say of where things are. */
  #measure(): void {
    const slots = this.state[this.#base + SLOTS]! | 0;
    this.#mask = slots - 1;
    this.#entries = this.#base + TERM_TABLE_HEADER + slots;
    this.#texts = this.#entries + ENTRY * entriesFor(slots);
  }

  #place(index: number, hash: number): void {
    const { state } = this;
    const first = this.#base + TERM_TABLE_HEADER;
    const mask = this.#mask;
    let slot = hash & mask;
    while (state[first + slot]! > 0) slot = (slot + 1) & mask;
    state[first + slot] = index + 1;
  }

  /** Of an entry whose text is as long as that of `bytes[start, end)`. */
  #isText(entry: number, start: number, end: number): boolean {
    const { state } = this;
    let text = this.#texts + (state[entry + PLACE]! | 0);
    for (let at = start; at < end; at += PACKED) if (state[text++] !== this.#pack(at, end)) return false;
    return true;
  }

  #look(bytes: Uint8Array): void {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** Up to six of the bytes looked at, as one integer. */
  #pack(at: number, end: number): number {
    if (at + PACKED > this.#bytes.length) return packSlowly(this.#bytes, at, end);
    const length = end - at < PACKED ? end - at : PACKED;
    const low = this.#view.getUint32(at, true) & LOW[length]!;
    const high = this.#view.getUint16(at + 4, true) & HIGH[length]!;
    return (low >>> 0) + high * 0x100000000;
  }

  /** Makes room for one more entry, and so many doubles of text. */
  #reserve(packed: number): void {
    const base = this.#base;
    const { state } = this;
    const slots = state[base + SLOTS]!;
    const isRoom = state[base + FIRST_FREE]! > 0 || state[base + USED]! < entriesFor(slots);
    const text = this.#texts;
    const textUsed = state[base + TEXT]!;
    if (isRoom && text + textUsed + packed <= state.length) return;
    const wider = isRoom ? slots : Math.max(FEWEST_SLOTS, 2 * slots);
    const newText = base + TERM_TABLE_HEADER + wider + ENTRY * entriesFor(wider);
    // With twice as many entries there will be twice as much text: it should not have to move by itself.
    const room = Math.max(16, Math.ceil((isRoom ? 1.5 : 2.2) * (textUsed + packed)));
    const longer = new Float64Array(newText + room);
    longer.set(state.subarray(0, base + TERM_TABLE_HEADER));
    const entries = base + TERM_TABLE_HEADER + slots;
    longer.set(state.subarray(entries, entries + ENTRY * state[base + USED]!), base + TERM_TABLE_HEADER + wider);
    longer.set(state.subarray(text, text + textUsed), newText);
    longer[base + SLOTS] = wider;
    this.state = longer;
    this.#measure();
    if (wider === slots) {
      longer.set(state.subarray(base + TERM_TABLE_HEADER, entries), base + TERM_TABLE_HEADER);
      return;
    }
    for (let index = 0; index < longer[base + USED]!; index++) {
      const entry = this.#entry(index);
      if (longer[entry + LENGTH]! > 0) this.#place(index, longer[entry + HASH]!);
    }
  }
}

function entriesFor(slots: number): number {
  return Math.floor(LOAD * slots);
}

export const FNV_OFFSET = 0x811c9dc5 | 0;
export const FNV_PRIME = 0x01000193;

/** FNV-1a, as an unsigned integer. */
export function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = FNV_OFFSET;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, FNV_PRIME);
  return finishHash(hash);
}

/** Of the steps over all bytes, what the hash is: high bits reach the low ones, by which a place is found. */
export function finishHash(hash: number): number {
  return (hash ^ (hash >>> 15)) >>> 0;
}

/** By how many of six bytes count: which bits of the first four, and of the last two. */
const LOW = Uint32Array.of(0, 0xff, 0xffff, 0xffffff, 0xffffffff, 0xffffffff, 0xffffffff);
const HIGH = Uint32Array.of(0, 0, 0, 0, 0, 0xff, 0xffff);

/** The same byte by byte, where there are no six. */
function packSlowly(bytes: Uint8Array, at: number, end: number): number {
  let packed = 0;
  for (let i = Math.min(end, at + PACKED) - 1; i >= at; i--) packed = packed * 256 + bytes[i]!;
  return packed;
}
