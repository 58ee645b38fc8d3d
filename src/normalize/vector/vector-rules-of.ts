import { InvalidOptionError } from '../../errors.js';
import { checkOneOf } from '../check-one-of.js';
import type { CommonOptions } from '../field-options.js';
import type { VectorRules } from './vector-rules.js';

/**
 * The rules that a field's options come to.
 * @param warmup where none is given
 * @throws InvalidOptionError
 */
export function vectorRulesOf(options: CommonOptions, warmup: number): VectorRules {
  const rules: VectorRules = {
    order: options.order ?? 'normalize-first',
    warmup: options.warmup ?? warmup,
    whileWarming: options.whileWarming ?? 'null',
    missing: options.missing ?? 'skip',
    whenFlat: options.whenFlat ?? 'zero',
  };
  checkOneOf('order', rules.order, ['normalize-first', 'learn-first']);
  checkOneOf('whileWarming', rules.whileWarming, ['null', 'drop', 'raw', 'zero']);
  checkOneOf('missing', rules.missing, ['skip', 'error', 'impute']);
  checkOneOf('whenFlat', rules.whenFlat, ['zero', 'center']);
  if (!(Number.isSafeInteger(rules.warmup) && rules.warmup >= 0))
    throw new InvalidOptionError('warmup', rules.warmup, 'an integer >= 0');
  return rules;
}
