import type { CommonOptions, FieldOptions, MethodOptions } from '../field-options.js';
import type { VectorMaking } from './resolved-vector.js';
import type { VectorOptions } from './vector-options.js';

/** One method for fields that are more than one number: which options it has, and what it makes of them. */
export interface VectorMethodEntry {
  /** Options of its own. */
  readonly own: readonly (keyof VectorOptions | keyof MethodOptions)[];
  /** Those that all methods share which it has; a default of another is left out, an option of another refused. */
  readonly common: readonly (keyof CommonOptions)[];
  /** @throws InvalidOptionError */
  resolve(field: FieldOptions): VectorMaking;
}
