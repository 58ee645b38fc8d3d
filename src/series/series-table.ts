import { encodeSections } from '../checkpoint/format/encode-sections.js';
import { IncompatibleStateError, InvalidOptionError } from '../errors.js';
import { parseDuration } from '../parse-duration.js';
import { KeyIndex } from './key-index.js';
import { Recency } from './recency.js';
import { noSeriesCounted, type SeriesCounters } from './series-counters.js';
import { StateColumn } from './state-column.js';
import { readTable, tableSections } from './table-sections.js';

export interface SeriesTableOptions {
  /** A series of which nothing is seen for so long is forgotten: ms or a duration. @defaultValue never */
  ttl?: number | string;
  /** Beyond so many series the one not seen for longest is forgotten. @defaultValue no bound but memory */
  maxSeries?: number;
}

/** Expired series that one call forgets at most: a long silence must not end in a long pause. */
const EXPIRED_A_CALL = 4;

/**
 * The state of many series: key → slot → columns of doubles. Any string is a key.
 *
 * Finding a series is O(length of its key); 40 bytes a series besides the key and the states. Time is the caller's: the table has no
 * clock, and its time is the largest `now` that it was ever given.
 */
export class SeriesTable {
  /** In ms; absent: series are never forgotten for their silence. */
  readonly ttl: number | undefined;
  readonly maxSeries: number;
  readonly counters: SeriesCounters = noSeriesCounted();
  readonly #columns = new Map<string, StateColumn>();
  readonly #recency: Recency | undefined;
  #index: KeyIndex;
  #now = Number.NEGATIVE_INFINITY;

  /**
   * @param index keys that are there already; their slots are taken as never seen
   * @throws InvalidOptionError
   */
  constructor(
    { ttl, maxSeries = Number.POSITIVE_INFINITY }: SeriesTableOptions = {},
    index: KeyIndex = new KeyIndex(),
  ) {
    if (maxSeries !== Number.POSITIVE_INFINITY && !(Number.isSafeInteger(maxSeries) && maxSeries >= 1))
      throw new InvalidOptionError('maxSeries', maxSeries, 'an integer >= 1');
    this.ttl = ttl === undefined ? undefined : parseDuration('ttl', ttl);
    this.maxSeries = maxSeries;
    this.#recency = this.ttl === undefined && maxSeries === Number.POSITIVE_INFINITY ? undefined : new Recency();
    this.#index = index;
  }

  /** Series now held. */
  get size(): number {
    return this.#index.size;
  }
  /** Memory of keys, states and order, in bytes. */
  get byteLength(): number {
    let bytes = this.#index.byteLength + (this.#recency?.byteLength ?? 0);
    for (const column of this.#columns.values()) bytes += column.byteLength;
    return bytes;
  }
  get columns(): readonly StateColumn[] {
    return [...this.#columns.values()];
  }

  /** The slot of `key`, which is begun when it is new. `now` in ms: what it is compared with is up to the caller, event time or a clock. */
  slotOf(key: string, now = 0): number {
    const recency = this.#recency;
    if (recency === undefined) {
      const before = this.#index.size;
      const slot = this.#index.insert(key);
      if (this.#index.size > before) this.counters.created++;
      return slot;
    }
    if (now > this.#now) this.#now = now;
    if (this.ttl !== undefined) this.#expire(recency, this.#now - this.ttl);
    const found = this.#index.find(key);
    if (found >= 0) {
      recency.touch(found, this.#now);
      return found;
    }
    while (this.#index.size >= this.maxSeries) {
      this.#forget(recency.oldest);
      this.counters.evicted++;
    }
    const slot = this.#index.insert(key);
    recency.add(slot, this.#now);
    this.counters.created++;
    return slot;
  }

  /** The slot of `key`; −1 when there is no such series. Does not count as seeing it. */
  find(key: string): number {
    return this.#index.find(key);
  }

  keyOf(slot: number): string | undefined {
    return this.#index.keyOf(slot);
  }

  /** Forgets a series; false when there was none. */
  delete(key: string): boolean {
    const slot = this.#index.find(key);
    if (slot >= 0) this.#forget(slot);
    return slot >= 0;
  }

  /** `[key, slot]` of every series. */
  entries(): Iterable<[key: string, slot: number]> {
    return this.#index;
  }

  /**
   * The column of a field: the one that is there, or a new one.
   * @throws IncompatibleStateError when the one that is there holds state of another meaning
   */
  column(name: string, fingerprint: string, stride: number, growable: boolean): StateColumn {
    const present = this.#columns.get(name);
    if (present === undefined) {
      const column = new StateColumn(name, fingerprint, stride, growable);
      this.#columns.set(name, column);
      return column;
    }
    if (present.fingerprint === fingerprint && present.stride === stride && present.growable === growable)
      return present;
    throw new IncompatibleStateError(
      `state of ${JSON.stringify(name)} must be of ${fingerprint}, got ${present.fingerprint}: it was learnt under another configuration`,
    );
  }

  /** Forgets a field of every series. */
  dropColumn(name: string): void {
    this.#columns.delete(name);
  }

  /** The whole table as pieces of a checkpoint, views of live state: to be written before the table goes on. `meta` is the caller's own. */
  toChunks(meta?: unknown): Generator<Uint8Array> {
    const recency = this.#recency?.toParts(this.size);
    return encodeSections(
      tableSections({
        index: this.#index,
        columns: this.columns,
        counters: this.counters,
        recency,
        now: this.#now,
        meta,
      }),
    );
  }

  /** The whole table as one array of bytes. */
  toBytes(meta?: unknown): Uint8Array {
    const chunks = [...this.toChunks(meta)];
    const bytes = new Uint8Array(chunks.reduce((length, chunk) => length + chunk.length, 0));
    let at = 0;
    for (const chunk of chunks) {
      bytes.set(chunk, at);
      at += chunk.length;
    }
    return bytes;
  }

  /**
   * The table that `toBytes` described, to the last bit. Takes `bytes` over.
   * @throws CorruptCheckpointError CheckpointVersionError
   */
  static fromBytes(bytes: Uint8Array, options: SeriesTableOptions = {}): SeriesTable {
    return SeriesTable.restore(bytes, options).table;
  }

  /** The same, with the caller's own `meta`. */
  static restore(bytes: Uint8Array, options: SeriesTableOptions = {}): { table: SeriesTable; meta: unknown } {
    const { index, columns, counters, recency, now, meta } = readTable(bytes);
    const table = new SeriesTable(options, index);
    for (const column of columns) table.#columns.set(column.name, column);
    Object.assign(table.counters, counters);
    table.#now = now;
    if (table.#recency !== undefined) {
      // Series that were saved without an order count as seen when the table was saved.
      if (recency !== undefined) recency.order.forEach((slot, i) => table.#recency!.add(slot, recency.seen[i]!));
      else
        for (let slot = 0; slot < index.slots; slot++) if (index.has(slot)) table.#recency.add(slot, Math.max(now, 0));
    }
    return { table, meta };
  }

  #expire(recency: Recency, before: number): void {
    for (let i = 0; i < EXPIRED_A_CALL; i++) {
      const slot = recency.oldest;
      if (slot < 0 || recency.seenAt(slot) >= before) return;
      this.#forget(slot);
      this.counters.expired++;
    }
  }

  #forget(slot: number): void {
    for (const column of this.#columns.values()) column.clear(slot);
    this.#recency?.remove(slot);
    this.#index.deleteSlot(slot);
  }
}
