import type { MicroBatch } from './micro-batch.js';

/** Bytes that a double takes in a column. */
const DOUBLE = 8;

/** Gathers records into columns; the columns double while a batch fills, so that a small batch stays small. */
export class MicroBatchBuilder<T> {
  readonly #fields: readonly (readonly [name: string, value: (record: T) => number | null | undefined])[];
  readonly #time: ((record: T) => number) | undefined;
  readonly #key: string | undefined;
  #records: T[] = [];
  #columns: Float64Array[];
  #capacity = 64;

  constructor(
    fields: Readonly<Record<string, (record: T) => number | null | undefined>>,
    time: ((record: T) => number) | undefined,
    key: string | undefined,
  ) {
    this.#fields = Object.entries(fields);
    this.#time = time;
    this.#key = key;
    this.#columns = this.#allocate();
  }

  get length(): number {
    return this.#records.length;
  }

  /** What the columns hold so far, in bytes. */
  get bytes(): number {
    return this.length * this.#columns.length * DOUBLE;
  }

  add(record: T): void {
    const row = this.#records.push(record) - 1;
    if (row === this.#capacity) this.#grow();
    for (let i = 0; i < this.#fields.length; i++) {
      const value = this.#fields[i]![1](record);
      this.#columns[i]![row] = typeof value === 'number' ? value : Number.NaN;
    }
    if (this.#time) this.#columns[this.#fields.length]![row] = this.#time(record);
  }

  /** The batch so far; the builder starts the next. */
  take(): MicroBatch<T> {
    const { length } = this;
    const columns = this.#columns.map((column) => column.subarray(0, length));
    const batch: MicroBatch<T> = {
      length,
      records: this.#records,
      columns: Object.fromEntries(this.#fields.map(([name], i) => [name, columns[i]!])),
      times: this.#time && columns[this.#fields.length],
      key: this.#key,
    };
    this.#records = [];
    this.#columns = this.#allocate();
    return batch;
  }

  #allocate(): Float64Array[] {
    const count = this.#fields.length + (this.#time ? 1 : 0);
    return Array.from({ length: count }, () => new Float64Array(this.#capacity));
  }

  #grow(): void {
    this.#capacity *= 2;
    this.#columns = this.#columns.map((column) => {
      const longer = new Float64Array(this.#capacity);
      longer.set(column);
      return longer;
    });
  }
}
