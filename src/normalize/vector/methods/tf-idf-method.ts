import { InvalidOptionError } from '../../../errors.js';
import { checkOneOf } from '../../check-one-of.js';
import type { FieldOptions } from '../../field-options.js';
import { resolveMemory } from '../../memory.js';
import { HashedTfIdf } from '../text/hashed-tf-idf.js';
import type { WeightNorm } from '../text/term-weights.js';
import { TfIdf } from '../text/tf-idf.js';
import type { VectorMethodEntry } from '../vector-method-entry.js';
import { vectorRulesOf } from '../vector-rules-of.js';
import { featuresOf, maxTermsOf, TOKENIZER_OPTIONS, tokenizerOptionsOf } from './text-options.js';

/** `tf-idf`: terms of text by how often they are in it and how rare they are. */
export const tfIdfMethod: VectorMethodEntry = {
  own: [...TOKENIZER_OPTIONS, 'maxTerms', 'whenFull', 'features', 'tf', 'idf', 'norm', 'output'],
  common: ['memory', 'order', 'missing'],
  resolve(field) {
    const tokenizer = tokenizerOptionsOf(field);
    const rules = vectorRulesOf(field, 0);
    const memory = resolveMemory(field.memory);
    if (memory.kind === 'window' || memory.kind === 'window-time')
      throw new InvalidOptionError(
        'memory',
        field.memory,
        "'all' or { halfLife: documents | duration }: a window would keep every document",
      );
    const { tf = 'count', idf = 'smooth', whenFull = 'ignore', features } = field;
    const { output = features === undefined ? 'terms' : 'sparse' } = field;
    const norm = weightNormOf(field);
    checkOneOf('tf', tf, ['count', 'binary', 'sublinear', 'frequency']);
    checkOneOf('idf', idf, ['smooth', 'keras', 'none']);
    const weighing = { memory, tf, idf, norm };
    const timed = memory.kind === 'half-life-time';
    if (features !== undefined) {
      for (const option of ['maxTerms', 'whenFull'] as const)
        if (field[option] !== undefined)
          throw new InvalidOptionError(option, field[option], 'absent beside features: there is no vocabulary then');
      checkOneOf('output', output, ['sparse', 'dense']);
      const hashed = { ...weighing, features: featuresOf(features), output: output as 'sparse' | 'dense' };
      return {
        rules,
        timed,
        state: [tokenizer, memory, features, idf === 'none'],
        described: { ...tokenizer, ...hashed, order: rules.order, missing: rules.missing },
        create: (counters) => new HashedTfIdf({ tokenizer, ...hashed, signed: false }, rules, counters),
      };
    }
    checkOneOf('output', output, ['terms', 'sparse', 'dense']);
    checkOneOf('whenFull', whenFull, ['ignore', 'prune', 'refuse']);
    const grown = { ...weighing, maxTerms: maxTermsOf(field), whenFull, output };
    return {
      rules,
      timed,
      state: [tokenizer, memory],
      described: { ...tokenizer, ...grown, order: rules.order, missing: rules.missing },
      create: (counters) => new TfIdf({ tokenizer, ...grown }, rules, counters),
    };
  },
};

/** @throws InvalidOptionError */
export function weightNormOf({ norm = 'l2' }: FieldOptions): WeightNorm {
  checkOneOf('norm', norm, ['l1', 'l2', 'none']);
  return norm as WeightNorm;
}
