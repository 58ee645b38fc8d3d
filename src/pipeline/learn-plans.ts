import { InvalidOptionError } from '../errors.js';
import { MODEL_OPTIONS } from '../learn/create-model.js';
import type { Config } from './config-schema.js';
import { hasBatches, type LearnPlan, type PipelinePlan } from './plan.js';
import { LEARNT } from './record-models.js';
import { comesToANumber, resolveLearn } from './resolve-learn.js';
import { display, type Fault, valueAt } from './schema-faults.js';

type Learner = NonNullable<Config['learn']>[string];

const LOOP_OPTIONS = ['selection', 'loss', 'halfLife', 'earlyStopping', 'scaleTarget'] as const;
/** What of these a detector calls wrong, it calls by its own name for it. */
const DETECTOR_OPTIONS = ['falseAlarmEvery', 'smallestShift', 'clock', 'alpha', 'delta', 'threshold', 'limit'];

/** The models of a configuration, every default in its place, and all that is wrong with them. */
export function learnPlans(
  { learn, record = {} }: Config,
  fields: PipelinePlan['fields'],
  faults: Fault[],
  written: unknown,
): LearnPlan[] | undefined {
  if (learn === undefined || Object.keys(learn).length === 0) return undefined;
  if (hasBatches({ fields }))
    faults.push({
      path: ['learn'],
      message: 'must be absent beside the method batch, whose scores depend on where micro-batches end',
    });
  for (const { name } of fields.named)
    if (isOwn(name))
      faults.push({
        path: ['fields', name],
        message: `must be absent beside learn, which writes ${LEARNT} itself`,
        atKey: true,
      });
  const parts = [record.key ?? [], record.group ?? [], record.time ?? []].flat();
  return Object.entries(learn).map(([name, learner]) => {
    const plan = planOf(name, learner, fields);
    try {
      if (isOwn(plan.target))
        throw new InvalidOptionError(
          'target',
          plan.target,
          `another field: ${LEARNT} is what the output writes itself`,
        );
      if (learner.features === undefined && fields.others !== undefined)
        throw new InvalidOptionError('features', undefined, "a list of fields: '*' does not say which there are");
      const part = fields.others ? plan.features.findIndex((feature) => parts.includes(feature)) : -1;
      if (part >= 0)
        throw new InvalidOptionError(`features.${part}`, plan.features[part], 'a field: record says that it is none');
      resolveLearn(plan, fields);
    } catch (error) {
      if (!(error instanceof InvalidOptionError)) throw error;
      faults.push(faultOf(name, learner, error, written));
    }
    return plan;
  });
}

function planOf(name: string, learner: Learner, { named }: PipelinePlan['fields']): LearnPlan {
  const { model, target, per = 'key', missing = 'skip' } = learner;
  const others = named.filter((field) => field.name !== target && comesToANumber(field.options));
  const features = learner.features ?? others.map((field) => field.name);
  const options = [...LOOP_OPTIONS, ...MODEL_OPTIONS].filter((option) => learner[option] !== undefined);
  return {
    name,
    model,
    target,
    features,
    per,
    missing,
    ...Object.fromEntries(options.map((option) => [option, learner[option]])),
  };
}

/** Whether a dotted path leads into what the output writes. */
function isOwn(path: string): boolean {
  return path === LEARNT || path.startsWith(`${LEARNT}.`);
}

function faultOf(
  name: string,
  learner: Learner,
  { option, expected, received }: InvalidOptionError,
  shown: unknown,
): Fault {
  const detector = typeof learner.earlyStopping === 'object' && typeof learner.earlyStopping.detector === 'object';
  const place =
    option === 'flatAfter'
      ? ['selection', 'flatAfter']
      : option === 'detector'
        ? ['earlyStopping', 'detector']
        : detector && DETECTOR_OPTIONS.includes(option)
          ? ['earlyStopping', 'detector', option]
          : option.split('.');
  const path = ['learn', name, ...place];
  const written = valueAt(shown, path);
  return { path, message: `must be ${expected}, got ${display(written === undefined ? received : written)}` };
}
