import type { Bar } from './case.js';

/** What one contender did in one case. */
export interface Measured {
  id: string;
  name: string;
  isOurs: boolean;
  isYardstick: boolean;
  version: string;
  /** Nanoseconds an observation in each round; empty where there is no time to show. */
  ns: number[];
  /** Why there is no time: it could not be had here, or its answers are others. */
  note: string | null;
}

export interface CaseResult {
  id: string;
  title: string;
  unit: string;
  observations: number;
  note: string | null;
  tolerance: number;
  contenders: Measured[];
  bars: (Bar & { measured: number | null })[];
}

/** A table that holds no times, or times of its own kind. */
export interface PlainTable {
  title: string;
  note: string | null;
  head: string[];
  body: string[][];
}

/** What a row is held to, and what became of it. */
export interface Judgement {
  work: string;
  /** Ours, a second. */
  rate: string | null;
  beside: string | null;
  measured: string | null;
  bar: string | null;
  goal: string | null;
  /** `goal`: that is reached; `bar`: that alone; `missed`: neither; `open`: not measured. */
  verdict: 'goal' | 'bar' | 'missed' | 'open';
}

export interface RowResult {
  row: string;
  title: string;
  command: string;
  machine: string;
  at: string;
  cases: CaseResult[];
  tables: PlainTable[];
  judgements: Judgement[];
}
