import type { SeriesTable } from '../series/series-table.js';

/** Records of a batch that wait to be scored together: which they are, and of what series. Reused from batch to batch. */
export class PendingRecords {
  /** Those that wait, in order: places in the batch, and by place among them key and event time in ms. */
  records = new Int32Array(0);
  times = new Float64Array(0);
  readonly keys: string[] = [];
  count = 0;
  /** By record of the batch: its series; −1 where it does not wait. */
  slots = new Int32Array(0);
  /** Records of the batch. */
  length = 0;
  #some = new Int32Array(0);
  #oldest = Number.POSITIVE_INFINITY;

  begin(length: number): this {
    if (this.slots.length < length) {
      this.records = new Int32Array(length);
      this.times = new Float64Array(length);
      this.slots = new Int32Array(length);
      this.#some = new Int32Array(length);
    }
    this.length = length;
    this.slots.fill(-1);
    this.clear();
    return this;
  }

  add(i: number, slot: number, key: string, at: number): void {
    this.records[this.count] = i;
    this.times[this.count] = at;
    this.keys[this.count] = key;
    this.slots[i] = slot;
    this.count++;
    if (at < this.#oldest) this.#oldest = at;
  }

  /**
   * Whether the table may give up a series that waits when it is asked for the slot of `key`: those that wait must be scored first, for
   * the slot would be another's afterwards.
   */
  mayForget(table: SeriesTable, key: string, at: number): boolean {
    if (this.count === 0) return false;
    if (table.ttl !== undefined && at - this.#oldest > table.ttl) return true;
    return table.size >= table.maxSeries && table.find(key) < 0;
  }

  /** The slots of those that wait and are wanted, −1 for all others; valid until the next call. */
  slotsOf(isWanted: (i: number) => boolean): Int32Array {
    const some = this.#some;
    some.fill(-1, 0, this.length);
    for (let n = 0; n < this.count; n++) {
      const i = this.records[n]!;
      if (isWanted(i)) some[i] = this.slots[i]!;
    }
    return some;
  }

  clear(): void {
    for (let n = 0; n < this.count; n++) this.slots[this.records[n]!] = -1;
    this.count = 0;
    this.#oldest = Number.POSITIVE_INFINITY;
  }
}
