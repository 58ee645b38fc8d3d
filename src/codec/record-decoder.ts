import type { FieldColumn } from './field-column.js';
import type { RecordBatch } from './record-batch.js';

/** Reads the wanted fields of batches of records into columns. */
export interface RecordDecoder {
  /** The wanted fields, those first that were asked for; more may follow when every numeric field is wanted. */
  readonly columns: readonly FieldColumn[];
  /** Why record `i` of the last batch is bad; undefined: it is good. Bad records have no fields. */
  readonly faults: readonly (string | undefined)[];
  /** How many records of the last batch are bad. */
  readonly faultCount: number;
  /** Reads a batch; columns and faults are valid until the next call. */
  decode(batch: RecordBatch): void;
  /** What column `column` of record `i` says, as text without quotes and escapes; undefined where absent or null. */
  text(column: number, i: number): string | undefined;
  /**
   * What column `column` of record `i` holds, as JSON says it, for a column that is wanted whole: undefined where absent, null where
   * missing; of CSV the text of the cell, null where that is empty.
   * @throws DecodeError where the bytes are no UTF-8
   */
  value(column: number, i: number): unknown;
  /** Epoch ms of column `column` of record `i`, a number or ISO 8601; NaN where there is none. */
  time(column: number, i: number): number;
  /** Whether record `i` has a property that the output writes itself; absent for records that have no such. */
  hasReserved?(i: number): boolean;
}
