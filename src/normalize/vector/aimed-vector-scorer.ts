import type { VectorCounters } from './vector-counters.js';
import type { VectorRules } from './vector-rules.js';
import type { VectorScorer } from './vector-scorer.js';
import type { VectorValue } from './vector-value.js';

/** What all scorers of vectors keep besides how they read and score: where they are aimed at, and what the last score says. */
export abstract class AimedVectorScorer implements VectorScorer {
  readonly stride: number;
  readonly growable: boolean;
  state: Float64Array = new Float64Array(0);
  output: VectorValue = null;
  epoch = 0;
  warm = true;
  center: VectorValue = null;
  scale: VectorValue = null;
  count = 0;
  protected offset = 0;
  protected readonly rules: VectorRules;
  protected readonly counters: VectorCounters;

  constructor(
    { stride, growable }: { stride: number; growable: boolean },
    rules: VectorRules,
    counters: VectorCounters,
  ) {
    this.stride = stride;
    this.growable = growable;
    this.rules = rules;
    this.counters = counters;
  }

  abstract get form(): 'nested' | 'flat' | 'packed';
  abstract get nesting(): readonly number[] | undefined;

  aim(state: Float64Array, offset: number): void {
    this.state = state;
    this.offset = offset;
  }

  abstract read(value: unknown): string | undefined;
  abstract score(time: number): void;
}
