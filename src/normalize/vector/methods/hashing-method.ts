import { checkOneOf } from '../../check-one-of.js';
import { HashedTfIdf } from '../text/hashed-tf-idf.js';
import type { VectorMethodEntry } from '../vector-method-entry.js';
import { vectorRulesOf } from '../vector-rules-of.js';
import { featuresOf, TOKENIZER_OPTIONS, tokenizerOptionsOf } from './text-options.js';
import { weightNormOf } from './tf-idf-method.js';

/** `hashing`: terms of text at the positions that their hashes say. */
export const hashingMethod: VectorMethodEntry = {
  own: [...TOKENIZER_OPTIONS, 'features', 'signed', 'tf', 'norm', 'output'],
  common: ['missing'],
  resolve(field) {
    const tokenizer = tokenizerOptionsOf(field);
    const rules = vectorRulesOf(field, 0);
    const { features = 4096, signed = true, tf = 'count', output = 'sparse' } = field;
    checkOneOf('signed', signed, [true, false]);
    checkOneOf('tf', tf, ['count', 'binary', 'sublinear', 'frequency']);
    checkOneOf('output', output, ['sparse', 'dense']);
    const options = {
      features: featuresOf(features),
      signed,
      tf,
      norm: weightNormOf(field),
      output: output as 'sparse' | 'dense',
    };
    return {
      rules,
      timed: false,
      state: null,
      described: { ...tokenizer, ...options, missing: rules.missing },
      create: (counters) =>
        new HashedTfIdf({ tokenizer, ...options, memory: { kind: 'all' }, idf: 'none' }, rules, counters),
    };
  },
};
