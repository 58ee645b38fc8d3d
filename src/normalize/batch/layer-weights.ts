import { InvalidOptionError } from '../../errors.js';
import type { SeriesTable } from '../../series/series-table.js';
import type { BatchNormOptions } from './batch-norm-options.js';
import { weightsFor } from './batch-normalizer.js';
import { type BatchNormRules, resolveBatchNorm } from './resolve-batch-norm.js';
import { RunningChannels } from './running-channels.js';

/** Where in a table the running statistics of a batch normalization are. */
export interface BatchPlace {
  /** @defaultValue the empty key, of batches across keys */
  key?: string;
  /** @defaultValue `'batch'` */
  field?: string;
}

/**
 * The weights of a batch normalization layer in the order in which Keras and tfjs keep them: γ (unless `scale: false`), β (unless
 * `center: false`), moving mean, moving variance, each of one number a channel.
 *
 * For a tfjs LayersModel: `layer.setWeights(exportLayerWeights(table, options).map((w) => tf.tensor1d(w)))`.
 * @param options those that `batchNormalize` was given
 * @throws InvalidOptionError where the table has no such series, IncompatibleStateError where it is of other semantics
 */
export function exportLayerWeights(table: SeriesTable, options: BatchNormOptions & BatchPlace): number[][] {
  const { key = '', field = 'batch', ...normOptions } = options;
  const rules = resolveBatchNorm(normOptions);
  const found = table.columns.find(({ name }) => name === field);
  const slot = table.find(key);
  if (found === undefined) throw new InvalidOptionError('field', field, 'a field of the table');
  if (slot < 0) throw new InvalidOptionError('key', key, 'the key of a series in the table');
  const column = table.column(field, rules.fingerprint, found.stride, false);
  const channels = found.stride / RunningChannels.stride;
  const running = new RunningChannels(rules, channels);
  column.aim(running, slot);
  const gamma = weightsFor('gamma', rules.gamma, channels, 1);
  const beta = weightsFor('beta', rules.beta, channels, 0);
  const each = (value: (channel: number) => number) => Array.from({ length: channels }, (_, c) => value(c));
  return [
    ...(rules.scale ? [each((c) => gamma?.[c] ?? 1)] : []),
    ...(rules.center ? [each((c) => beta?.[c] ?? 0)] : []),
    // A layer that has seen nothing has mean 0 and variance 1.
    each((c) => (running.count(c) === 0 ? 0 : running.mean(c))),
    each((c) => (running.count(c) === 0 ? 1 : running.variance(c))),
  ];
}

/**
 * Puts the weights of a layer, as `exportLayerWeights` gives them, into a table.
 *
 * From a tfjs LayersModel: `importLayerWeights(table, layer.getWeights().map((w) => w.dataSync()), options)`.
 * @param options of the batch normalization to come; `count` says how many observations (pooled, where it is needed) or batches the
 * moving statistics stand for
 * @returns the options with γ and β from the weights: what `batchNormalize` is to be given, with the table
 * @throws InvalidOptionError where the weights are not as many, not of as many channels, or no statistics
 */
export function importLayerWeights(
  table: SeriesTable,
  weights: readonly ArrayLike<number>[],
  options: BatchNormOptions & BatchPlace & { count?: number },
): BatchNormOptions & { table: SeriesTable; field: string } {
  const { key = '', field = 'batch', count, gamma: _gamma, beta: _beta, ...normOptions } = options;
  const rules = resolveBatchNorm(normOptions);
  const { scale, center } = rules;
  const channels = checkWeights(weights, rules);
  if (rules.semantics === 'pooled' ? !(count !== undefined && count > 0) : count !== undefined && !(count > 0))
    throw new InvalidOptionError('count', count, 'above 0: how many observations the moving statistics stand for');
  const running = new RunningChannels(rules, channels);
  const column = table.column(field, rules.fingerprint, running.state.length, false);
  column.aim(running, table.slotOf(key));
  const [mean, variance] = weights.slice(-2) as [ArrayLike<number>, ArrayLike<number>];
  for (let c = 0; c < channels; c++) running.set(c, count ?? 1, mean[c]!, variance[c]!);
  return {
    ...normOptions,
    table,
    field,
    ...(scale && { gamma: Float64Array.from(weights[0]!) }),
    ...(center && { beta: Float64Array.from(weights[scale ? 1 : 0]!) }),
  };
}

/** How many channels they are of. */
function checkWeights(weights: readonly ArrayLike<number>[], { scale, center }: BatchNormRules): number {
  const names = [...(scale ? ['gamma'] : []), ...(center ? ['beta'] : []), 'moving mean', 'moving variance'];
  if (weights.length !== names.length)
    throw new InvalidOptionError('weights', `${weights.length} arrays`, `${names.length} arrays: ${names.join(', ')}`);
  const channels = weights[0]!.length;
  names.forEach((name, i) => {
    const given = Array.from(weights[i]!);
    const isVariance = name === 'moving variance';
    if (channels < 1 || given.length !== channels || !given.every((x) => Number.isFinite(x) && !(isVariance && x < 0)))
      throw new InvalidOptionError(
        'weights',
        given,
        `${channels} finite numbers${isVariance ? ' >= 0' : ''} as ${name}`,
      );
  });
  return channels;
}
