import { InvalidOptionError } from '../../../errors.js';
import { checkOneOf } from '../../check-one-of.js';
import type { TokenizerOptions } from '../text/tokenizer.js';
import type { VectorOptions } from '../vector-options.js';

/** Options of how text is cut, by name. */
export const TOKENIZER_OPTIONS = ['lowercase', 'minLength', 'ngrams', 'stopWords', 'locale'] as const;

const MOST_WORDS = 8;
const MOST_TERMS = 2 ** 21;

/**
 * How text is cut into terms.
 * @throws InvalidOptionError
 */
export function tokenizerOptionsOf(field: VectorOptions): TokenizerOptions {
  const { lowercase = true, locale, ngrams = [1, 1], stopWords = [] } = field;
  // A word of one letter says little, but for scripts where it is a word.
  const { minLength = locale === undefined ? 2 : 1 } = field;
  checkOneOf('lowercase', lowercase, [true, false]);
  if (!(Number.isSafeInteger(minLength) && minLength >= 1))
    throw new InvalidOptionError('minLength', minLength, 'an integer >= 1');
  const [low, high] = Array.isArray(ngrams) && ngrams.length === 2 ? ngrams : [0, 0];
  if (!(Number.isSafeInteger(low) && Number.isSafeInteger(high) && low >= 1 && low <= high && high <= MOST_WORDS))
    throw new InvalidOptionError('ngrams', ngrams, `[fewest, most] words in a row, from 1 to ${MOST_WORDS}`);
  if (!Array.isArray(stopWords) || stopWords.some((word) => typeof word !== 'string' || word === ''))
    throw new InvalidOptionError('stopWords', stopWords, 'a list of words');
  if (locale !== undefined) checkLocale(locale);
  return { lowercase, minLength, ngrams: [low, high], stopWords, locale };
}

/** @throws InvalidOptionError */
export function maxTermsOf({ maxTerms = 10_000 }: VectorOptions): number {
  if (!(Number.isSafeInteger(maxTerms) && maxTerms >= 1 && maxTerms <= MOST_TERMS))
    throw new InvalidOptionError('maxTerms', maxTerms, `an integer from 1 to ${MOST_TERMS}`);
  return maxTerms;
}

/** @throws InvalidOptionError */
export function featuresOf(features: unknown): number {
  if (!(Number.isSafeInteger(features) && (features as number) >= 1 && (features as number) <= MOST_TERMS))
    throw new InvalidOptionError('features', features, `an integer from 1 to ${MOST_TERMS}`);
  return features as number;
}

function checkLocale(locale: unknown): void {
  try {
    if (typeof locale === 'string' && Intl.Segmenter.supportedLocalesOf(locale).length > 0) return;
  } catch {
    // no language tag at all
  }
  throw new InvalidOptionError('locale', locale, 'a language that Intl.Segmenter has, like "zh" or "th"');
}
