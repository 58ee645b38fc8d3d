import {
  asyncScheduler,
  concat,
  defer,
  filter,
  finalize,
  from,
  map,
  merge,
  type OperatorFunction,
  type SchedulerLike,
  Subject,
  type Subscription,
  tap,
} from 'rxjs';
import { BlockPool } from '../src/batch/block-pool.js';
import type { MicroBatch } from '../src/batch/micro-batch.js';
import { type BatchColumns, MicroBatchBuilder } from '../src/batch/micro-batch-builder.js';
import { InvalidOptionError } from '../src/errors.js';
import { parseDuration } from '../src/parse-duration.js';
import type { EventTime } from './internal/scoring-options.js';
import { toEpochMs } from './internal/to-epoch-ms.js';

export interface MicroBatchOptions<T> {
  /** The columns: where each field of the batch stands in a record. */
  fields: Readonly<Record<string, (record: T) => number | null | undefined>>;
  /** Batches of one key each; without it a batch is across keys. */
  key?: (record: T) => string;
  /** Adds a column of event times. */
  time?: (record: T) => EventTime;
  /** Adds a column of where each record stood in its source: what is to be committed once the batch is done. */
  offset?: (record: T) => number;
  /** Records of a full batch. @defaultValue 4096 */
  maxLength?: number;
  /** How long the first record of a batch may wait, in ms or as a duration. @defaultValue `'50ms'` */
  maxWait?: number | string;
  /** Bytes of columns of a full batch. @defaultValue no bound but `maxLength` */
  maxBytes?: number;
  /** What `maxWait` is measured by. @defaultValue asyncScheduler */
  scheduler?: SchedulerLike;
}

/** Bytes that a number takes in a column. */
const DOUBLE = 8;

interface Pending<T> {
  readonly builder: MicroBatchBuilder<T>;
  timer: Subscription | undefined;
}

/**
 * Gathers records into columnar micro-batches.
 *
 *     source                       --a--b--c-------d--------|
 *     microBatch({ maxLength: 2 }) -----ab------c-----d-----|
 *
 * A batch is emitted when it is full, when its first record has waited `maxWait`, and when the source completes; on an error what is
 * pending is dropped with the stream. Order within a key is kept. A missing value is NaN in its column. O(1) a record, and nothing is
 * allocated for it; `batch.release()` lets the columns be used again.
 *
 * ## Back pressure
 *
 * Holds one batch of each key that has records waiting: at most `maxLength` records of each, and none for longer than `maxWait`.
 *
 * @throws InvalidOptionError when called with a faulty option
 */
export function microBatch<T>(options: MicroBatchOptions<T>): OperatorFunction<T, MicroBatch<T>> {
  const {
    fields,
    key,
    time,
    offset,
    maxLength = 4096,
    maxWait = '50ms',
    maxBytes = Number.POSITIVE_INFINITY,
  } = options;
  const { scheduler = asyncScheduler } = options;
  const wait = parseDuration('maxWait', maxWait);
  if (
    typeof fields !== 'object' ||
    fields === null ||
    Object.values(fields).some((value) => typeof value !== 'function')
  )
    throw new InvalidOptionError('fields', fields, 'an accessor by field name');
  if (!(Number.isSafeInteger(maxLength) && maxLength >= 1))
    throw new InvalidOptionError('maxLength', maxLength, 'an integer >= 1');
  if (!(maxBytes > 0)) throw new InvalidOptionError('maxBytes', maxBytes, 'greater than 0');
  for (const [option, given] of Object.entries({ key, time, offset }))
    if (given !== undefined && typeof given !== 'function')
      throw new InvalidOptionError(option, given, 'a function of the record');

  const columns: BatchColumns<T> = {
    names: Object.keys(fields),
    values: Object.values(fields),
    time: time && ((record) => toEpochMs(time(record))),
    offset,
  };
  const rowBytes = DOUBLE * (columns.names.length + (time ? 1 : 0) + (offset ? 1 : 0));
  const limit = Math.min(maxLength, Math.max(1, Math.ceil(maxBytes / rowBytes)));
  return (source) =>
    defer(() => {
      const due$ = new Subject<MicroBatch<T>>();
      const pool = new BlockPool();
      const pending = new Map<string, Pending<T>>();
      // The batch of the last record: the only one there is where batches are across keys.
      let last: Pending<T> | undefined;
      let lastGroup = '';

      let full: MicroBatch<T> | undefined;
      const fills = (record: T): boolean => {
        const group = key === undefined ? '' : key(record);
        if (last === undefined || group !== lastGroup) {
          last = pending.get(group);
          if (last === undefined) {
            last = { builder: new MicroBatchBuilder(columns, key && group, pool), timer: undefined };
            pending.set(group, last);
          }
          lastGroup = group;
        }
        const { builder } = last;
        if (builder.add(record) >= limit) {
          full = take(group);
          return true;
        }
        last.timer ??= scheduler.schedule(() => due$.next(take(group)), wait);
        return false;
      };
      // The entry goes with its batch, so that keys which fall silent hold nothing.
      const take = (group: string): MicroBatch<T> => {
        const { builder, timer } = pending.get(group)!;
        pending.delete(group);
        if (group === lastGroup) last = undefined;
        timer?.unsubscribe();
        return builder.take();
      };

      // Most records fill no batch, and go no further than this.
      const full$ = source.pipe(
        filter(fills),
        map(() => {
          const batch = full!;
          full = undefined;
          return batch;
        }),
      );
      const rest$ = defer(() => from([...pending.keys()].map(take)));
      return merge(concat(full$, rest$).pipe(tap({ complete: () => due$.complete() })), due$).pipe(
        finalize(() => {
          for (const { timer } of pending.values()) timer?.unsubscribe();
        }),
      );
    });
}
