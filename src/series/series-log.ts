import { decodeText, encodeText } from '../checkpoint/format/text.js';
import { decodeUtf8 } from '../codec/decode-utf8.js';
import { CorruptCheckpointError, IncompatibleStateError } from '../errors.js';
import { ChangedSeries } from './changed-series.js';
import type { SeriesTable } from './series-table.js';
import type { StateColumn } from './state-column.js';
import type { TableParts } from './table-sections.js';

/** Kinds of entries, the first byte of their keys. */
const SERIES = 107; // k, and the key as UTF-8
const ILL_FORMED = 119; // w, and the key as UTF-16: UTF-8 has no lone surrogates
const LAYOUT = 108; // l, and its number
const CLOCK = 99; // c

const VERSION = 1;
/** Version, layout, position, time seen. */
const HEAD = 1 + 4 + 8 + 8;
/** Doubles that the state of one field may have: a size that a damaged entry claims is refused before memory is taken. */
const LONGEST = 2 ** 27;

/** What the states of a series are, in the order in which an entry has them. */
type Layout = readonly { name: string; fingerprint: string; stride: number; growable: boolean }[];

/** Where the state of a field goes: nowhere when there is no such field any more (undefined) or it is another one now (null). */
type Target = StateColumn | null | undefined;

/** What a checkpoint of the table must keep beside it for a log to go on from there. */
export interface LogHead {
  /** Layouts by number, as JSON. */
  layouts: readonly (readonly [number: number, text: string])[];
  /** The table's times in ms, null before there was one. */
  clock: { now: number | null; began: number | null };
}

/** Takes one entry: bytes that are good until it returns; a null value says that the key is gone. */
export type EntryWriter = (key: Uint8Array, value: Uint8Array | null) => void;

/**
 * The state of a table as entries of a log of which only the newest value of each key counts: `collect` writes what has changed, `apply`
 * takes entries in the order in which they were written, then `settle` makes the table one that goes on exactly as the first would have.
 *
 * An entry holds all fields of one series, little-endian, with the number of the layout that says which they are; layouts are entries
 * themselves and come before what they describe. Fields of another configuration than the table's are left out, and named.
 */
export class SeriesLog {
  readonly changes = new ChangedSeries();
  /** Fields whose state was of another configuration: they begin afresh. */
  readonly restarted = new Set<string>();
  readonly #table: SeriesTable;
  readonly #columnOf: (name: string, fingerprint: string) => StateColumn | undefined;
  readonly #layouts = new Map<number, { layout: Layout; columns: Target[] }>();
  readonly #numbers = new Map<string, number>();
  /** The layout of the table as it is, and the columns that it was made of. */
  #current = -1;
  #columns: readonly StateColumn[] = [];
  #bytes = new Uint8Array(1024);
  #view = new DataView(this.#bytes.buffer);
  #clock = { now: Number.NEGATIVE_INFINITY, began: Number.NEGATIVE_INFINITY };
  #seen = new Float64Array(64);

  /** @param columnOf the column of a field that was found in the log, made where it is to be taken up; undefined: it is not */
  constructor(table: SeriesTable, columnOf: (name: string, fingerprint: string) => StateColumn | undefined) {
    this.#table = table;
    this.#columnOf = columnOf;
    table.watcher = this.changes;
  }

  /** Writes what has changed since the last call. */
  collect(write: EntryWriter): void {
    if (this.changes.isEmpty) return;
    this.#describe(write);
    this.changes.drain(
      (key) => write(keyBytes(key), null),
      (slot) => write(keyBytes(this.#table.keyOf(slot)!), this.#encode(slot)),
    );
    const { now, began } = this.#table.clock;
    this.#reserve(17);
    this.#view.setUint8(0, VERSION);
    this.#view.setFloat64(1, now, true);
    this.#view.setFloat64(9, began, true);
    write(Uint8Array.of(CLOCK), this.#bytes.subarray(0, 17));
  }

  /** @throws CorruptCheckpointError for what is no entry of such a log, or of a later version */
  apply(key: Uint8Array, value: Uint8Array | null): void {
    switch (key[0]) {
      case SERIES:
      case ILL_FORMED: {
        const text = key[0] === SERIES ? decodeUtf8(key, 1, key.length) : decodeText(key.subarray(1));
        if (value === null) this.#table.disown(text);
        else this.#decode(text, value);
        return;
      }
      case LAYOUT:
        if (value !== null && key.length === 5) this.#learnLayout(viewOf(key).getUint32(1, true), value);
        return;
      case CLOCK: {
        if (value?.length !== 17 || value[0] !== VERSION)
          throw new CorruptCheckpointError('clock: not 17 bytes of version 1');
        const view = viewOf(value);
        this.#clock = { now: view.getFloat64(1, true), began: view.getFloat64(9, true) };
        return;
      }
      default:
        throw new CorruptCheckpointError(`series log: no entry begins with ${key[0] ?? 'nothing'}`);
    }
  }

  /** What the entries so far have said beside the state of series. */
  get head(): LogHead {
    const { now, began } = this.#table.clock;
    const finite = (time: number): number | null => (Number.isFinite(time) ? time : null);
    return {
      layouts: [...this.#numbers].map(([text, number]) => [number, text] as const).sort(([a], [b]) => a - b),
      clock: { now: finite(now), began: finite(began) },
    };
  }

  /**
   * Takes a checkpoint of the table for all entries that were written before it; those since then are to be applied to it, and may begin
   * earlier. Its series stand before every position of a source, in the order in which they were seen.
   *
   * @throws IncompatibleStateError when it is not of this table's fields, or lacks the order that this table keeps: this log and its
   * table are not to be used any more then
   * @throws CorruptCheckpointError for layouts that are none
   */
  load({ index, columns, recency }: TableParts, { layouts, clock }: LogHead): void {
    for (const [number, text] of layouts) this.#learnLayout(number, toUtf8.encode(text));
    const targets = columns.map(({ name, fingerprint, stride, growable }) => {
      const column = this.#columnOf(name, fingerprint);
      if (column?.fingerprint !== fingerprint || column.stride !== stride || column.growable !== growable)
        throw new IncompatibleStateError(`state of ${JSON.stringify(name)} was learnt under another configuration`);
      return column;
    });
    if (this.#table.isOrdered && recency === undefined && index.size > 0)
      throw new IncompatibleStateError('when each series was seen was not kept');
    this.#table.adoptIndex(index);
    targets.forEach((column, k) => {
      column.takeOver(columns[k]!);
    });
    recency?.order.forEach((slot, rank) => {
      this.changes.place(slot, rank - index.size);
      this.#see(slot, recency.seen[rank]!);
    });
    this.#clock = { now: clock.now ?? Number.NEGATIVE_INFINITY, began: clock.began ?? Number.NEGATIVE_INFINITY };
  }

  /** To be called once, after the last entry. O(series log series). */
  settle(): void {
    if (!this.#table.isOrdered) {
      this.#table.reorder(new Uint32Array(0), this.#seen, this.#clock);
      return;
    }
    const order = this.#table.slots().sort((a, b) => this.changes.positionOf(a) - this.changes.positionOf(b));
    this.#table.reorder(order, this.#seen, this.#clock);
  }

  #describe(write: EntryWriter): void {
    const { columns } = this.#table;
    if (
      this.#current >= 0 &&
      columns.length === this.#columns.length &&
      columns.every((c, k) => c === this.#columns[k])
    )
      return;
    this.#columns = columns;
    const layout: Layout = columns.map(({ name, fingerprint, stride, growable }) => ({
      name,
      fingerprint,
      stride,
      growable,
    }));
    const text = JSON.stringify(layout);
    const known = this.#numbers.get(text);
    if (known !== undefined) {
      this.#current = known;
      return;
    }
    this.#current = Math.max(-1, ...this.#layouts.keys()) + 1;
    this.#layouts.set(this.#current, { layout, columns: [...columns] });
    this.#numbers.set(text, this.#current);
    const key = new Uint8Array(5);
    key[0] = LAYOUT;
    viewOf(key).setUint32(1, this.#current, true);
    write(key, toUtf8.encode(text));
  }

  #learnLayout(number: number, value: Uint8Array): void {
    const text = decodeUtf8(value, 0, value.length);
    let layout: Layout;
    try {
      layout = JSON.parse(text) as Layout;
    } catch (cause) {
      throw new CorruptCheckpointError(`layout ${number}: not JSON`, { cause });
    }
    if (!isLayout(layout)) throw new CorruptCheckpointError(`layout ${number}: not a list of fields`);
    const columns = layout.map((field) => {
      const column = this.#columnOf(field.name, field.fingerprint);
      if (column === undefined) return undefined;
      const { fingerprint, stride, growable } = column;
      if (fingerprint === field.fingerprint && stride === field.stride && growable === field.growable) return column;
      return null;
    });
    this.#layouts.set(number, { layout, columns });
    this.#numbers.set(text, number);
  }

  #encode(slot: number): Uint8Array {
    this.#reserve(HEAD);
    this.#view.setUint8(0, VERSION);
    this.#view.setUint32(1, this.#current, true);
    this.#view.setFloat64(5, this.changes.positionOf(slot), true);
    this.#view.setFloat64(13, this.#table.seenAt(slot) ?? Number.NEGATIVE_INFINITY, true);
    let at = HEAD;
    for (const column of this.#columns) {
      const page = column.pageOf(slot);
      const from = page === undefined ? 0 : column.placeOf(slot);
      const to = page === undefined ? 0 : column.growable ? page.length : from + column.stride;
      this.#reserve(at + 5 + 8 * (to - from));
      const view = this.#view;
      const start = at++;
      if (column.growable) {
        view.setUint32(at, to - from, true);
        at += 4;
      }
      let isKept = 0;
      for (let i = from; i < to; i++, at += 8) {
        const x = page![i]!;
        if (x !== 0 || 1 / x < 0) isKept = 1;
        view.setFloat64(at, x, true);
      }
      view.setUint8(start, isKept);
      if (isKept === 0) at = start + 1; // a field that the series never had
    }
    return this.#bytes.subarray(0, at);
  }

  #decode(key: string, value: Uint8Array): void {
    const entry = `entry of ${JSON.stringify(key.slice(0, 80))}`;
    if (value.length < HEAD || value[0] !== VERSION) throw new CorruptCheckpointError(`${entry}: not of version 1`);
    const view = viewOf(value);
    const known = this.#layouts.get(view.getUint32(1, true));
    if (known === undefined) throw new CorruptCheckpointError(`${entry}: its layout is not there`);
    const slot = this.#table.adopt(key);
    this.changes.place(slot, view.getFloat64(5, true));
    this.#see(slot, view.getFloat64(13, true));
    let at = HEAD;
    const { layout, columns } = known;
    const short = (): never => {
      throw new CorruptCheckpointError(`${entry}: ${value.length} bytes, more expected`);
    };
    for (let k = 0; k < layout.length; k++) {
      const { stride, growable } = layout[k]!;
      const column = columns[k];
      if (at >= value.length) short();
      if (value[at++] === 0) {
        column?.clear(slot);
        continue;
      }
      let length = stride;
      if (growable) {
        if (at + 4 > value.length) short();
        length = view.getUint32(at, true);
        at += 4;
      }
      if (length > LONGEST || length < stride || at + 8 * length > value.length) short();
      if (column === null) this.restarted.add(layout[k]!.name);
      else if (column !== undefined) {
        const page = column.roomFor(slot, length);
        const place = column.placeOf(slot);
        for (let i = 0; i < length; i++) page[place + i] = view.getFloat64(at + 8 * i, true);
      }
      at += 8 * length;
    }
  }

  #see(slot: number, time: number): void {
    if (slot >= this.#seen.length) {
      const longer = new Float64Array(Math.max(slot + 1, 2 * this.#seen.length));
      longer.set(this.#seen);
      this.#seen = longer;
    }
    this.#seen[slot] = time;
  }

  #reserve(size: number): void {
    if (size <= this.#bytes.length) return;
    const longer = new Uint8Array(Math.max(size, 2 * this.#bytes.length));
    longer.set(this.#bytes);
    this.#bytes = longer;
    this.#view = new DataView(longer.buffer);
  }
}

/** The part of the web's TextEncoder that is used; browsers, Node and workers all have it. */
declare const TextEncoder: new () => {
  encode(text: string): Uint8Array;
  encodeInto(text: string, into: Uint8Array): { written: number };
};

const toUtf8 = new TextEncoder();
let scratch = new Uint8Array(256);

/** The key of a series' entry: a view that is good until the next call. */
function keyBytes(key: string): Uint8Array {
  if (!isWellFormed(key)) {
    const text = encodeText(key);
    const bytes = new Uint8Array(1 + text.length);
    bytes[0] = ILL_FORMED;
    bytes.set(text, 1);
    return bytes;
  }
  if (scratch.length < 3 * key.length + 1) scratch = new Uint8Array(6 * key.length + 1);
  scratch[0] = SERIES;
  for (let i = 0; i < key.length; i++) {
    const unit = key.charCodeAt(i);
    if (unit > 127) return scratch.subarray(0, 1 + toUtf8.encodeInto(key, scratch.subarray(1)).written);
    scratch[1 + i] = unit;
  }
  return scratch.subarray(0, 1 + key.length);
}

/** Whether no half of a surrogate pair stands alone. */
function isWellFormed(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if ((unit & 0xf800) !== 0xd800) continue;
    if (unit >= 0xdc00 || (text.charCodeAt(i + 1) & 0xfc00) !== 0xdc00) return false;
    i++;
  }
  return true;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

function isLayout(value: unknown): value is Layout {
  return (
    Array.isArray(value) &&
    value.every(
      (field) =>
        typeof field === 'object' &&
        field !== null &&
        typeof field.name === 'string' &&
        typeof field.fingerprint === 'string' &&
        typeof field.growable === 'boolean' &&
        Number.isSafeInteger(field.stride) &&
        field.stride >= 0 &&
        field.stride <= LONGEST,
    )
  );
}
