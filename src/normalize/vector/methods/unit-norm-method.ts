import { checkOneOf } from '../../check-one-of.js';
import type { Norm } from '../../unit-norm.js';
import { tensorFormatOf } from '../tensor-format-of.js';
import { UnitVector } from '../unit-vector.js';
import type { VectorMethodEntry } from '../vector-method-entry.js';
import { vectorRulesOf } from '../vector-rules-of.js';

/** `unit-norm` of a field that is itself a vector. */
export const unitNormMethod: VectorMethodEntry = {
  own: ['shape', 'dtype', 'encoding', 'norm'],
  common: ['missing'],
  resolve(field) {
    const format = tensorFormatOf(field);
    const rules = vectorRulesOf(field, 0);
    const { norm = 'l2' } = field;
    checkOneOf('norm', norm, ['l1', 'l2', 'max']);
    return {
      rules,
      timed: false,
      state: null,
      described: { norm },
      create: (counters) => new UnitVector(format, norm as Norm, rules, counters),
    };
  },
};
