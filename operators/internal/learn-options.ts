import { valueAtName } from '../../src/codec/value-at-name.js';
import { InvalidOptionError } from '../../src/errors.js';
import type { FeatureSelectionOptions } from '../../src/learn/feature-watch.js';
import type { LearnerEvent } from '../../src/learn/learner-event.js';
import type { ModelRenormalization } from '../../src/learn/learning-loop.js';
import { type BatchModel, isBatchModel, isStateModel, type OnlineModel } from '../../src/learn/online-model.js';
import type { MissingFeatures } from '../../src/learn/record-loop.js';
import { type LoopOptions, type ResolvedLoop, resolveLoop } from '../../src/learn/resolve-loop.js';
import { SeriesTable } from '../../src/series/series-table.js';

/** The features of a record: fields by (dotted) name, or an accessor. */
export type FeaturesOption<T> = readonly string[] | ((record: T) => ArrayLike<number | null | undefined>);

/** What learning from records and from micro-batches have in common. */
interface LearnOptions<T> extends LoopOptions {
  /** What came true: a number, or true or false; anything else: not known, predicted and not learnt. */
  target: (record: T) => number | boolean | null | undefined;
  /** Hears of models that are stopped, frozen or thawed, and of features left out. @defaultValue nobody */
  onEvent?: (event: LearnerEvent) => void;
  /** Where the state lives: to save, restore or share it. @defaultValue a table of the subscription's own */
  table?: SeriesTable;
  /** The name of the state in `table`. @defaultValue `'learner'` */
  field?: string;
}

export interface LearnRecordOptions<T> extends LearnOptions<T> {
  /** What the model is given. */
  features: FeaturesOption<T>;
  /** A model for each key: for models whose state is in the table. @defaultValue one for all records */
  key?: (record: T) => string;
  /** What becomes of a record that lacks a feature: no prediction, 0 in its place (the center, where features are normalized), an error. @defaultValue `'skip'` */
  missing?: MissingFeatures;
  /** Leave out features whose sensor is stuck or silent. @defaultValue never */
  selection?: boolean | (FeatureSelectionOptions & { raw?: FeaturesOption<T> });
  /** The renormalizations that a record set off, for models that can be corrected for them. @defaultValue none */
  renormalizations?: (record: T) => readonly ModelRenormalization[] | null | undefined;
}

export interface LearnBatchOptions<T> extends LearnOptions<T> {
  /** Absent: the columns of a batch are the features. */
  features?: undefined;
}

const COMMON = ['target', 'loss', 'halfLife', 'window', 'earlyStopping', 'scaleTarget', 'onEvent', 'table', 'field'];
const OF_RECORDS = ['features', 'key', 'missing', 'selection', 'renormalizations'];

/**
 * Checks the options, and says how to make the loop of a subscription.
 * @throws InvalidOptionError naming the option
 */
export function resolveLearnOptions<T>(
  model: OnlineModel | BatchModel,
  options: LearnRecordOptions<T> | LearnBatchOptions<T>,
): ResolvedLoop {
  const isState = typeof model === 'object' && model !== null && isStateModel(model);
  const isAny =
    typeof (model as OnlineModel)?.predict === 'function' && typeof (model as OnlineModel).learn === 'function';
  const isBatch = typeof model === 'object' && model !== null && isBatchModel(model);
  if (!isAny && !isBatch)
    throw new InvalidOptionError(
      'model',
      model,
      'an object with predict and learn, or with predictBatch and learnBatch',
    );
  const { features } = options;
  for (const option of Object.keys(options))
    if (!COMMON.includes(option) && !(OF_RECORDS.includes(option) && (features !== undefined || option === 'features')))
      throw new InvalidOptionError(
        option,
        options[option as keyof typeof options],
        OF_RECORDS.includes(option) ? 'absent: only records with features have it' : 'absent: there is no such option',
      );
  if (typeof options.target !== 'function')
    throw new InvalidOptionError('target', options.target, 'a function of the record');
  if (options.table !== undefined && !(options.table instanceof SeriesTable))
    throw new InvalidOptionError('table', options.table, 'a SeriesTable');
  if (options.onEvent !== undefined && typeof options.onEvent !== 'function')
    throw new InvalidOptionError('onEvent', options.onEvent, 'a function');
  const inputs = isState ? model.inputs : Array.isArray(features) ? features.length : undefined;
  const selection = features === undefined ? undefined : checkRecordOptions(model, options, inputs);
  return resolveLoop(model, options, { selection, inputs, onEvent: options.onEvent });
}

function checkRecordOptions<T>(
  model: OnlineModel | BatchModel,
  { features, key, missing = 'skip', selection, renormalizations }: LearnRecordOptions<T>,
  inputs: number | undefined,
): FeatureSelectionOptions | undefined {
  const isState = isStateModel(model as OnlineModel);
  if (typeof (model as OnlineModel).predict !== 'function')
    throw new InvalidOptionError(
      'features',
      features,
      'absent: the model takes micro-batches, whose columns are the features',
    );
  if (typeof features !== 'function' && !isNames(features))
    throw new InvalidOptionError('features', features, 'a list of fields or an accessor');
  if (Array.isArray(features) && inputs !== features.length)
    throw new InvalidOptionError('features', features, `${inputs} fields, as the model has inputs`);
  if (key !== undefined && typeof key !== 'function')
    throw new InvalidOptionError('key', key, 'a function of the record');
  if (key !== undefined && !isState)
    throw new InvalidOptionError(
      'key',
      'a function',
      'absent: only models whose state is in the table are one for each key',
    );
  if (!['skip', 'impute', 'error'].includes(missing))
    throw new InvalidOptionError('missing', missing, 'one of "skip", "impute", "error"');
  if (renormalizations !== undefined && typeof renormalizations !== 'function')
    throw new InvalidOptionError('renormalizations', renormalizations, 'a function of the record');
  if (renormalizations !== undefined && typeof (model as OnlineModel).correct !== 'function')
    throw new InvalidOptionError('renormalizations', 'a function', 'absent: the model has no correct');
  if (!selection) return undefined;
  if (inputs === undefined)
    throw new InvalidOptionError(
      'selection',
      selection,
      'absent: features must be a list of fields, or the model say its inputs',
    );
  if (selection === true) return {};
  const { raw, ...rest } = selection;
  if (raw !== undefined && typeof raw !== 'function' && !(isNames(raw) && raw.length === inputs))
    throw new InvalidOptionError('selection.raw', raw, `a list of ${inputs} fields or an accessor`);
  return rest;
}

function isNames(given: unknown): given is readonly string[] {
  return Array.isArray(given) && given.length > 0 && given.every((name) => typeof name === 'string');
}

/** Reads features into an array that is made once. NaN stands for what is no number. */
export function featureReader<T>(features: FeaturesOption<T>): (record: T, into: Float64Array) => number {
  if (typeof features === 'function')
    return (record, into) => {
      const given = features(record);
      const length = Math.min(given.length, into.length);
      for (let i = 0; i < length; i++) into[i] = asNumber(given[i]);
      return given.length;
    };
  const names = [...(features as readonly string[])];
  return (record, into) => {
    for (let i = 0; i < names.length; i++) into[i] = asNumber(valueAtName(record, names[i]!));
    return names.length;
  };
}

function asNumber(value: unknown): number {
  return typeof value === 'number' ? value : Number.NaN;
}
