import type { CommonOptions, FieldMethod, FieldOptions, PlainMethod } from './field-options.js';

/** The options that scalar methods share, by name. */
export const COMMON_OPTIONS = [
  'memory',
  'allowedLateness',
  'order',
  'warmup',
  'whileWarming',
  'missing',
  'whenFlat',
  'clip',
  'learnWithin',
  'drift',
] as const satisfies readonly (keyof CommonOptions)[];

type Refusals = Partial<Record<(typeof COMMON_OPTIONS)[number], string>>;

const REFUSED: Partial<Record<FieldMethod, Refusals>> = {
  adaptive: selfTuning('adaptive'),
  innovation: selfTuning('innovation'),
  quantile: { whenFlat: 'quantile has no scale that could be 0' },
  batch: {
    memory: 'the momentum of batch says how the past is weighed',
    allowedLateness: 'batch has no window',
    order: 'batch scores a micro-batch by its own moments',
    warmup: 'the first micro-batch is scored by its own moments',
    whileWarming: 'the first micro-batch is scored by its own moments',
    whenFlat: 'batch answers beta for a flat series',
    clip: 'batch is affine, so that its outputs can be taken back',
    learnWithin: 'batch learns the moments of whole micro-batches',
    drift: 'batch follows its series by its momentum',
  },
  'unit-norm': stateless('unit-norm looks at one record only'),
  none: stateless('none leaves the value as it is'),
};

/** Why a method cannot have a common option; undefined when it can. */
export function refusal(method: FieldMethod, option: string): string | undefined {
  return REFUSED[method]?.[option as keyof Refusals];
}

function selfTuning(method: string): Refusals {
  return {
    memory: `${method} finds its own memory`,
    allowedLateness: `${method} has no window`,
    order: `${method} scores under the law it held before the value`,
    learnWithin: `${method} bounds what an outlier teaches by itself`,
    whenFlat: `${method} answers 0 for a flat series`,
    drift: `${method} follows its series by itself`,
  };
}

function stateless(reason: string): Refusals {
  return Object.fromEntries(COMMON_OPTIONS.map((option) => [option, reason]));
}

const NO_GROUP: Readonly<Record<Exclude<PlainMethod, 'z-score'>, string>> = {
  'min-max': 'the extremes of a group are not those that one of its series will have',
  'max-abs': 'the extremes of a group are not those that one of its series will have',
  robust: 'quantiles of a group and of a series are not mixed in shares that fade, as moments are',
  quantile: 'quantiles of a group and of a series are not mixed in shares that fade, as moments are',
  power: 'the exponent of a group is not estimated from moments',
  adaptive: 'what adaptive knows of a regime is not mixed with that of another series',
  innovation: 'what innovation knows of a series is a bank of laws, which are not mixed with those of another series',
  batch: 'batch normalizes by the batch that it has',
  'unit-norm': 'unit-norm looks at one record only',
  none: 'none leaves the value as it is',
};

/** Why the series of a field cannot begin with what their group knows; undefined when they can. */
export function groupRefusal(method: PlainMethod, { drift }: FieldOptions): string | undefined {
  if (method !== 'z-score') return NO_GROUP[method];
  return drift ? 'an epoch begins with what its series was before, not with what its group is' : undefined;
}
