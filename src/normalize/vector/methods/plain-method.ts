import { FixedFunction, type PlainFunction } from '../plain/fixed-function.js';
import type { VectorMethodEntry } from '../vector-method-entry.js';
import { vectorRulesOf } from '../vector-rules-of.js';

/** A fixed function of one value. */
export function plainMethod(fixed: PlainFunction): VectorMethodEntry {
  return {
    own: [],
    common: ['missing'],
    resolve(field) {
      const rules = vectorRulesOf(field, 0);
      return {
        rules,
        timed: false,
        state: null,
        described: { missing: rules.missing },
        create: (counters) => new FixedFunction(fixed, rules, counters),
      };
    },
  };
}
