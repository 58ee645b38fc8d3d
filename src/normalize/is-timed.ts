import type { FieldOptions } from './field-options.js';
import { resolveField } from './resolve-field.js';
import { resolveVector } from './vector/resolve-vector.js';

/**
 * Checks the options of any field; answers whether its scores need an event time.
 * @param hasGroup whether the records have a group
 * @throws InvalidOptionError
 */
export function isTimed(field: FieldOptions, hasGroup = false): boolean {
  return resolveVector(field, hasGroup)?.timed ?? resolveField(field, hasGroup).rules.timed;
}
