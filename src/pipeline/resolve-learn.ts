import { crc32 } from '../checkpoint/format/crc32.js';
import { encodeText } from '../checkpoint/format/text.js';
import { InvalidOptionError } from '../errors.js';
import { createModel, MODEL_OPTIONS } from '../learn/create-model.js';
import type { LearnerEvent } from '../learn/learner-event.js';
import type { StateModel } from '../learn/online-model.js';
import { type ResolvedLoop, resolveLoop } from '../learn/resolve-loop.js';
import { defaultMethod } from '../normalize/default-method.js';
import type { FieldMethod, FieldOptions } from '../normalize/field-options.js';
import { vectorMethodOf } from '../normalize/vector/vector-methods.js';
import type { LearnPlan, PipelinePlan } from './plan.js';

/** A model of the configuration, checked, and what its state means. */
export interface ResolvedLearn {
  model: StateModel;
  loop: ResolvedLoop;
  fingerprint: string;
}

/** Methods for more than numbers whose output is one. */
const COME_TO_A_NUMBER: readonly FieldMethod[] = ['boolean', 'frequency', 'square-root', 'log1p', 'seasonal'];

/**
 * Checks a model against the fields that it reads.
 *
 * State of another model, of other inputs, another target or another kind of loss has another fingerprint. Its stop mark says what the
 * model was configured to do and to read: one that failed is tried again when that has changed.
 *
 * @throws InvalidOptionError naming the option
 */
export function resolveLearn(
  plan: LearnPlan,
  fields: PipelinePlan['fields'],
  onEvent?: (event: LearnerEvent) => void,
): ResolvedLearn {
  const { features, target, per, selection } = plan;
  const inputs = features.map((feature, i) => ({ feature, options: optionsOf(plan, i, fields) }));
  if (features.length === 0)
    throw new InvalidOptionError('features', features, 'a list of fields: none comes to one number beside the target');
  const aim = fields.named.find(({ name }) => name === target)?.options;
  if (aim !== undefined && vectorMethodOf(aim) !== undefined)
    throw new InvalidOptionError('target', target, 'a field of one number, or none of the fields');
  const model = createModel(plan.model, features.length, pick(plan, MODEL_OPTIONS));
  // Outputs have no windowed loss: it would be most of the state.
  const loop = resolveLoop(
    model,
    { ...plan, window: null },
    {
      selection: selection === true ? {} : selection || undefined,
      inputs: features.length,
      onEvent,
      stopMark: crc32(encodeText(JSON.stringify([plan, inputs]))) || 1,
    },
  );
  const methods = inputs.map(({ feature, options }) => [feature, options.method ?? defaultMethod(options)]);
  return { model, loop, fingerprint: JSON.stringify([loop.make().fingerprint, target, methods, per]) };
}

/** Whether a field comes to one number, scored by itself. */
export function comesToANumber(options: FieldOptions): boolean {
  const method = options.method ?? defaultMethod(options);
  return vectorMethodOf(options) === undefined ? method !== 'batch' : COME_TO_A_NUMBER.includes(method);
}

function optionsOf(
  { features, target }: LearnPlan,
  i: number,
  { named, others }: PipelinePlan['fields'],
): FieldOptions {
  const feature = features[i]!;
  const option = `features.${i}`;
  if (feature === target)
    throw new InvalidOptionError(option, feature, 'another field than the target, which is not known yet');
  if (features.indexOf(feature) !== i) throw new InvalidOptionError(option, feature, 'in the list once');
  const options = named.find(({ name }) => name === feature)?.options ?? others;
  if (options === undefined) {
    const known = named.map(({ name }) => name).join(', ');
    throw new InvalidOptionError(option, feature, `a field that is normalized: ${known}`);
  }
  if (!comesToANumber(options))
    throw new InvalidOptionError(option, feature, `a field that comes to one number, which ${options.method} does not`);
  return options;
}

function pick<T extends object, K extends keyof T>(from: T, names: readonly K[]): Pick<T, K> {
  return Object.fromEntries(names.filter((name) => from[name] !== undefined).map((name) => [name, from[name]])) as Pick<
    T,
    K
  >;
}
