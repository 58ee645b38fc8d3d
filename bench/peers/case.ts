import type { Contender } from './contender.js';
import type { RowResult } from './results.js';

/** One table of times: the same work by several, on the same numbers. */
export interface Case {
  readonly id: string;
  readonly title: string;
  /** What is counted: `values`, `records`, `updates`, `rows`. */
  readonly unit: string;
  /** Of these in one run of the work. */
  readonly observations: number;
  readonly data: () => Float64Array;
  readonly parameters?: Readonly<Record<string, number>>;
  readonly contenders: readonly Contender[];
  /** What everyone has to answer, by another way than any of the contenders. */
  readonly expected: (data: Float64Array) => number[];
  /** How far an answer may be from that: times the size of the answer, at least 1. */
  readonly tolerance: number;
  /** What is compared of the answers, where it is not they themselves. */
  readonly read?: (answers: readonly number[], data: Float64Array) => number[];
  /** One run is long: it is neither warmed up nor done more often than the rounds ask for, and by one process. */
  readonly isLong?: true;
  /** What the rows of the table do that differ in more than speed. */
  readonly note?: string;
  readonly bars?: readonly Bar[];
}

/** What a contender of ours is held to. */
export interface Bar {
  /** Contenders by id. */
  readonly of: string;
  readonly beside?: string;
  /**
   * - `times`: so many times as fast as the other, at least
   * - `cost`: so many times the other's cost, at most
   * - `rate`: so many million a second, at least
   */
  readonly measure: 'times' | 'cost' | 'rate';
  readonly bar?: number;
  readonly goal?: number;
}

/** A table of answers, not of times: what each makes of the same numbers. */
export interface Inquiry {
  readonly id: string;
  readonly title: string;
  readonly note?: string;
  readonly data: () => Float64Array;
  readonly parameters?: Readonly<Record<string, number>>;
  readonly contenders: readonly Contender[];
  readonly head: readonly string[];
  readonly cells: (answers: readonly number[], data: Float64Array) => string[];
}

export interface RowOptions {
  /** A small form of the work where it only has to be shown that it runs. */
  readonly isSmoke: boolean;
  /** Megabytes of the file, for rows that read one. */
  readonly size: number;
  /** Records of the Kafka row. */
  readonly records: number;
}

export interface Row {
  readonly id: string;
  readonly title: string;
  readonly cases: (options: RowOptions) => readonly Case[];
  readonly inquiries?: (options: RowOptions) => readonly Inquiry[];
  /** What is measured in a way of its own; not in a smoke round. */
  readonly measure?: (options: RowOptions) => Pick<RowResult, 'tables' | 'judgements'>;
}
