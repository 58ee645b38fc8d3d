import { CellKind } from './cell-kind.js';

/**
 * One field of the records of a batch: by record its value, what kind of thing it is, and where it stands in the batch's bytes.
 *
 * `values[i]` is NaN unless `kinds[i]` is `number`. `[starts[i], ends[i])` is the cell or JSON value as it was written, quotes included;
 * empty where the record has none, or had to be read the slow way.
 */
export class FieldColumn {
  readonly name: string;
  /** Whether the value is wanted whole, whatever it is: an array or an object has its place too. */
  readonly isWhole: boolean;
  values: Float64Array;
  kinds: Uint8Array;
  starts: Uint32Array;
  ends: Uint32Array;

  constructor(name: string, capacity: number, isWhole = false) {
    this.name = name;
    this.isWhole = isWhole;
    this.values = new Float64Array(capacity).fill(Number.NaN);
    this.kinds = new Uint8Array(capacity).fill(CellKind.absent);
    this.starts = new Uint32Array(capacity);
    this.ends = new Uint32Array(capacity);
  }

  /** Says of the first `length` records that they lack the field. */
  clear(length: number): void {
    this.values.fill(Number.NaN, 0, length);
    this.kinds.fill(CellKind.absent, 0, length);
    this.starts.fill(0, 0, length);
    this.ends.fill(0, 0, length);
  }
}
