import type { LearningLoop } from '../../src/learn/learning-loop.js';
import type { OnlineModel } from '../../src/learn/online-model.js';
import type { Prequential } from '../../src/learn/prequential-loss.js';
import { RecordLoop } from '../../src/learn/record-loop.js';
import type { ResolvedLoop } from '../../src/learn/resolve-loop.js';
import { targetNumber } from '../../src/learn/target-number.js';
import type { SeriesTable } from '../../src/series/series-table.js';
import type { StateColumn } from '../../src/series/state-column.js';
import type { TurnTaker } from './in-turn.js';
import { featureReader, type LearnRecordOptions } from './learn-options.js';
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
  readonly #loop: LearningLoop;
  readonly #turn: RecordLoop;
  readonly #table: SeriesTable;
  readonly #column: StateColumn;
  readonly #options: LearnRecordOptions<T>;
  readonly #read: (record: T, into: Float64Array) => number;
  readonly #readRaw: ((record: T, into: Float64Array) => number) | undefined;
  readonly #isBinary: boolean;
  #out: Learnt<T> | undefined;
  #slot = 0;
  /** A step that a model takes its time for. */
  pending: Promise<unknown> | undefined;

  constructor(model: OnlineModel, resolved: ResolvedLoop, table: SeriesTable, options: LearnRecordOptions<T>) {
    const { features, field = 'learner', selection, missing = 'skip' } = options;
    const loop = resolved.make();
    this.#loop = loop;
    this.#turn = new RecordLoop(model, loop, missing, table.counters);
    this.#table = table;
    this.#column = table.column(field, loop.fingerprint, loop.stride, false);
    this.#options = options;
    this.#read = featureReader(features);
    const raw = typeof selection === 'object' ? selection.raw : undefined;
    this.#readRaw = raw && featureReader(raw);
    this.#isBinary = resolved.isBinary;
  }

  /** What comes of a record; a promise of it where the model takes its time. */
  begin(record: T): Learnt<T> | Promise<Learnt<T>> {
    const { key, target } = this.#options;
    const loop = this.#loop;
    const turn = this.#turn;
    loop.key = key === undefined ? '' : key(record);
    this.#slot = this.#table.slotOf(loop.key, touchTime(Number.NaN, this.#table));
    this.#column.aim(loop, this.#slot);
    turn.target = targetNumber(target(record), this.#isBinary);
    const pending = turn.predict(this.#readFeatures(record));
    return pending === undefined ? this.#describe(record) : pending.then(() => this.#describe(record));
  }

  #describe(record: T): Learnt<T> {
    const loop = this.#loop;
    const { target, loss, prediction, reason } = this.#turn;
    const { status } = loop;
    const out: Learnt<T> = {
      record,
      key: loop.key,
      prediction: orNull(prediction),
      target: orNull(target),
      loss: orNull(loss),
      prequential: loop.losses.with(loss),
      status: reason === null || status === 'stopped' ? status : 'skipped',
      reason,
    };
    this.#out = out;
    return out;
  }

  /** Learns the record whose output has been handed over. */
  learn(): void {
    const { key, record } = this.#out!;
    this.#out = undefined;
    const loop = this.#loop;
    loop.key = key;
    // Whoever took the output may have turned the model to another series, or made the table forget this one.
    if (this.#table.isOrdered) this.#slot = this.#table.slotOf(key);
    this.#column.aim(loop, this.#slot);
    const step = this.#turn.learn(this.#options.renormalizations?.(record));
    if (step === undefined) return;
    this.pending = step.finally(() => {
      this.pending = undefined;
    });
  }

  #readFeatures(record: T): number {
    const turn = this.#turn;
    let length = this.#read(record, turn.features);
    if (turn.features.length === 0 && length > 0) {
      turn.features = new Float64Array(length);
      length = this.#read(record, turn.features);
    }
    if (this.#loop.watch === undefined) return length;
    if (this.#readRaw) {
      turn.raw.fill(Number.NaN);
      this.#readRaw(record, turn.raw);
    } else turn.raw.set(turn.features);
    return length;
  }
}

function orNull(x: number): number | null {
  return Number.isNaN(x) ? null : x;
}
