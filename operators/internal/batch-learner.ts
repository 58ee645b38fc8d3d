import type { ObservableInput } from 'rxjs';
import { isMicroBatch, type MicroBatch } from '../../src/batch/micro-batch.js';
import { InvalidOptionError } from '../../src/errors.js';
import type { FeatureRows } from '../../src/learn/feature-rows.js';
import type { LearningLoop } from '../../src/learn/learning-loop.js';
import { type BatchModel, isBatchModel, type OnlineModel } from '../../src/learn/online-model.js';
import type { Prequential } from '../../src/learn/prequential-loss.js';
import type { ResolvedLoop } from '../../src/learn/resolve-loop.js';
import { targetNumber } from '../../src/learn/target-number.js';
import type { SeriesTable } from '../../src/series/series-table.js';
import type { StateColumn } from '../../src/series/state-column.js';
import { isObservation } from '../../src/stats/is-observation.js';
import type { BatchNormalized } from '../batch-normalize.js';
import type { LearnBatchOptions } from './learn-options.js';
import { touchTime } from './touch-time.js';

/** A micro-batch, or one that was normalized, its values here or on a device. */
export type LearnableBatch<T> = MicroBatch<T> | BatchNormalized<MicroBatch<T>>;

/** A batch, what was predicted of its records before any of them was learnt, and how good predictions have been. */
export interface LearntBatch<B> {
  /** As it came. */
  batch: B;
  /** By record, in the unit of the target or as probabilities; NaN where there is none. */
  predictions: Float64Array;
  /** By record; NaN where it is not known. */
  targets: Float64Array;
  /** Mean of the batch; null where no record has a prediction and a target. */
  loss: number | null;
  /** Mean losses of the series' predictions, those of the batch included. */
  prequential: Prequential;
  /** As of `Learnt`; skipped: no record had features to go by. */
  status: 'learning' | 'frozen' | 'stopped' | 'skipped';
  /** Why there are no predictions; null where there are some. */
  reason: string | null;
}

/** Rows of a batch that the model is given, and which records they are. */
interface Rows extends FeatureRows {
  /** By row. */
  readonly records: Uint32Array;
}

/** Puts micro-batches through a loop: predictions of all records, the output, then a step. */
export class BatchLearner<T, B extends LearnableBatch<T>> {
  readonly #model: OnlineModel | BatchModel;
  readonly #loop: LearningLoop;
  readonly #table: SeriesTable;
  readonly #column: StateColumn;
  readonly #options: LearnBatchOptions<T>;
  readonly #binary: boolean;

  constructor(
    model: OnlineModel | BatchModel,
    resolved: ResolvedLoop,
    table: SeriesTable,
    options: LearnBatchOptions<T>,
  ) {
    const { field = 'learner' } = options;
    const loop = resolved.make();
    this.#model = model;
    this.#loop = loop;
    this.#table = table;
    this.#column = table.column(field, loop.fingerprint, loop.stride, false);
    this.#options = options;
    this.#binary = resolved.isBinary;
  }

  /** What comes of a batch. */
  take(batch: B): ObservableInput<LearntBatch<B>> {
    const micro = microBatchOf<T>(batch);
    const loop = this.#loop;
    loop.key = loop.model ? (micro.key ?? '') : '';
    this.#aim();
    return this.#steps(batch, micro);
  }

  async *#steps(batch: B, { records, length }: MicroBatch<T>): AsyncGenerator<LearntBatch<B>> {
    const loop = this.#loop;
    const { key } = loop;
    const targets = Float64Array.from(records, (record) => targetNumber(this.#options.target(record), this.#binary));
    const predictions = new Float64Array(length).fill(Number.NaN);
    let reason = loop.reason;
    let rows: Rows | undefined;
    try {
      if (reason === null) {
        rows = rowsOf(batch);
        this.#table.counters.missing += length - rows.length;
        if (rows.length === 0) reason = 'no record has all features';
        else {
          const { length, records } = rows;
          const answers = await this.#predict(rows);
          if (answers.length !== length)
            throw new InvalidOptionError('predictions', answers.length, `${length}, one for each record`);
          for (let k = 0; k < length; k++) predictions[records[k]!] = loop.prediction(answers[k]);
        }
      }
    } catch (cause) {
      predictions.fill(Number.NaN);
      loop.stop(cause);
      reason = loop.reason;
    }
    const losses = predictions.map((p, i) =>
      Number.isNaN(p + targets[i]!) ? Number.NaN : loop.lossOf(p, targets[i]!),
    );
    const known = losses.filter((loss) => !Number.isNaN(loss));
    const { status } = loop;
    const out: LearntBatch<B> = {
      batch,
      predictions,
      targets,
      loss: known.length > 0 ? known.reduce((sum, loss) => sum + loss, 0) / known.length : null,
      prequential: loop.judgeAll(losses),
      status: reason === null || status === 'stopped' ? status : 'skipped',
      reason,
    };
    try {
      yield out;
    } finally {
      loop.key = key;
      this.#aim();
      const isFrozen = loop.status === 'frozen';
      for (let i = 0; i < length; i++) loop.settle(predictions[i]!, targets[i]!);
      if (reason === null && rows !== undefined && known.length > 0) await this.#learn(rows, targets, isFrozen);
      if ('tensor' in batch) batch.tensor?.release();
    }
  }

  async #predict(rows: Rows): Promise<ArrayLike<number>> {
    const model = this.#model;
    if (isBatchModel(model)) return model.predictBatch(rows);
    const values = await valuesOf(rows);
    const answers = Array.from({ length: rows.length }, (_, k) => model.predict(rowOf(values, rows.inputs, k)));
    return answers.some((answer) => answer instanceof Promise) ? Promise.all(answers) : (answers as number[]);
  }

  async #learn(all: Rows, targets: Float64Array, isFrozen: boolean): Promise<void> {
    const loop = this.#loop;
    const model = this.#model;
    try {
      const rows = await withTargets(all, targets);
      const known = Float64Array.from(rows.records, (i) => targets[i]!);
      loop.rescale(known);
      if (isFrozen) return;
      const scaled = loop.target ? known.map((target) => loop.target!.normalize(target)) : known;
      if (isBatchModel(model)) await model.learnBatch(rows, scaled);
      else {
        const values = await valuesOf(rows);
        for (let k = 0; k < rows.length; k++) await model.learn(rowOf(values, rows.inputs, k), scaled[k]!);
      }
    } catch (cause) {
      loop.stop(cause);
    }
  }

  #aim(): void {
    const slot = this.#table.slotOf(this.#loop.key, touchTime(Number.NaN, this.#table));
    this.#column.aim(this.#loop, slot);
  }
}

/** @throws InvalidOptionError for what is no batch of records */
function microBatchOf<T>(batch: LearnableBatch<T>): MicroBatch<T> {
  if (typeof batch === 'object' && batch !== null && 'batch' in batch && isMicroBatch(batch.batch)) return batch.batch;
  if (isMicroBatch(batch)) return batch as MicroBatch<T>;
  throw new InvalidOptionError('batch', batch, 'a micro-batch, for there are no features to read of a record');
}

/** The records that have all features. */
function rowsOf<T>(batch: LearnableBatch<T>): Rows {
  if ('tensor' in batch && batch.tensor !== null) {
    const [length, inputs] = batch.tensor.shape as [number, number];
    return { length, inputs, values: null, resident: batch.tensor, records: Uint32Array.from({ length }, (_, i) => i) };
  }
  const { length } = microBatchOf(batch);
  const columns = Object.values(batch.columns ?? {});
  const inputs = columns.length;
  const whole: number[] = [];
  for (let i = 0; i < length; i++)
    if (inputs > 0 && columns.every((column) => isObservation(column[i]!))) whole.push(i);
  const values = new Float64Array(whole.length * inputs);
  for (let k = 0; k < whole.length; k++)
    for (let c = 0; c < inputs; c++) values[k * inputs + c] = columns[c]![whole[k]!]!;
  return { length: whole.length, inputs, values, resident: null, records: Uint32Array.from(whole) };
}

/** The rows whose target is known: all of them as they are, or those that are read back from where they lie. */
async function withTargets(rows: Rows, targets: Float64Array): Promise<Rows> {
  const chosen = Array.from(rows.records.keys()).filter((k) => !Number.isNaN(targets[rows.records[k]!]!));
  if (chosen.length === rows.length) return rows;
  const { inputs, records } = rows;
  const values = await valuesOf(rows);
  const kept = new Float64Array(chosen.length * inputs);
  for (const [at, k] of chosen.entries()) kept.set(values.subarray(k * inputs, (k + 1) * inputs), at * inputs);
  return {
    length: chosen.length,
    inputs,
    values: kept,
    resident: null,
    records: records.filter((_, k) => chosen.includes(k)),
  };
}

async function valuesOf({ values, resident }: Rows): Promise<Float64Array | Float32Array> {
  return values ?? (await resident!.toArray());
}

function rowOf(values: Float64Array | Float32Array, inputs: number, k: number): Float64Array {
  return Float64Array.from(values.subarray(k * inputs, (k + 1) * inputs));
}
