import { InvalidOptionError } from '../../errors.js';
import type { BatchNormalizer } from './batch-normalizer.js';

/**
 * The weights of a batch normalization layer in the order in which Keras and tfjs keep them: γ (unless `scale: false`), β (unless
 * `center: false`), moving mean, moving variance, each of one number a channel.
 */
export function exportLayerWeights(normalizer: BatchNormalizer): number[][] {
  const { rules, running, channels, gamma, beta } = normalizer;
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
 * Takes over the weights of a layer, as `exportLayerWeights` gives them and `layer.getWeights()` of a tfjs LayersModel once each is read
 * by `dataSync()`.
 * @param count what the moving statistics stand for: observations if pooled, where it is needed, else batches
 * @throws InvalidOptionError where they are not as many, not of as many channels, or no statistics
 */
export function importLayerWeights(
  normalizer: BatchNormalizer,
  weights: readonly ArrayLike<number>[],
  count?: number,
): void {
  const { rules, running, channels } = normalizer;
  const names = [
    ...(rules.scale ? ['gamma'] : []),
    ...(rules.center ? ['beta'] : []),
    'moving mean',
    'moving variance',
  ];
  if (weights.length !== names.length)
    throw new InvalidOptionError('weights', `${weights.length} arrays`, `${names.length} arrays: ${names.join(', ')}`);
  names.forEach((name, i) => {
    const given = Array.from(weights[i]!);
    if (given.length !== channels || !given.every((x) => Number.isFinite(x) && (name !== 'moving variance' || x >= 0)))
      throw new InvalidOptionError(
        'weights',
        given,
        `as ${name} ${channels} finite numbers${name === 'moving variance' ? ' >= 0' : ''}`,
      );
  });
  if (rules.semantics === 'pooled' ? !(count !== undefined && count > 0) : count !== undefined && !(count > 0))
    throw new InvalidOptionError('count', count, 'above 0: how many observations the moving statistics stand for');
  const [mean, variance] = weights.slice(-2) as [ArrayLike<number>, ArrayLike<number>];
  for (let c = 0; c < channels; c++) running.set(c, count ?? 1, mean[c]!, variance[c]!);
  if (rules.scale) normalizer.gamma = Float64Array.from(weights[0]!);
  if (rules.center) normalizer.beta = Float64Array.from(weights[rules.scale ? 1 : 0]!);
}
