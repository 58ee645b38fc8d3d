import type { VectorCounters } from './vector-counters.js';
import type { VectorRules } from './vector-rules.js';
import type { VectorScorer } from './vector-scorer.js';

/** The options of a field that is more than one number, checked and complete. */
export interface ResolvedVector {
  method: string;
  rules: VectorRules;
  /** Whether scores need an event time. */
  timed: boolean;
  encoding: 'numbers' | 'base64';
  /** Says what the state means: state of another fingerprint is not read. */
  fingerprint: string;
  /** Every option with its default, for people to read. */
  described: Readonly<Record<string, unknown>>;
  create(counters: VectorCounters & Record<'late' | 'gated', number>): VectorScorer;
}

/** What a method makes of its options. */
export type VectorMaking = Pick<ResolvedVector, 'create' | 'timed'> & {
  rules: VectorRules;
  /** What shapes the state. */
  state: unknown;
  described: Readonly<Record<string, unknown>>;
};
