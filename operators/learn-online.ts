import { concatMap, defer, type OperatorFunction } from 'rxjs';
import type { BatchModel, OnlineModel } from '../src/learn/online-model.js';
import { SeriesTable } from '../src/series/series-table.js';
import { BatchLearner, type LearnableBatch, type LearntBatch } from './internal/batch-learner.js';
import { inTurn } from './internal/in-turn.js';
import { type LearnBatchOptions, type LearnRecordOptions, resolveLearnOptions } from './internal/learn-options.js';
import { type Learnt, RecordLearner } from './internal/record-learner.js';

/**
 * Lets a model learn while it predicts: predicts of each record, hands the prediction over, then learns what came true.
 *
 *     source                                  --a----b----c--|
 *     learnOnline(model, { features, target })--0----.4---.9-|     predictions, each by what came before
 *
 * With `features` the stream is of records; without, of micro-batches, also of those that `batchNormalize` has normalized, whose columns
 * are the features: all records of a batch are predicted, then learnt. Beside each prediction stands its loss, and the mean loss so far:
 * over everything, decayed, and over the last ones.
 * A record that lacks a feature is handled as `missing` says, one whose target is not known is predicted and not learnt; the model never
 * sees either. A model that throws or answers what is no finite number is stopped, its state being as before; `status`, `reason` and
 * `onEvent` say so, and the stream goes on without predictions.
 *
 * ## State and offsets
 *
 * What is kept (losses, early stopping, the target's scale, and the model where it is one of the built-in) lives in `table`. While an output
 * is handed over the state is that of before its record, and of after it as soon as that has returned: also for the last that a subscriber
 * takes. Models of the caller's own keep their own state.
 *
 * ## Back pressure
 *
 * A record waits for the step of the one before; those that come meanwhile wait in memory. Built-in models make no one wait.
 *
 * @throws InvalidOptionError when called with a faulty option; errors the stream with MissingValueError under `missing: 'error'`
 */
export function learnOnline<T>(model: OnlineModel, options: LearnRecordOptions<T>): OperatorFunction<T, Learnt<T>>;
export function learnOnline<T, B extends LearnableBatch<T> = LearnableBatch<T>>(
  model: OnlineModel | BatchModel,
  options: LearnBatchOptions<T>,
): OperatorFunction<B, LearntBatch<B>>;
export function learnOnline<T>(
  model: OnlineModel | BatchModel,
  options: LearnRecordOptions<T> | LearnBatchOptions<T>,
): OperatorFunction<never, unknown> {
  const loop = resolveLearnOptions(model, options);
  const records: OperatorFunction<T, Learnt<T>> = (source) =>
    defer(() => {
      const table = options.table ?? new SeriesTable();
      const learner = new RecordLearner<T>(model as OnlineModel, loop, table, options as LearnRecordOptions<T>);
      return source.pipe(inTurn(learner));
    });
  const batches: OperatorFunction<LearnableBatch<T>, unknown> = (source) =>
    defer(() => {
      const table = options.table ?? new SeriesTable();
      const learner = new BatchLearner<T, LearnableBatch<T>>(model, loop, table, options as LearnBatchOptions<T>);
      return source.pipe(concatMap((batch) => learner.take(batch)));
    });
  return (options.features === undefined ? batches : records) as unknown as OperatorFunction<never, unknown>;
}
