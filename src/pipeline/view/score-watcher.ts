import type { ScoredField } from '../../codec/scored-batch.js';
import type { Scorer } from '../../normalize/scorer.js';

/** A scored field and what its last score was made of; no scorer for what keeps no state. */
export interface WatchedField extends ScoredField {
  readonly field: { readonly scorer: Scorer | undefined };
}

/** Looks on while records are scored. */
export interface ScoreWatcher {
  /** Called before a batch; false: nothing of it is wanted, and nothing is done for it. */
  begin(length: number): boolean;
  /**
   * Called when record `i` of a wanted batch has been scored.
   * @param at its event time in epoch ms; NaN where there is none
   */
  see(i: number, key: string, at: number, fields: readonly WatchedField[]): void;
}
