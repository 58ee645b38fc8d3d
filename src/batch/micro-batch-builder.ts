import type { BlockPool } from './block-pool.js';
import type { MicroBatch } from './micro-batch.js';

const FIRST_CAPACITY = 64;

/** What a batch is made of: the accessors of its columns. */
export interface BatchColumns<T> {
  readonly names: readonly string[];
  /** In the order of the names. */
  readonly values: readonly ((record: T) => number | null | undefined)[];
  readonly time: ((record: T) => number) | undefined;
  readonly offset: ((record: T) => number) | undefined;
}

/**
 * Gathers records into columns, all in one block out of a pool. The block doubles while a batch fills, so that a small batch stays
 * small. Allocates per batch, never per record.
 */
export class MicroBatchBuilder<T> {
  readonly #columns: BatchColumns<T>;
  readonly #key: string | undefined;
  readonly #pool: BlockPool;
  /** Columns of the block: the fields, then times and offsets where there are any. */
  readonly #width: number;
  /** Of as many places as the block has rows: an array that grows as it is filled is copied a dozen times. */
  readonly #records: T[];
  #length = 0;
  #block: Float64Array;
  #capacity: number;

  constructor(columns: BatchColumns<T>, key: string | undefined, pool: BlockPool) {
    this.#columns = columns;
    this.#key = key;
    this.#pool = pool;
    this.#width = columns.names.length + (columns.time ? 1 : 0) + (columns.offset ? 1 : 0);
    this.#block = pool.take(FIRST_CAPACITY * this.#width);
    this.#capacity = Math.floor(this.#block.length / Math.max(1, this.#width));
    this.#records = new Array(this.#capacity);
  }

  /** Answers how many records there are now. */
  add(record: T): number {
    const row = this.#length;
    if (row === this.#capacity) this.#grow();
    const block = this.#block;
    const capacity = this.#capacity;
    const { values, time, offset } = this.#columns;
    let at = row;
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!(record);
      block[at] = typeof value === 'number' ? value : Number.NaN;
      at += capacity;
    }
    if (time !== undefined) {
      block[at] = time(record);
      at += capacity;
    }
    if (offset !== undefined) block[at] = offset(record);
    this.#records[row] = record;
    this.#length = row + 1;
    return this.#length;
  }

  /** The batch so far; the builder is done. */
  take(): MicroBatch<T> {
    const { names, time, offset } = this.#columns;
    const length = this.#length;
    this.#records.length = length;
    let block: Float64Array | undefined = this.#block;
    for (let i = 1; i < this.#width && length < this.#capacity; i++)
      block.copyWithin(i * length, i * this.#capacity, i * this.#capacity + length);
    const column = (i: number) => this.#block.subarray(i * length, (i + 1) * length);
    return {
      length,
      records: this.#records,
      columns: Object.fromEntries(names.map((name, i) => [name, column(i)])),
      values: this.#block.subarray(0, names.length * length),
      times: time && column(names.length),
      offsets: offset && column(names.length + (time ? 1 : 0)),
      key: this.#key,
      release: () => {
        if (block !== undefined) this.#pool.give(block);
        block = undefined;
      },
    };
  }

  #grow(): void {
    const capacity = this.#capacity * 2;
    const longer = this.#pool.take(capacity * this.#width);
    for (let i = 0; i < this.#width; i++)
      longer.set(this.#block.subarray(i * this.#capacity, (i + 1) * this.#capacity), i * capacity);
    this.#pool.give(this.#block);
    this.#block = longer;
    this.#capacity = capacity;
  }
}
