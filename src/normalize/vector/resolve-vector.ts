import { InvalidOptionError } from '../../errors.js';
import { checkOneOf } from '../check-one-of.js';
import { defaultMethod } from '../default-method.js';
import type { FieldOptions } from '../field-options.js';
import type { ResolvedVector } from './resolved-vector.js';
import { vectorMethodOf } from './vector-methods.js';

/**
 * Checks the options of a field that is more than one number, and fills in the defaults.
 * @param hasGroup whether the records have a group
 * @returns undefined for a field that is one number
 * @throws InvalidOptionError naming the option, what it must be and what it is
 */
export function resolveVector({ group, ...field }: FieldOptions, hasGroup = false): ResolvedVector | undefined {
  const entry = vectorMethodOf(field);
  if (entry === undefined) return undefined;
  if (hasGroup && group !== false)
    throw new InvalidOptionError('group', group ?? true, 'false for this field: only one number a field has groups');
  const { method = defaultMethod(field), encoding = 'numbers' } = field;
  for (const option of Object.keys(field)) {
    const received = (field as Record<string, unknown>)[option];
    if (received === undefined) continue;
    const isOwn =
      option === 'method' ||
      (entry.own as readonly string[]).includes(option) ||
      (entry.common as readonly string[]).includes(option);
    if (!isOwn)
      throw new InvalidOptionError(
        option,
        received,
        `absent: ${method}${field.shape === undefined ? '' : ' of a field with a shape'} has no use for it`,
      );
  }
  checkOneOf('encoding', encoding, ['numbers', 'base64']);
  const { create, rules, timed, state, described } = entry.resolve({ ...field, method });
  const { shape, dtype, channels } = field;
  return {
    method,
    rules,
    timed,
    encoding,
    create,
    fingerprint: JSON.stringify([method, ...(shape ? [shape, channels ?? 'last'] : []), state]),
    described: {
      method,
      ...(shape && { shape, dtype: dtype ?? 'float64' }),
      ...(channels && { channels }),
      ...(entry.own.includes('encoding') && { encoding }),
      ...described,
    },
  };
}
