import { InvalidOptionError } from '../../../errors.js';
import { checkOneOf } from '../../check-one-of.js';
import { resolveMemory } from '../../memory.js';
import { FrequencyEncoding } from '../plain/frequency-encoding.js';
import type { VectorMethodEntry } from '../vector-method-entry.js';
import { vectorRulesOf } from '../vector-rules-of.js';
import { maxTermsOf } from './text-options.js';

/** `frequency`: a category by its share of the values before. */
export const frequencyMethod: VectorMethodEntry = {
  own: ['maxTerms', 'whenFull'],
  common: ['memory', 'order', 'missing'],
  resolve(field) {
    const rules = vectorRulesOf(field, 0);
    const memory = resolveMemory(field.memory);
    if (memory.kind === 'window' || memory.kind === 'window-time')
      throw new InvalidOptionError(
        'memory',
        field.memory,
        "'all' or { halfLife: values | duration }: a window would keep every value",
      );
    const { whenFull = 'ignore' } = field;
    checkOneOf('whenFull', whenFull, ['ignore', 'prune', 'refuse']);
    const maxTerms = maxTermsOf(field);
    return {
      rules,
      timed: memory.kind === 'half-life-time',
      state: memory,
      described: { memory, maxTerms, whenFull, order: rules.order, missing: rules.missing },
      create: (counters) => new FrequencyEncoding({ memory, maxTerms, whenFull }, rules, counters),
    };
  },
};
