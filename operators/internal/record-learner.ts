import type { ObservableInput } from 'rxjs';
import { MissingValueError } from '../../src/errors.js';
import type { LearningLoop } from '../../src/learn/learning-loop.js';
import type { OnlineModel } from '../../src/learn/online-model.js';
import type { Prequential } from '../../src/learn/prequential-loss.js';
import type { SeriesTable } from '../../src/series/series-table.js';
import type { StateColumn } from '../../src/series/state-column.js';
import { isObservation } from '../../src/stats/is-observation.js';
import { featureReader, type LearnRecordOptions, targetNumber } from './learn-options.js';
import { touchTime } from './touch-time.js';

/** A record, what was predicted of it before it was learnt, and how good predictions have been. */
export interface Learnt<T> {
  record: T;
  key: string;
  /** In the unit of the target, or a probability; null where there is none: features missing, model stopped. */
  prediction: number | null;
  /** What came true; null where it is not known. */
  target: number | null;
  /** Of this prediction; null where there is no prediction or no target. */
  loss: number | null;
  /** Mean losses of the series' predictions, this one included. */
  prequential: Prequential;
  /** What the model does: learn, or only predict (frozen), or nothing any more (stopped); skipped: it was not asked. */
  status: 'learning' | 'frozen' | 'stopped' | 'skipped';
  /** Why there is no prediction; null where there is one. */
  reason: string | null;
}

/**
 * Puts records through a loop, one after the other: the state is that of before a record until its output has been handed over, and that of
 * after it from then on, also where the subscriber has had enough.
 *
 * It is itself what `concatMap` walks through: one output, after which there is no other.
 */
export class RecordLearner<T> implements Iterable<Learnt<T>>, Iterator<Learnt<T>> {
  readonly #model: OnlineModel;
  readonly #loop: LearningLoop;
  readonly #table: SeriesTable;
  readonly #column: StateColumn;
  readonly #options: LearnRecordOptions<T>;
  readonly #read: (record: T, into: Float64Array) => number;
  readonly #readRaw: ((record: T, into: Float64Array) => number) | undefined;
  readonly #binary: boolean;
  readonly #targets = new Float64Array(1);
  #features = new Float64Array(0);
  #raw = new Float64Array(0);
  #out: Learnt<T> | undefined;
  #slot = 0;
  #prediction = Number.NaN;
  #target = Number.NaN;
  #phase: 'none' | 'held' | 'handed over' = 'none';
  /** A step that a model takes its time for. */
  pending: Promise<unknown> | undefined;

  constructor(model: OnlineModel, loop: LearningLoop, table: SeriesTable, options: LearnRecordOptions<T>) {
    const { features, field = 'learner', selection, loss } = options;
    this.#model = model;
    this.#loop = loop;
    this.#table = table;
    this.#column = table.column(field, loop.fingerprint, loop.stride, false);
    this.#options = options;
    this.#read = featureReader(features);
    const raw = typeof selection === 'object' ? selection.raw : undefined;
    this.#readRaw = raw && featureReader(raw);
    this.#binary =
      (loss ?? (loop.model?.task === 'classification' ? 'log' : 'squared')).match(/^(log|error-rate)$/) !== null;
    if (loop.model) this.#features = new Float64Array(loop.model.inputs);
  }

  /** What comes of a record. */
  take(record: T): ObservableInput<Learnt<T>> {
    return this.pending === undefined ? this.#begin(record) : this.#later(record);
  }

  #begin(record: T): ObservableInput<Learnt<T>> {
    const { key, target } = this.#options;
    const loop = this.#loop;
    loop.key = key === undefined ? '' : key(record);
    this.#aim();
    this.#target = targetNumber(target(record), this.#binary);
    this.#prediction = Number.NaN;
    const why = loop.reason ?? this.#readFeatures(record);
    if (why !== undefined) return this.#hold(record, why);
    try {
      const answer = this.#model.predict(this.#features);
      if (answer instanceof Promise) return this.#answered(record, answer);
      this.#prediction = loop.prediction(answer);
    } catch (cause) {
      loop.stop(cause);
      return this.#hold(record, loop.reason!);
    }
    return this.#hold(record, null);
  }

  /** The output, to be walked through. */
  #hold(record: T, reason: string | null): this {
    const loop = this.#loop;
    const hasPrediction = reason === null;
    const isKnown = !Number.isNaN(this.#target);
    const loss = hasPrediction && isKnown ? loop.lossOf(this.#prediction, this.#target) : Number.NaN;
    const { status } = loop;
    this.#out = {
      record,
      key: loop.key,
      prediction: hasPrediction ? this.#prediction : null,
      target: isKnown ? this.#target : null,
      loss: Number.isNaN(loss) ? null : loss,
      prequential: loop.losses.with(loss),
      status: hasPrediction || status === 'stopped' ? status : 'skipped',
      reason,
    };
    this.#phase = 'held';
    return this;
  }

  [Symbol.iterator](): this {
    return this;
  }
  next(): IteratorResult<Learnt<T>> {
    if (this.#phase === 'held') {
      this.#phase = 'handed over';
      return { done: false, value: this.#out! };
    }
    return this.return();
  }
  return(): IteratorResult<Learnt<T>> {
    this.#learn();
    return { done: true, value: undefined };
  }

  #learn(): void {
    if (this.#phase === 'none') return;
    this.#phase = 'none';
    const out = this.#out!;
    this.#out = undefined;
    const loop = this.#loop;
    loop.key = out.key;
    // Whoever took the output may have turned the model to another series, or made the table forget this one.
    if (this.#table.isOrdered) this.#slot = this.#table.slotOf(out.key);
    this.#column.aim(loop, this.#slot);
    const { status } = out;
    const isFrozen = loop.status === 'frozen';
    loop.settle(out.prediction ?? Number.NaN, this.#target, loop.watch && this.#raw);
    if (status === 'stopped') return;
    if (status !== 'skipped' && !Number.isNaN(this.#target)) this.#step(isFrozen);
    const { renormalizations } = this.#options;
    const happened = renormalizations?.(out.record);
    if (happened && this.pending === undefined) this.#correct(happened);
    else if (happened) this.pending = this.pending!.then(() => this.#correct(happened));
  }

  #step(isFrozen: boolean): void {
    const loop = this.#loop;
    this.#targets[0] = this.#target;
    try {
      loop.rescale(this.#targets);
      if (isFrozen) return;
      const target = loop.target ? loop.target.normalize(this.#target) : this.#target;
      const step = this.#model.learn(this.#features, target);
      if (step instanceof Promise)
        this.pending = step.then(
          () => {
            this.pending = undefined;
          },
          (cause) => {
            this.pending = undefined;
            loop.stop(cause);
          },
        );
    } catch (cause) {
      loop.stop(cause);
    }
  }

  #correct(happened: NonNullable<ReturnType<NonNullable<LearnRecordOptions<T>['renormalizations']>>>): void {
    try {
      this.#loop.correct(happened);
    } catch (cause) {
      this.#loop.stop(cause);
    }
  }

  /** Once the step before has been made. */
  async *#later(record: T): AsyncGenerator<Learnt<T>> {
    await this.pending;
    const next = this.#begin(record);
    yield* next as AsyncIterable<Learnt<T>> | Iterable<Learnt<T>>;
  }

  /** Once the model has answered. */
  async *#answered(record: T, answer: Promise<number>): AsyncGenerator<Learnt<T>> {
    let why: string | null = null;
    try {
      this.#prediction = this.#loop.prediction(await answer);
    } catch (cause) {
      this.#loop.stop(cause);
      why = this.#loop.reason;
    }
    yield* this.#hold(record, why);
  }

  #aim(): void {
    const { key } = this.#loop;
    this.#slot = this.#table.slotOf(key, touchTime(Number.NaN, this.#table));
    this.#column.aim(this.#loop, this.#slot);
  }

  /** Why the model is not asked; undefined when it is. */
  #readFeatures(record: T): string | undefined {
    const { missing = 'skip' } = this.#options;
    let length = this.#read(record, this.#features);
    if (this.#features.length === 0 && length > 0) {
      this.#features = new Float64Array(length);
      length = this.#read(record, this.#features);
    }
    const features = this.#features;
    const { counters } = this.#table;
    const { watch } = this.#loop;
    if (watch) this.#readWatched(record);
    if (length !== features.length) {
      counters.missing++;
      return `features must be ${features.length} numbers, got ${length}`;
    }
    for (let i = 0; i < length; i++) {
      if (watch?.isOut(i)) features[i] = 0;
      else if (!isObservation(features[i]!)) {
        if (missing === 'error')
          throw new MissingValueError(`features[${i}] must be a finite number up to 1e150, got ${features[i]}`);
        counters.missing++;
        if (missing === 'skip') return `features[${i}] must be a finite number up to 1e150, got ${features[i]}`;
        features[i] = 0;
      }
    }
    return undefined;
  }

  #readWatched(record: T): void {
    if (this.#raw.length !== this.#features.length) this.#raw = new Float64Array(this.#features.length);
    if (this.#readRaw) {
      this.#raw.fill(Number.NaN);
      this.#readRaw(record, this.#raw);
    } else this.#raw.set(this.#features);
  }
}
