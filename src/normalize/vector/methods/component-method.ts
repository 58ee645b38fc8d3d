import { InvalidOptionError } from '../../../errors.js';
import { createScorer } from '../../create-scorer.js';
import type { FieldOptions } from '../../field-options.js';
import { COMMON_OPTIONS, refusal } from '../../refused-options.js';
import { METHOD_OPTIONS, resolveField } from '../../resolve-field.js';
import { ComponentScorer } from '../component-scorer.js';
import type { VectorMaking } from '../resolved-vector.js';
import { tensorFormatOf } from '../tensor-format-of.js';
import type { VectorMethodEntry } from '../vector-method-entry.js';
import { VECTOR_OPTIONS } from '../vector-options.js';
import { vectorRulesOf } from '../vector-rules-of.js';

/** A method for one number, for each component of a vector. */
export function componentMethod(method: NonNullable<FieldOptions['method']>): VectorMethodEntry {
  return {
    own: ['shape', 'dtype', 'encoding', ...METHOD_OPTIONS],
    common: COMMON_OPTIONS.filter((option) => option !== 'drift' && refusal(method, option) === undefined),
    resolve: (field) => resolveComponents(field),
  };
}

/** @throws InvalidOptionError */
function resolveComponents(field: FieldOptions): VectorMaking {
  const format = tensorFormatOf(field);
  if (field.method === 'batch')
    throw new InvalidOptionError('shape', field.shape, 'absent: batch takes one number a record');
  if (field.method === 'none')
    throw new InvalidOptionError(
      'method',
      field.method,
      'one that scores a field with a shape, as z-score does; a field that is left out stays as it is',
    );
  const [length] = format.shape;
  if (format.shape.length > 1 || length === null || length === undefined)
    throw new InvalidOptionError(
      'method',
      field.method,
      'z-score for a field of positions and channels: other methods score the components of a vector, of a shape like [64]',
    );
  const own = Object.entries(field).filter(([option]) => !(VECTOR_OPTIONS as readonly string[]).includes(option));
  const scalar = resolveField(Object.fromEntries(own) as FieldOptions);
  if (scalar.memory.kind === 'window-time')
    throw new InvalidOptionError('memory', field.memory, 'without a window in event time, whose state grows');
  const rules = vectorRulesOf(field, scalar.rules.warmup);
  return {
    rules,
    timed: scalar.rules.timed,
    state: scalar.fingerprint,
    described: { ...scalar.rules, memory: scalar.memory },
    create: (counters) => new ComponentScorer(format, length, createScorer(scalar, counters), rules, counters),
  };
}
