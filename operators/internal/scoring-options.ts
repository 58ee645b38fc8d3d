import type { CommonOptions } from '../../src/normalize/field-options.js';
import type { SeriesTable } from '../../src/series/series-table.js';

/** An event time: epoch ms, a Date, or ISO 8601 text (UTC where it names no zone). */
export type EventTime = number | Date | string;

/** Where a record keeps what an operator needs. */
export interface RecordAccess<T> {
  /** The key of the series a record belongs to. @defaultValue all records are one series */
  key?: (record: T) => string;
  /** The value to score; anything but a finite number is missing. */
  value: (record: T) => number | null | undefined;
  /** The event time; needed by memories in event time. */
  time?: (record: T) => EventTime;
  /** Where the state lives: to save, restore or share it. @defaultValue a table of the subscription's own */
  table?: SeriesTable;
  /** What series are of one kind: a new one begins with what its group knows (z-score). @defaultValue none */
  group?: (record: T) => string;
  /** The name of the state in `table`: two operators on one table need two names. @defaultValue `'value'` */
  field?: string;
}

/** A record, and how its value stands in its series. */
export interface Scored<T> {
  record: T;
  key: string;
  /** The value as it was read; NaN where it was missing. */
  value: number;
  /** null where there is no score: missing value, series still warming up. */
  normalized: number | null;
  /** In the unit of the value; for affine methods `value = normalized · scale + center`. NaN while nothing is known. */
  center: number;
  /** In the unit of the value; 0 for a flat series. */
  scale: number;
  /** Observations that the score rests on. */
  count: number;
  /** Renormalizations of the series so far. */
  epoch: number;
}

export type { CommonOptions };
