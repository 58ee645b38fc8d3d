import type { ByteWriter } from './byte-writer.js';
import type { FieldColumn } from './field-column.js';

/** What was made of one field of a batch of records, by record. */
export interface ScoredField {
  readonly name: string;
  /** Where the field stands in the records; for replacing it. */
  readonly column: FieldColumn;
  /** Met on the way and not named: a record that lacks it says nothing of it. */
  readonly isOptional: boolean;
  /** NaN stands for null. */
  readonly normalized: Float64Array;
  /** Absent for a method that has none. */
  readonly epoch: Float64Array | undefined;
  /** What else was asked for, by its name: center, scale, count. NaN stands for null. */
  readonly extras: readonly { readonly name: string; readonly values: Float64Array }[];
}

/** What was made of a field that is more than one number: JSON text, by record. */
export interface ScoredVector {
  readonly name: string;
  readonly column: FieldColumn;
  readonly normalized: ScoredTexts;
  readonly epoch: Float64Array | undefined;
  readonly extras: readonly { readonly name: string; readonly texts: ScoredTexts }[];
}

/** What a model said of each record. */
export interface ScoredModel {
  readonly name: string;
  /** Its prediction, loss and the like, by name. NaN stands for null. */
  readonly extras: readonly { readonly name: string; readonly values: Float64Array }[];
}

/** Record `i` has `bytes[starts[i], ends[i])`. */
export interface ScoredTexts {
  readonly out: ByteWriter;
  readonly starts: Float64Array;
  readonly ends: Float64Array;
}

/** A batch of scored records. */
export interface ScoredBatch {
  readonly fields: readonly ScoredField[];
  /** Fields that are more than one number; absent: there are none. */
  readonly vectors?: readonly ScoredVector[] | undefined;
  /** Absent: nothing is learnt. */
  readonly models?: readonly ScoredModel[] | undefined;
  /** 1 for the records to put out. */
  readonly keep: Uint8Array;
  /** Whether record `i` has a member of a name that the output writes itself; absent: that is not known. */
  readonly hasReserved?: (i: number) => boolean;
}
