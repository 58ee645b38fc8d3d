import type { LoudnessMeasure } from '../audio/loudness-normalizer.js';
import type { TensorType } from './tensor-types.js';
import type { Idf, TermFrequency } from './text/term-weights.js';
import type { WhenFull } from './text/vocabulary.js';

/** Methods for fields that are more than one number, or none. A method for one number takes a vector too, where `shape` is given. */
export type VectorMethod = (typeof VECTOR_METHODS)[number];

export const VECTOR_METHODS = [
  'rescale',
  'per-image-standardization',
  'tf-idf',
  'hashing',
  'token-ids',
  'pass-through',
  'boolean',
  'frequency',
  'sin-cos',
  'square-root',
  'log1p',
  'instance-norm',
  'san',
  'dish-ts',
  'seasonal',
  'loudness',
] as const;

/** Every option that only such fields have, by name. */
export const VECTOR_OPTIONS = [
  'shape', 'dtype', 'channels', 'encoding', 'maskValue', 'scale', 'offset', 'mean', 'std',
  'lowercase', 'minLength', 'ngrams', 'stopWords', 'locale', 'maxTerms', 'whenFull', 'features', 'signed', 'tf', 'idf', 'output',
  'length', 'padding', 'truncation', 'mask',
'period', 'slice', 'season', 'bins', 'utcOffset',
  'sampleRate', 'measure', 'target', 'maxGain', 'attack', 'release', 'ceiling', 'lookAhead', 'limiterRelease',
] as const satisfies readonly (keyof VectorOptions)[]; // biome-ignore format: one line reads better

/** Options of fields that are more than one number; one that the method does not have is refused. */
export interface VectorOptions {
  /** Lengths of the axes, the last fastest: `[224, 224, 3]`; null, at most once, for any length: `[null, 6]`. */
  shape?: readonly (number | null)[];
  /** What the numbers are where they come as bytes, little-endian, and what an array may hold. @defaultValue `'float64'` */
  dtype?: TensorType;
  /** Which axis is that of the channels. @defaultValue `'last'` */
  channels?: 'last' | 'first';
  /** How arrays are written: as numbers, or as base64 of little-endian floats, four bytes each for small types. @defaultValue `'numbers'` */
  encoding?: 'numbers' | 'base64';
  /** z-score: a position all of whose channels have this value is padding. @defaultValue none */
  maskValue?: number;
  /** rescale: multiplied first. @defaultValue 1 */
  scale?: number;
  /** rescale: added then. @defaultValue 0 */
  offset?: number;
  /** rescale: subtracted then, for all channels or one each. @defaultValue 0 */
  mean?: number | readonly number[];
  /** rescale: divided by at last, for all channels or one each. @defaultValue 1 */
  std?: number | readonly number[];
  /** Text: whether letters are made small. @defaultValue true */
  lowercase?: boolean;
  /** Text: shorter words are no terms. @defaultValue 2; 1 with a `locale` */
  minLength?: number;
  /** Text: rows of so few to so many words are terms. @defaultValue `[1, 1]` */
  ngrams?: readonly [number, number];
  /** Text: words that are no terms. @defaultValue none */
  stopWords?: readonly string[];
  /** Text: a language whose words `Intl.Segmenter` finds, for those that write without spaces. @defaultValue none: Unicode's `\w+` */
  locale?: string;
  /** Text with a vocabulary: most terms in it. @defaultValue 10,000 */
  maxTerms?: number;
  /**
   * Text with a vocabulary: what becomes of a new term where there is no room. `'ignore'`: it is left out, and counted as `leftOut`; `'prune'`
   * (tf-idf): a quarter of the terms go, those in the fewest documents; `'refuse'`: the record is a bad one. @defaultValue `'ignore'`
   */
  whenFull?: WhenFull;
  /** hashing, tf-idf without a vocabulary: positions that terms are hashed to. @defaultValue 4,096 for hashing */
  features?: number;
  /** hashing: whether a bit of the hash is a sign. @defaultValue true */
  signed?: boolean;
  /** How often a term is in a text: times, whether, 1 + ln(times), part of all. @defaultValue `'count'` */
  tf?: TermFrequency;
  /** tf-idf: ln((1 + n) / (1 + df)) + 1, ln(1 + n / (1 + df)), or 1. @defaultValue `'smooth'` */
  idf?: Idf;
  /** By term, by position with the zeros left out, or a whole array. @defaultValue `'terms'`; `'sparse'` where terms are hashed */
  output?: 'terms' | 'sparse' | 'dense';
  /** token-ids: ids a text comes to. @defaultValue as many as it has terms */
  length?: number;
  /** token-ids: where zeros go, at the end or the beginning. @defaultValue `'post'` */
  padding?: 'post' | 'pre';
  /** token-ids: where terms go that are too many. @defaultValue `'post'` */
  truncation?: 'post' | 'pre';
  /** token-ids: whether to say beside the ids which of them are terms. @defaultValue false */
  mask?: boolean;
  /** sin-cos: a whole turn, in the unit of the value: 360, 24. @defaultValue 2π */
  period?: number;
  /** san: steps of a slice. */
  slice?: number;
  /** seasonal: `'day'`, `'week'` (from Monday), or a duration. @defaultValue `'day'` */
  season?: string;
  /** seasonal: phases of the season. @defaultValue one an hour */
  bins?: number;
  /** seasonal: hours that local time is ahead of UTC. @defaultValue 0 */
  utcOffset?: number;
  /** loudness: frames per second. */
  sampleRate?: number;
  /** loudness: what is brought to the target. @defaultValue `'short-term'` */
  measure?: LoudnessMeasure;
  /** loudness: in LUFS, or dBFS for `rms` and `peak`. @defaultValue −23, and −1 for `peak` */
  target?: number;
  /** loudness: the most that is amplified, in dB. @defaultValue 20 */
  maxGain?: number;
  /** loudness: time constant of a falling gain. @defaultValue `'300ms'` */
  attack?: number | string;
  /** loudness: time constant of a rising gain. @defaultValue `'3s'` */
  release?: number | string;
  /** loudness: what no value between samples exceeds, in dBTP. @defaultValue −1 */
  ceiling?: number;
  /** loudness: how long before a peak the limiter begins to act. @defaultValue `'5ms'` */
  lookAhead?: number | string;
  /** loudness: how long the limiter takes to let go. @defaultValue `'100ms'` */
  limiterRelease?: number | string;
}
