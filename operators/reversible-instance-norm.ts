import { concatMap, defer, finalize, from, map, mergeMap, type OperatorFunction, of } from 'rxjs';
import type { BatchArray } from '../src/backend/backend.js';
import { groupsIn, valuesIn } from '../src/batch/batch-layout.js';
import { layoutOf } from '../src/batch/layout-of.js';
import { InvalidOptionError } from '../src/errors.js';
import { weightsFor } from '../src/normalize/batch/batch-normalizer.js';
import { denormalizeInstances } from '../src/normalize/batch/denormalize-instances.js';
import { type BatchOutcome, BatchRunner, type BatchRunnerOptions } from './internal/batch-runner.js';
import { type BatchInput, type BatchValues, toBatchValues } from './internal/batch-values.js';
import { checkBackend, openDevice } from './internal/open-device.js';
import { OrderedRuns } from './internal/ordered-runs.js';
import { type BackendChoice, resolveBatchOptions } from './internal/resolve-batch-options.js';

export interface ReversibleInstanceNormOptions {
  /** Added to the variance. @defaultValue 1e-5 */
  epsilon?: number;
  /** Multiplied in after normalizing: one for all channels, or one each, none of them 0. @defaultValue 1 */
  gamma?: number | ArrayLike<number>;
  /** Added after normalizing. @defaultValue 0 */
  beta?: number | ArrayLike<number>;
  /** Where the channels are in the shape. @defaultValue `'last'` */
  channels?: 'last' | 'first';
  /** What NaN, ±Infinity and null become: NaN (skip), β (impute), or an error. @defaultValue `'skip'` */
  missing?: 'skip' | 'impute' | 'error';
  /** @defaultValue `'cpu'` */
  backend?: BackendChoice;
  /** Hears what backend was chosen, and of a device that is lost. @defaultValue nobody */
  log?: (message: string) => void;
}

/** Windows and what they were normalized by. */
export interface ReversibleInstance<B> {
  /** As it came. */
  readonly batch: B;
  readonly shape: readonly number[];
  /** In the order and of the type of the batch's values; null where nothing was observed. */
  readonly values: BatchArray | null;
  /** By window and channel, in the unit of the values; NaN where nothing of it was observed. */
  readonly center: Float64Array;
  /** What was divided by: `√(variance + epsilon)`. */
  readonly scale: Float64Array;
  /**
   * What normalized values are on the windows' own scales: the inverse for these windows, and what a forecast of them means.
   * @param shape as many windows and channels, any number of positions @defaultValue the shape of the batch
   * @throws InvalidOptionError where the shape does not fit
   */
  denormalize(ys: ArrayLike<number>, shape?: readonly number[]): Float64Array;
}

/**
 * Normalizes each channel of each window by its own mean and deviation, `(x − mean) / √(variance + epsilon) · γ + β`, and keeps them for
 * the way back (RevIN: Kim et al. 2022): a model sees windows on one scale, and its forecasts return to each window's own.
 *
 *     source                   --A------B--------|
 *     reversibleInstanceNorm() --a------b--------|
 *
 * A batch is windows of shape [N, L, C] (or with more axes between), one window as a plain array, or a micro-batch, which is one window
 * of its columns. Output has no unit. Keeps no state between batches. O(values).
 *
 * @throws InvalidOptionError when called with a faulty option; errors the stream for a shape that does not fit
 */
export function reversibleInstanceNorm<B extends BatchInput>(
  options: ReversibleInstanceNormOptions = {},
): OperatorFunction<B, ReversibleInstance<B>> {
  const { backend = 'cpu', log, ...batchOptions } = options;
  checkBackend(backend);
  const resolved = resolveBatchOptions({ ...batchOptions, over: 'instance' });
  const { gamma } = resolved.rules;
  if (typeof gamma === 'number' ? gamma === 0 : gamma.includes(0))
    throw new InvalidOptionError('gamma', options.gamma, 'other than 0, for else there is no way back');

  return (source) =>
    defer(() => {
      const { device, maxInFlight, opened, close } = openDevice(backend, log);
      const runs = new OrderedRuns();
      let runner: BatchRunner | undefined;
      return source.pipe(
        opened(),
        concatMap((batch) => {
          const values = toBatchValues(batch);
          return values instanceof Promise
            ? from(values.then((read) => ({ batch, read })))
            : of({ batch, read: values });
        }),
        mergeMap(({ batch, read }) => {
          // A plain array is one window of one channel.
          const values =
            read.shape.length === 1 ? { ...read, shape: [1, read.shape[0]!, 1], channels: 'last' as const } : read;
          runner ??= new BatchRunner(device(), resolved);
          const outcome = runs.run(true, () => runner!.run(values, true));
          const settled = outcome instanceof Promise ? from(outcome) : of(outcome);
          return settled.pipe(map((result) => describe(batch, read, values, result, resolved)));
        }, maxInFlight),
        finalize(close),
      );
    });
}

function describe<B>(
  batch: B,
  { shape }: BatchValues,
  windows: BatchValues,
  outcome: BatchOutcome | undefined,
  options: BatchRunnerOptions,
): ReversibleInstance<B> {
  const channels = windows.channels ?? options.channels;
  const layout = layoutOf(windows.shape, { ...options, channels });
  const groups = groupsIn(layout);
  const { epsilon } = options.rules;
  const pivots = outcome?.pivots ?? new Float64Array(groups);
  const shift = outcome?.moments?.shift ?? new Float64Array(groups);
  const scale = Float64Array.from({ length: groups }, (_, g) => {
    const count = outcome?.moments?.count[g] ?? 0;
    return count === 0 ? Number.NaN : Math.sqrt(outcome!.moments!.m2[g]! / count + epsilon);
  });
  const gamma = weightsFor('gamma', options.rules.gamma, layout.channels, 1);
  const beta = weightsFor('beta', options.rules.beta, layout.channels, 0);
  return {
    batch,
    shape,
    values: outcome?.values ?? null,
    center: pivots.map((pivot, g) => (Number.isNaN(scale[g]!) ? Number.NaN : pivot + shift[g]!)),
    scale,
    denormalize: (ys, given = shape) => {
      const target = layoutOf(given.length === 1 ? [1, given[0]!, 1] : given, { ...options, channels }, 1);
      if (valuesIn(target) !== ys.length || groupsIn(target) !== groups || target.channels !== layout.channels)
        throw new InvalidOptionError(
          'shape',
          given,
          `a shape of the ${ys.length} values, of ${groups / layout.channels} windows and ${layout.channels} channels`,
        );
      return denormalizeInstances(ys, target, { pivots, shift, deviation: scale, gamma, beta });
    },
  };
}
