/** The rules around a method for fields that are more than one number, all resolved. */
export interface VectorRules {
  order: 'normalize-first' | 'learn-first';
  /** Records learnt before the first score. */
  warmup: number;
  whileWarming: 'null' | 'drop' | 'raw' | 'zero';
  /** Of elements: NaN stays NaN, becomes the center, or is an error. */
  missing: 'skip' | 'error' | 'impute';
  whenFlat: 'zero' | 'center';
}
