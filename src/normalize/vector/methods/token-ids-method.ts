import { InvalidOptionError } from '../../../errors.js';
import { checkOneOf } from '../../check-one-of.js';
import { TokenIds } from '../text/token-ids.js';
import type { VectorMethodEntry } from '../vector-method-entry.js';
import { vectorRulesOf } from '../vector-rules-of.js';
import { maxTermsOf, TOKENIZER_OPTIONS, tokenizerOptionsOf } from './text-options.js';

const LONGEST = 2 ** 20;

/** `token-ids`: text as integers, for an embedding. */
export const tokenIdsMethod: VectorMethodEntry = {
  own: [...TOKENIZER_OPTIONS, 'maxTerms', 'whenFull', 'length', 'padding', 'truncation', 'mask'],
  common: ['order', 'missing'],
  resolve(field) {
    const tokenizer = tokenizerOptionsOf(field);
    const rules = vectorRulesOf(field, 0);
    const { whenFull = 'ignore', length, padding = 'post', truncation = 'post', mask = false } = field;
    if (whenFull === 'prune')
      throw new InvalidOptionError('whenFull', whenFull, '"ignore" or "refuse": an id is never given to another term');
    checkOneOf('whenFull', whenFull, ['ignore', 'refuse']);
    if (length !== undefined && !(Number.isSafeInteger(length) && length >= 1 && length <= LONGEST))
      throw new InvalidOptionError('length', length, `an integer from 1 to ${LONGEST}`);
    checkOneOf('padding', padding, ['post', 'pre']);
    checkOneOf('truncation', truncation, ['post', 'pre']);
    checkOneOf('mask', mask, [true, false]);
    const options = { maxTerms: maxTermsOf(field), whenFull, length, padding, truncation, mask };
    return {
      rules,
      timed: false,
      state: tokenizer,
      described: { ...tokenizer, ...options, order: rules.order, missing: rules.missing },
      create: (counters) => new TokenIds({ tokenizer, ...options }, rules, counters),
    };
  },
};
