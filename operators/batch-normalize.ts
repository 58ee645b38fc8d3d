import { concatMap, defer, finalize, from, map, mergeMap, type Observable, type OperatorFunction, of } from 'rxjs';
import type { BackendName, BatchArray, ResidentBatch } from '../src/backend/backend.js';
import { isMicroBatch } from '../src/batch/micro-batch.js';
import { InvalidOptionError } from '../src/errors.js';
import { RunningChannels } from '../src/normalize/batch/running-channels.js';
import { SeriesTable } from '../src/series/series-table.js';
import { type BatchOutcome, BatchRunner } from './internal/batch-runner.js';
import { type BatchInput, type BatchValues, toBatchValues } from './internal/batch-values.js';
import { checkBackend, openDevice } from './internal/open-device.js';
import { OrderedRuns } from './internal/ordered-runs.js';
import { type BackendChoice, type BatchOptions, resolveBatchOptions } from './internal/resolve-batch-options.js';

export interface BatchNormalizeOptions extends BatchOptions {
  /** Normalize by the batch and learn it, or by what was learnt before. A function is asked before each batch. @defaultValue true */
  training?: boolean | (() => boolean);
  /** Where it is computed: `auto` is what is fastest for the size of a batch on this machine. @defaultValue `'cpu'` */
  backend?: BackendChoice;
  /** Hears what backend was chosen, why another was not, and of a device that is lost. @defaultValue nobody */
  log?: (message: string) => void;
  /** Running statistics of the caller's, to save, restore or share. @defaultValue a table of each subscription's own */
  table?: SeriesTable;
  /** The column of the running statistics in the table. @defaultValue `'batch'` */
  field?: string;
}

/** A batch and what became of it. */
export interface BatchNormalized<B> {
  /** As it came. */
  readonly batch: B;
  readonly shape: readonly number[];
  /** In the order and of the type of the batch's values, NaN where a value is missing; null where nothing was observed, or by `output`. */
  readonly values: BatchArray | null;
  /** Of a micro-batch: the values by field. */
  readonly columns: Readonly<Record<string, BatchArray>> | null;
  /** With `output: 'tensor'`: where it was computed, to be released by whoever takes it; null where nothing was observed. */
  readonly tensor: ResidentBatch | null;
  /** Values that were no observations. */
  readonly missing: number;
  /** What it was computed on. */
  readonly backend: BackendName;
}

/**
 * Batch normalization: each channel of a batch by its mean and variance in that batch, `(x − mean) / √(variance + epsilon) · γ + β`,
 * while running statistics are kept, in float64, for when there is no batch to go by.
 *
 *     source           --A------B--------|
 *     batchNormalize() --a------b--------|
 *
 * A batch is a micro-batch (its columns are the channels; with a key, that key's own statistics), a tensor of shape [N], [N, C],
 * [N, L, C], [N, H, W, C] or [N, D, H, W, C], or nested arrays. Output has no unit. What is missing (NaN, ±Infinity) or masked is not
 * learnt; a batch without observations changes nothing and comes out as null. O(values).
 *
 * ## Back pressure
 *
 * As many batches are on a device as it overlaps, in order; those that come meanwhile wait in memory. On the CPU nothing waits.
 *
 * @throws InvalidOptionError when called with a faulty option; errors the stream for a batch whose shape, channels or mask do not fit,
 * and for a backend that is not there (BackendUnavailableError)
 */
export function batchNormalize<B extends BatchInput>(
  options: BatchNormalizeOptions = {},
): OperatorFunction<B, BatchNormalized<B>> {
  const { training = true, backend = 'cpu', field = 'batch' } = options;
  const resolved = resolveBatchOptions(options);
  if (typeof training !== 'boolean' && typeof training !== 'function')
    throw new InvalidOptionError('training', training, 'true, false or a function');
  if (options.table !== undefined && !(options.table instanceof SeriesTable))
    throw new InvalidOptionError('table', options.table, 'a SeriesTable');
  if (resolved.over !== 'batch')
    for (const option of ['training', 'table', 'field'] as const)
      if (options[option] !== undefined)
        throw new InvalidOptionError(option, options[option], "absent: only over 'batch' has running statistics");

  checkBackend(backend);
  return (source) =>
    defer(() => {
      const table = options.table ?? new SeriesTable();
      const { device, maxInFlight, opened, close } = openDevice(backend, options.log);
      const runs = new OrderedRuns();
      let runner: BatchRunner | undefined;
      const aimAt = (key: string) => (running: RunningChannels) => {
        const stride = running.channels * RunningChannels.stride;
        table.column(field, resolved.rules.fingerprint, stride, false).aim(running, table.slotOf(key));
      };
      const run = (batch: B, values: BatchValues): Observable<BatchNormalized<B>> => {
        runner ??= new BatchRunner(device(), resolved);
        const isTraining = typeof training === 'function' ? training() : training;
        const key = isMicroBatch(batch) ? (batch.key ?? '') : '';
        const outcome = runs.run(isTraining, () => runner!.run(values, isTraining, { aim: aimAt(key) }));
        const settled = outcome instanceof Promise ? from(outcome) : of(outcome);
        return settled.pipe(map((result) => describe(batch, values, result, device().name)));
      };
      return source.pipe(
        opened(),
        concatMap((batch) => {
          const values = toBatchValues(batch, resolved.output === 'tensor');
          return values instanceof Promise
            ? from(values.then((read) => ({ batch, read })))
            : of({ batch, read: values });
        }),
        mergeMap(({ batch, read }) => run(batch, read), maxInFlight),
        finalize(close),
      );
    });
}

function describe<B>(
  batch: B,
  { values, shape }: BatchValues,
  outcome: BatchOutcome | undefined,
  backend: BackendName,
): BatchNormalized<B> {
  if (outcome === undefined)
    return { batch, shape, values: null, columns: null, tensor: null, missing: values.length, backend };
  const { values: out = null, resident = null, missing } = outcome;
  const columns = out && isMicroBatch(batch) ? columnsOf(Object.keys(batch.columns), out) : null;
  return { batch, shape, values: out, columns, tensor: resident, missing, backend };
}

/** Views of the columns, which are one behind the other. */
function columnsOf(names: readonly string[], out: BatchArray): Record<string, BatchArray> {
  const length = out.length / names.length;
  return Object.fromEntries(names.map((name, i) => [name, out.subarray(i * length, (i + 1) * length)]));
}
