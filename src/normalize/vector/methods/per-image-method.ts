import { PerImageStandardization } from '../per-image-standardization.js';
import { tensorFormatOf } from '../tensor-format-of.js';
import type { VectorMethodEntry } from '../vector-method-entry.js';
import { vectorRulesOf } from '../vector-rules-of.js';

/** `per-image-standardization`: every record by itself. */
export const perImageMethod: VectorMethodEntry = {
  own: ['shape', 'dtype', 'encoding'],
  common: ['missing'],
  resolve(field) {
    const format = tensorFormatOf(field);
    const rules = vectorRulesOf(field, 0);
    return {
      rules,
      timed: false,
      state: null,
      described: {},
      create: (counters) => new PerImageStandardization(format, rules, counters),
    };
  },
};
