import type { FieldOptions } from './field-options.js';
import { resolveField } from './resolve-field.js';
import { resolveVector } from './vector/resolve-vector.js';

/**
 * Checks the options of any field; answers whether its scores need an event time.
 * @throws InvalidOptionError
 */
export function isTimed(field: FieldOptions): boolean {
  return resolveVector(field)?.timed ?? resolveField(field).rules.timed;
}
