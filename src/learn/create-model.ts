import { InvalidOptionError } from '../errors.js';
import type { GradientModelOptions } from './gradient-model.js';
import { LinearLearner } from './linear-learner.js';
import { LogisticLearner } from './logistic-learner.js';
import type { StateModel } from './online-model.js';
import { PassiveAggressiveLearner, type PassiveAggressiveLearnerOptions } from './passive-aggressive-learner.js';

/** The built-in models by name. */
export type ModelName = 'linear' | 'logistic' | 'passive-aggressive';

/** Options of single models. */
export type ModelOptions = Omit<GradientModelOptions, 'inputs'> & Omit<PassiveAggressiveLearnerOptions, 'inputs'>;

const GRADIENT = ['optimizer', 'rate', 'biasRate', 'l2', 'clipGradient'] as const;
/** The options that each model has. */
const OPTIONS: Readonly<Record<ModelName, readonly (keyof ModelOptions)[]>> = {
  linear: GRADIENT,
  logistic: GRADIENT,
  'passive-aggressive': ['task', 'variant', 'aggressiveness', 'epsilon', 'l2', 'learnBias'],
};

/** What of `options` belongs to models. */
export const MODEL_OPTIONS: readonly (keyof ModelOptions)[] = [...new Set(Object.values(OPTIONS).flat())];

/**
 * A built-in model by its name.
 * @param inputs features of a record
 * @throws InvalidOptionError naming the option; also for one that the model does not have
 */
export function createModel(name: ModelName, inputs: number, options: ModelOptions = {}): StateModel {
  const own = Object.hasOwn(OPTIONS, name) ? OPTIONS[name] : undefined;
  if (own === undefined) {
    const known = Object.keys(OPTIONS).map((each) => JSON.stringify(each));
    throw new InvalidOptionError('model', name, `one of ${known.join(', ')}`);
  }
  for (const [option, given] of Object.entries(options))
    if (given !== undefined && !own.includes(option as keyof ModelOptions))
      throw new InvalidOptionError(option, given, `absent: a model of the kind ${name} does not have it`);
  const given = { ...options, inputs };
  if (name === 'linear') return new LinearLearner(given);
  return name === 'logistic' ? new LogisticLearner(given) : new PassiveAggressiveLearner(given);
}
