import type { FieldMethod, FieldOptions } from './field-options.js';

/**
 * The method of a field that names none: `adaptive`, which has nothing to tune; `z-score` where an option is given that `adaptive` has no
 * use for: a memory, a group, a detector of drift, what to learn and how to divide; and of a field with a `shape`.
 */
export function defaultMethod(options: FieldOptions, grouped = false): FieldMethod {
  if (options.shape !== undefined) return 'z-score';
  const { memory, allowedLateness, order, learnWithin, whenFlat, drift, ddof } = options;
  const tuned = [memory, allowedLateness, learnWithin, whenFlat, drift, ddof].some((option) => option !== undefined);
  return tuned || (grouped && options.group !== false) || order === 'learn-first' ? 'z-score' : 'adaptive';
}
