import type { Backend, BatchArray, BatchJob, BatchResult } from '../../src/backend/backend.js';
import { type BatchLayout, groupsIn } from '../../src/batch/batch-layout.js';
import type { BatchScaling } from '../../src/batch/batch-scaling.js';
import { choosePivots } from '../../src/batch/choose-pivots.js';
import { expandMask } from '../../src/batch/expand-mask.js';
import { type GroupMoments, newGroupMoments } from '../../src/batch/group-moments.js';
import { type LayoutOptions, layoutOf } from '../../src/batch/layout-of.js';
import { InvalidOptionError, MissingValueError } from '../../src/errors.js';
import { BatchNormalizer, weightsFor } from '../../src/normalize/batch/batch-normalizer.js';
import type { BatchNormRules } from '../../src/normalize/batch/resolve-batch-norm.js';
import type { RunningChannels } from '../../src/normalize/batch/running-channels.js';
import { isObservation } from '../../src/stats/is-observation.js';
import type { BatchValues } from './batch-values.js';

export interface BatchRunnerOptions extends LayoutOptions {
  rules: BatchNormRules;
  missing: 'skip' | 'impute' | 'error';
  output: 'array' | 'tensor';
}

/** What became of one batch. */
export interface BatchOutcome extends BatchResult {
  readonly layout: BatchLayout;
  /** Moments that the batch was normalized by, about the pivots; absent where it was frozen. */
  readonly moments: GroupMoments | undefined;
  readonly pivots: Float64Array;
  /** Values that were no observations. Masked ones are not counted. */
  readonly missing: number;
}

export interface BatchPlaces {
  /** Where the output goes: as long as the values, possibly the same array. @defaultValue a new array of their type */
  out?: BatchArray | undefined;
  /** Turns the running statistics to the series of this batch: called before each use of them. @defaultValue there is one series */
  aim?: ((running: RunningChannels) => void) | undefined;
}

/**
 * Puts batches through a backend: shape to layout, what to subtract, the job, and afterwards what is learnt of it. The one path of the
 * operators and of the pipeline.
 *
 * At once where the backend is synchronous, else by promises that settle in order.
 */
export class BatchRunner {
  readonly options: BatchRunnerOptions;
  readonly backend: Backend;
  /** Running statistics; undefined before the first batch, and for what keeps none (layer, instance, group). */
  normalizer: BatchNormalizer | undefined;

  constructor(backend: Backend, options: BatchRunnerOptions, normalizer?: BatchNormalizer) {
    this.backend = backend;
    this.options = options;
    this.normalizer = normalizer;
  }

  /**
   * @param training whether to normalize by the batch and learn it, or by what was learnt before
   * @returns undefined when nothing was observed: no statistic has changed
   * @throws InvalidOptionError where shape, channels or mask do not fit
   */
  run(
    batch: BatchValues,
    training: boolean,
    { out, aim }: BatchPlaces = {},
  ): BatchOutcome | undefined | Promise<BatchOutcome> {
    const { rules, missing, over, output } = this.options;
    const { values, shape } = batch;
    const layout = layoutOf(shape, { ...this.options, channels: batch.channels ?? this.options.channels });
    const mask = batch.mask && expandMask(batch.mask, layout);
    const normalizer = over === 'batch' ? this.#normalizerFor(layout.channels) : undefined;
    if (training && rules.semantics === 'pytorch' && over === 'batch' && layout.rows * layout.inner === 1)
      throw new InvalidOptionError('shape', shape, 'more than 1 value a channel: pytorch does not train on one');
    const lost = missing === 'error' ? countMissing(values) : 0;
    if (lost > 0) throw new MissingValueError(`batch must be of finite numbers up to 1e150, got ${lost} others`);
    if (!hasObservation(values, mask)) return undefined;

    const aimed = aim && normalizer && (() => aim(normalizer.running));
    aimed?.();
    const step = normalizer && !training ? normalizer.freeze() : undefined;
    const pivots = step?.pivots ?? new Float64Array(groupsIn(layout));
    if (step === undefined) choosePivots(layout, values, pivots, mask);
    const { scaling, learn } = step ?? normalizer?.train(pivots, aimed) ?? stateless(rules);
    const moments = step === undefined ? newGroupMoments(groupsIn(layout)) : undefined;
    const gamma = normalizer ? normalizer.gamma : weightsFor('gamma', rules.gamma, layout.channels, 1);
    const beta = normalizer ? normalizer.beta : weightsFor('beta', rules.beta, layout.channels, 0);
    const job: BatchJob = {
      layout,
      values,
      shape,
      pivots,
      scaling,
      missing: missing === 'impute' ? 'center' : 'null',
      ...(mask && { mask }),
      ...(moments && { moments }),
      ...(gamma && { gamma }),
      ...(beta && { beta }),
      ...(output === 'tensor' ? { output: 'resident' } : { out: out ?? likeOf(values) }),
    };
    const settle = (result: BatchResult): BatchOutcome => {
      if (moments) learn(moments);
      const isCounted = moments !== undefined && mask === undefined;
      const count = isCounted ? values.length - moments.count.reduce((sum, n) => sum + n, 0) : countMissing(values);
      return { ...result, layout, moments, pivots, missing: count };
    };
    const result = this.backend.submit(job);
    return result instanceof Promise ? result.then(settle) : settle(result);
  }

  /** @throws InvalidOptionError when the batch has other channels than those before it */
  #normalizerFor(channels: number): BatchNormalizer {
    this.normalizer ??= new BatchNormalizer(this.options.rules, channels);
    if (this.normalizer.channels !== channels)
      throw new InvalidOptionError('shape', `${channels} channels`, `of ${this.normalizer.channels} channels`);
    return this.normalizer;
  }
}

/** Layer, instance and group normalization: by the own moments, learning nothing. */
function stateless({ epsilon }: BatchNormRules): { scaling: BatchScaling; learn: (moments: GroupMoments) => void } {
  return { scaling: { kind: 'own', epsilon }, learn: () => {} };
}

function countMissing(values: BatchArray): number {
  let missing = 0;
  for (let k = 0; k < values.length; k++) if (!isObservation(values[k]!)) missing++;
  return missing;
}

function hasObservation(values: BatchArray, mask: Uint8Array | undefined): boolean {
  for (let k = 0; k < values.length; k++) if (mask?.[k] !== 0 && isObservation(values[k]!)) return true;
  return false;
}

function likeOf(values: BatchArray): BatchArray {
  return values instanceof Float32Array ? new Float32Array(values.length) : new Float64Array(values.length);
}
