import { encodeSections } from '../checkpoint/format/encode-sections.js';
import { IncompatibleStateError, InvalidOptionError } from '../errors.js';
import { parseDuration } from '../parse-duration.js';
import { KeyIndex } from './key-index.js';
import { Recency } from './recency.js';
import { noSeriesCounted, type SeriesCounters } from './series-counters.js';
import type { SeriesWatcher } from './series-watcher.js';
import { StateColumn } from './state-column.js';
import { readTable, tableSections } from './table-sections.js';

export interface SeriesTableOptions {
  /** A series of which nothing is seen for so long is forgotten: ms or a duration. @defaultValue never */
  ttl?: number | string;
  /** Beyond so many series the one not seen for longest is forgotten. @defaultValue no bound but memory */
  maxSeries?: number;
  /** Keys the hash of keys: a random one where strangers choose the keys and might make them collide. @defaultValue 0 */
  seed?: number;
}

/** Expired series that one call forgets at most: a long silence must not end in a long pause. */
const EXPIRED_A_CALL = 4;

/**
 * The state of many series: key → slot → columns of doubles. Any string is a key.
 *
 * Finding a series is O(length of its key); 40 bytes a series besides the key and the states, and up to 65,536 series their keys as strings.
 * Time is the caller's: the table has no clock, and its time is the largest `now` that it was ever given.
 */
export class SeriesTable {
  /** In ms; absent: series are never forgotten for their silence. */
  readonly ttl: number | undefined;
  readonly maxSeries: number;
  readonly counters: SeriesCounters = noSeriesCounted();
  /** Told of every series that is seen and of every one that is forgotten. */
  watcher: SeriesWatcher | undefined;
  readonly #columns = new Map<string, StateColumn>();
  /** Kept where something asks for it: a bound, or a checkpoint that has it. */
  #recency: Recency | undefined;
  #index: KeyIndex;
  #now = Number.NEGATIVE_INFINITY;
  /** The first time that it was given. */
  #began = Number.NEGATIVE_INFINITY;

  /**
   * @throws InvalidOptionError
   */
  constructor({ ttl, maxSeries = Number.POSITIVE_INFINITY, seed = 0 }: SeriesTableOptions = {}) {
    if (maxSeries !== Number.POSITIVE_INFINITY && !(Number.isSafeInteger(maxSeries) && maxSeries >= 1))
      throw new InvalidOptionError('maxSeries', maxSeries, 'an integer >= 1');
    if (!(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32))
      throw new InvalidOptionError('seed', seed, 'an integer from 0 to 2^32 - 1');
    this.ttl = ttl === undefined ? undefined : parseDuration('ttl', ttl);
    this.maxSeries = maxSeries;
    this.#recency = this.ttl === undefined && maxSeries === Number.POSITIVE_INFINITY ? undefined : new Recency();
    this.#index = new KeyIndex(seed);
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

  /** The largest time that it was given, and the first, in ms; −Infinity before there was one. */
  get clock(): { now: number; began: number } {
    return { now: this.#now, began: this.#began };
  }

  /**
   * The slot of `key`, which is begun when it is new or was silent for too long. Good until the next call, which may forget it.
   * @param now in ms, event time or a clock as the caller likes; one that is before the table's time, NaN or infinite is that time
   */
  slotOf(key: string, now = Number.NaN): number {
    const slot = this.#slotOf(key, now);
    this.watcher?.seen(slot);
    return slot;
  }

  #slotOf(key: string, now: number): number {
    if (now > this.#now && now < Number.POSITIVE_INFINITY) this.#advance(now);
    const recency = this.#recency;
    if (recency === undefined) {
      const found = this.#index.find(key);
      if (found >= 0) return found;
      this.counters.created++;
      return this.#index.insertSought();
    }
    const found = this.#index.find(key);
    if (found >= 0) {
      if (!this.#isSilent(recency, found)) {
        recency.touch(found, this.#now);
        this.#expire(recency);
        return found;
      }
      this.#forget(found);
      this.counters.expired++;
    }
    this.#expire(recency);
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

  /** When the series in `slot` was last seen, in ms; undefined where that is not kept or there was no time. */
  seenAt(slot: number): number | undefined {
    const seen = this.#recency?.seenAt(slot);
    return seen === Number.NEGATIVE_INFINITY ? undefined : seen;
  }

  keyOf(slot: number): string | undefined {
    return this.#index.keyOf(slot);
  }

  /** A series as it was elsewhere: no bound is looked at, and it has no place in the order of being seen until `reorder`. */
  adopt(key: string): number {
    return this.#index.insert(key);
  }

  /** All series of another table instead of this one's own, of which there are none yet, in the manner of `adopt`. */
  adoptIndex(index: KeyIndex): void {
    this.#index = index;
  }

  /** Takes back what `adopt` took up. */
  disown(key: string): void {
    const slot = this.#index.find(key);
    if (slot < 0) return;
    for (const column of this.#columns.values()) column.clear(slot);
    this.#index.deleteSlot(slot);
  }

  /** Whether it is kept when each series was seen. */
  get isOrdered(): boolean {
    return this.#recency !== undefined;
  }

  /** The slots in use, in ascending order. */
  slots(): Uint32Array {
    const slots = new Uint32Array(this.#index.size);
    for (let slot = 0, i = 0; slot < this.#index.slots; slot++) if (this.#index.has(slot)) slots[i++] = slot;
    return slots;
  }

  /**
   * Makes series that were adopted those of a table in use.
   * @param order their slots, from the one not seen for longest on
   * @param seenAt by slot, when it was last seen, in ms; −Infinity: before there was a time
   */
  reorder(order: Uint32Array, seenAt: Float64Array, clock: { now: number; began: number }): void {
    this.#now = clock.now;
    this.#began = clock.began;
    if (this.#recency === undefined) return;
    this.#recency = new Recency();
    for (const slot of order) this.#recency.add(slot, Math.max(seenAt[slot]!, this.#began));
  }

  /** Forgets a series; false when there was none. */
  delete(key: string): boolean {
    const slot = this.#index.find(key);
    if (slot >= 0) this.#forget(slot);
    return slot >= 0;
  }

  /** `[key, slot]` of every series: from the one not seen for longest on where that is kept, else by slot. */
  *entries(): Generator<[key: string, slot: number]> {
    if (this.#recency === undefined) yield* this.#index;
    else for (const slot of this.#recency) yield [this.#index.keyOf(slot)!, slot];
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
      `state of ${JSON.stringify(name)} must be of ${fingerprint} (${stride} doubles), got ${present.fingerprint} (${present.stride} doubles): it was learnt under another configuration or version`,
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
    const table = new SeriesTable(options);
    table.#index = index;
    for (const column of columns) table.#columns.set(column.name, column);
    Object.assign(table.counters, counters);
    table.#now = now;
    if (recency !== undefined) {
      const restored = new Recency();
      recency.order.forEach((slot, i) => {
        restored.add(slot, recency.seen[i]!);
      });
      table.#recency = restored;
    } else if (table.#recency !== undefined) {
      // Series that were saved without an order count as seen at the first time that comes.
      table.#now = Number.NEGATIVE_INFINITY;
      for (let slot = 0; slot < index.slots; slot++) if (index.has(slot)) table.#recency.add(slot, table.#now);
    }
    return { table, meta };
  }

  #advance(to: number): void {
    const now = to + 0; // no −0, which a checkpoint's JSON would give back as 0
    // What was seen before there was a time counts from here on.
    if (this.#now === Number.NEGATIVE_INFINITY) {
      this.#recency?.restamp(now);
      this.#began = now;
    }
    this.#now = now;
  }

  #expire(recency: Recency): void {
    for (let i = 0; i < EXPIRED_A_CALL; i++) {
      const slot = recency.oldest;
      if (slot < 0 || !this.#isSilent(recency, slot)) return;
      this.#forget(slot);
      this.counters.expired++;
    }
  }

  /** Whether nothing of `slot` was seen for more than `ttl`. */
  #isSilent(recency: Recency, slot: number): boolean {
    return this.ttl !== undefined && recency.seenAt(slot) < this.#now - this.ttl;
  }

  #forget(slot: number): void {
    this.watcher?.forgotten(slot, this.#index.keyOf(slot)!);
    for (const column of this.#columns.values()) column.clear(slot);
    this.#recency?.remove(slot);
    this.#index.deleteSlot(slot);
  }
}
