import type { DeselectedBecause } from './feature-watch.js';

/** What becomes of a model besides learning. */
export type LearnerEvent = {
  /** The series whose model it is; empty where there is one for all. */
  readonly key: string;
  /** Records of that series before the one that set it off. */
  readonly index: number;
} & (
  | {
      /** It failed, and neither predicts nor learns any more; its state is as it was before the step that failed. */
      readonly kind: 'stopped';
      readonly reason: string;
      readonly cause: unknown;
    }
  | { readonly kind: 'frozen' | 'thawed' }
  | {
      /** An input is left out, or taken in again. */
      readonly kind: 'deselected' | 'selected';
      readonly input: number;
      readonly because: DeselectedBecause | null;
    }
  | {
      /** A renormalization that the model could not be corrected for: one of its yardsticks was flat. */
      readonly kind: 'uncorrected';
      readonly part: number | 'target';
    }
);
