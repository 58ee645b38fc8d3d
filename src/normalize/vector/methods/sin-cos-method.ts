import { InvalidOptionError } from '../../../errors.js';
import { FixedFunction } from '../plain/fixed-function.js';
import { circle } from '../plain/plain-functions.js';
import type { VectorMethodEntry } from '../vector-method-entry.js';
import { vectorRulesOf } from '../vector-rules-of.js';

/** `sin-cos`: an angle, an hour, a day of the year as a point on the circle. */
export const sinCosMethod: VectorMethodEntry = {
  own: ['period'],
  common: ['missing'],
  resolve(field) {
    const rules = vectorRulesOf(field, 0);
    const { period = 2 * Math.PI } = field;
    if (!(period > 0 && Number.isFinite(period))) throw new InvalidOptionError('period', period, 'a finite number > 0');
    return {
      rules,
      timed: false,
      state: null,
      described: { period, missing: rules.missing },
      create: (counters) => new FixedFunction(circle(period), rules, counters),
    };
  },
};
