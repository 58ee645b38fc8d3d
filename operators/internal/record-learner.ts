import { MissingValueError } from '../../src/errors.js';
import type { LearningLoop, ModelRenormalization } from '../../src/learn/learning-loop.js';
import type { OnlineModel } from '../../src/learn/online-model.js';
import type { Prequential } from '../../src/learn/prequential-loss.js';
import type { SeriesTable } from '../../src/series/series-table.js';
import type { StateColumn } from '../../src/series/state-column.js';
import { isObservation } from '../../src/stats/is-observation.js';
import type { TurnTaker } from './in-turn.js';
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
 * `begin` gives the output of a record; when that has been handed over, `learn` makes the step. One record is begun once the one before has
 * been learnt and `pending` is over.
 */
export class RecordLearner<T> implements TurnTaker<T, Learnt<T>> {
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

  /** What comes of a record; a promise of it where the model takes its time. */
  begin(record: T): Learnt<T> | Promise<Learnt<T>> {
    const { key, target } = this.#options;
    const loop = this.#loop;
    loop.key = key === undefined ? '' : key(record);
    this.#aim();
    this.#target = targetNumber(target(record), this.#binary);
    this.#prediction = Number.NaN;
    const why = loop.reason ?? this.#readFeatures(record);
    if (why !== undefined) return this.#describe(record, why);
    try {
      const answer = this.#model.predict(this.#features);
      if (answer instanceof Promise) return this.#answered(record, answer);
      this.#prediction = loop.prediction(answer);
    } catch (cause) {
      loop.stop(cause);
      return this.#describe(record, loop.reason!);
    }
    return this.#describe(record, null);
  }

  #describe(record: T, reason: string | null): Learnt<T> {
    const loop = this.#loop;
    const hasPrediction = reason === null;
    const isKnown = !Number.isNaN(this.#target);
    const loss = hasPrediction && isKnown ? loop.lossOf(this.#prediction, this.#target) : Number.NaN;
    const { status } = loop;
    const out: Learnt<T> = {
      record,
      key: loop.key,
      prediction: hasPrediction ? this.#prediction : null,
      target: isKnown ? this.#target : null,
      loss: Number.isNaN(loss) ? null : loss,
      prequential: loop.losses.with(loss),
      status: hasPrediction || status === 'stopped' ? status : 'skipped',
      reason,
    };
    this.#out = out;
    return out;
  }

  /** Learns the record whose output has been handed over. */
  learn(): void {
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
    const step = status !== 'skipped' && !Number.isNaN(this.#target) ? this.#step(isFrozen) : undefined;
    const { renormalizations } = this.#options;
    const happened = renormalizations?.(out.record);
    if (step instanceof Promise) this.pending = this.#stepped(step, happened);
    else if (happened) this.#correct(happened);
  }

  /** @returns a promise where the model takes its time */
  #step(isFrozen: boolean): unknown {
    const loop = this.#loop;
    this.#targets[0] = this.#target;
    try {
      loop.rescale(this.#targets);
      if (isFrozen) return undefined;
      const target = loop.target ? loop.target.normalize(this.#target) : this.#target;
      return this.#model.learn(this.#features, target);
    } catch (cause) {
      loop.stop(cause);
      return undefined;
    }
  }

  async #stepped(step: Promise<unknown>, happened: readonly ModelRenormalization[] | null | undefined): Promise<void> {
    try {
      await step;
    } catch (cause) {
      this.#loop.stop(cause);
    }
    if (happened) this.#correct(happened);
    this.pending = undefined;
  }

  #correct(happened: readonly ModelRenormalization[]): void {
    try {
      this.#loop.correct(happened);
    } catch (cause) {
      this.#loop.stop(cause);
    }
  }

  /** Once the model has answered. */
  async #answered(record: T, answer: Promise<number>): Promise<Learnt<T>> {
    let why: string | null = null;
    try {
      this.#prediction = this.#loop.prediction(await answer);
    } catch (cause) {
      this.#loop.stop(cause);
      why = this.#loop.reason;
    }
    return this.#describe(record, why);
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
    if (watch === undefined && areObservations(features)) return undefined;
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

function areObservations(xs: Float64Array): boolean {
  for (let i = 0; i < xs.length; i++) if (!isObservation(xs[i]!)) return false;
  return true;
}
