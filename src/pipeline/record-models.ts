import { CellKind } from '../codec/cell-kind.js';
import type { FieldColumn } from '../codec/field-column.js';
import type { RecordDecoder } from '../codec/record-decoder.js';
import type { ScoredField, ScoredModel } from '../codec/scored-batch.js';
import type { LearnerEvent } from '../learn/learner-event.js';
import type { ModelRenormalization } from '../learn/learning-loop.js';
import { RecordLoop } from '../learn/record-loop.js';
import { targetNumber } from '../learn/target-number.js';
import { KEY_SEPARATOR } from '../normalize/key-separator.js';
import type { NormalizedField, VectorField } from '../normalize/record-normalizer.js';
import { attachColumn } from '../series/attach-column.js';
import type { SeriesTable } from '../series/series-table.js';
import type { StateColumn } from '../series/state-column.js';
import { isObservation } from '../stats/is-observation.js';
import type { LearnPlan, PipelinePlan } from './plan.js';
import { resolveLearn } from './resolve-learn.js';

/** The member of an output that says what was learnt; states of models are columns of that name, a dot and the model's. */
export const LEARNT = 'learnt';

/** The key under which what is learnt of all keys stands in a table of series: one that no series of its own has. */
const ALL_KEYS = `${KEY_SEPARATOR}model${KEY_SEPARATOR}`;

/** What has become of a model. */
export type ModelEvent = LearnerEvent & { readonly model: string };

/** What the predictions of a model have come to since this was asked last. */
export interface ModelCounts {
  readonly model: string;
  predictions: number;
  /** Those whose target was known, and the sum of their losses. */
  judged: number;
  loss: number;
}

/** One input of a model: a field that is one number, or comes to one. */
interface Input {
  readonly column: FieldColumn;
  /** Of a field that is one number. */
  readonly normalized: Float64Array | undefined;
  readonly field: NormalizedField | undefined;
  readonly vector: VectorField | undefined;
}

interface Model {
  readonly plan: LearnPlan;
  readonly isBinary: boolean;
  readonly turn: RecordLoop;
  readonly column: StateColumn;
  readonly counts: ModelCounts;
  inputs: readonly Input[];
  target: number;
  prediction: Float64Array;
  loss: Float64Array;
  prequential: Float64Array;
}

/** A field whose records are being scored. */
type BoundField = ScoredField & { readonly field: NormalizedField };
type BoundVector = { readonly name: string; readonly column: FieldColumn; readonly field: VectorField };

/** What cannot be corrected for, as the method bends the axis. */
const UNKNOWN = { oldCenter: Number.NaN, oldScale: Number.NaN, newCenter: Number.NaN, newScale: Number.NaN };

/**
 * The models at the end of a pipeline: each predicts of a record whose fields have just been normalized, by what it has learnt of the records
 * before, and then learns it. Record by record, so that nothing depends on how records were cut into batches.
 *
 * The state of a model is a column of the series table, as that of a field is, and so in every checkpoint, changelog and snapshot. A model
 * that fails is stopped: a mark in its state, which is otherwise as it was, keeps it so through restarts and moves of its partition.
 * O(inputs) a record and model; nothing is allocated.
 */
export class RecordModels {
  /** Models whose stored state was of another configuration: they began afresh. */
  readonly restarted: string[] = [];
  /** Whether any of them learns of all keys. */
  readonly #hasShared: boolean;
  readonly #table: SeriesTable;
  readonly #models: readonly Model[];
  readonly #happened: ModelRenormalization[] = [];
  /** What the models said of the records at hand. */
  scored: readonly ScoredModel[] = [];

  constructor(
    plans: readonly LearnPlan[],
    fields: PipelinePlan['fields'],
    table: SeriesTable,
    onEvent?: (event: ModelEvent) => void,
  ) {
    this.#table = table;
    this.#hasShared = plans.some(({ per }) => per === 'all');
    this.#models = plans.map((plan) => {
      const { name } = plan;
      const told = onEvent && ((event: LearnerEvent) => onEvent({ ...event, model: name }));
      const { model, loop: resolved, fingerprint } = resolveLearn(plan, fields, told);
      const loop = resolved.make();
      const kept = { stride: loop.stride, growable: false };
      return {
        plan,
        isBinary: resolved.isBinary,
        // What is missing is counted by its field; a field that is warming up misses nothing.
        turn: new RecordLoop(model, loop, plan.missing, { missing: 0 }),
        column: attachColumn(table, `${LEARNT}.${name}`, fingerprint, kept, this.restarted),
        counts: { model: name, predictions: 0, judged: 0, loss: 0 },
        inputs: [],
        target: -1,
        prediction: new Float64Array(0),
        loss: new Float64Array(0),
        prequential: new Float64Array(0),
      };
    });
  }

  /** Whether a name met on the way is no field to normalize: what is true or false and to be predicted, or the name of a state. */
  owns(name: string): boolean {
    const isFeature = this.#models.some(({ plan }) => plan.features.includes(name));
    const isLabel = this.#models.some(({ plan, isBinary }) => isBinary && plan.target === name);
    return (isLabel && !isFeature) || this.#models.some(({ column }) => column.name === name);
  }

  /** Turns to the columns of a decoder and of what is made of them, of so many records at most. */
  bind(decoder: RecordDecoder, fields: readonly BoundField[], vectors: readonly BoundVector[], capacity: number): void {
    for (const model of this.#models) {
      const { plan } = model;
      model.inputs = plan.features.map((feature) => inputOf(feature, fields, vectors));
      model.target = decoder.columns.findIndex(({ name }) => name === plan.target);
      model.prediction = new Float64Array(capacity);
      model.loss = new Float64Array(capacity);
      model.prequential = new Float64Array(capacity);
    }
    this.scored = this.#models.map(({ plan, prediction, loss, prequential }) => ({
      name: plan.name,
      extras: [
        { name: 'prediction', values: prediction },
        { name: 'loss', values: loss },
        { name: 'prequential', values: prequential },
      ],
    }));
  }

  /** The slot of what is learnt of all keys, to be asked for before those of the record; −1 where nothing is. */
  sharedSlot(now: number | undefined): number {
    return this.#hasShared ? this.#table.slotOf(ALL_KEYS, now) : -1;
  }

  /** Predicts of record `i`, whose fields have just been scored, then learns it. */
  score(i: number, decoder: RecordDecoder, key: string, slot: number, sharedSlot: number): void {
    for (const model of this.#models) {
      const { plan, turn, column, counts, inputs } = model;
      const { loop } = turn;
      const isShared = plan.per === 'all';
      loop.key = isShared ? '' : key;
      column.aim(loop, isShared ? sharedSlot : slot);
      const happened = this.#happened;
      happened.length = 0;
      for (let k = 0; k < inputs.length; k++) {
        const { normalized, vector, column: read, field } = inputs[k]!;
        const x = normalized === undefined ? numberOf(vector!.scorer.output) : normalized[i]!;
        turn.features[k] = x;
        if (loop.watch) turn.raw[k] = vector === undefined ? read.values[i]! : x;
        // What has happened to one series is not what has happened to all.
        if (!isShared && field !== undefined && isObservation(read.values[i]!)) this.#note(k, field, turn);
      }
      turn.target = targetOf(decoder, model.target, i, model.isBinary);
      turn.predict();
      const { prediction, loss } = turn;
      model.prediction[i] = prediction;
      model.loss[i] = Number.isFinite(loss) ? loss : Number.NaN;
      model.prequential[i] = loop.losses.decayedWith(loss);
      if (!Number.isNaN(prediction)) counts.predictions++;
      if (Number.isFinite(loss)) {
        counts.judged++;
        counts.loss += loss;
      }
      turn.learn(happened);
    }
  }

  /** What predictions have come to since this was called last. */
  takeCounts(use: (counts: ModelCounts) => void): void {
    for (const { counts } of this.#models) {
      use(counts);
      counts.predictions = counts.judged = counts.loss = 0;
    }
  }

  /** Models that the state says are stopped: how many series' of each, and the key of one of them. O(series). */
  stopped(): { model: string; key: string; count: number }[] {
    const slots = this.#table.slots();
    return this.#models.flatMap(({ plan, column, turn }) => {
      const isStopped = (slot: number): boolean => {
        const page = column.pageOf(slot);
        return page !== undefined && turn.loop.isStoppedAt(page, column.placeOf(slot));
      };
      const those = slots.filter(isStopped);
      if (those.length === 0) return [];
      const key = plan.per === 'all' ? '' : this.#table.keyOf(those[0]!)!;
      return [{ model: plan.name, key, count: those.length }];
    });
  }

  /** Notes what record has renormalized an input; where that was learnt before it was scored, the score is by the new yardstick already. */
  #note(part: number, { scorer }: NormalizedField, turn: RecordLoop): void {
    const change = scorer?.renormalization;
    if (scorer === undefined || change === undefined || change.cause === 'none') return;
    const happened = { part, change: scorer.normalizer.affine ? change : UNKNOWN };
    if (scorer.rules.order === 'normalize-first') this.#happened.push(happened);
    else if (!turn.loop.isStopped) turn.correct([happened]);
  }
}

function inputOf(feature: string, fields: readonly BoundField[], vectors: readonly BoundVector[]): Input {
  const bound = fields.find(({ name }) => name === feature);
  if (bound !== undefined)
    return { column: bound.column, normalized: bound.normalized, field: bound.field, vector: undefined };
  const vector = vectors.find(({ name }) => name === feature);
  if (vector === undefined) throw new TypeError(`${feature} is read by a model and not by the decoder`);
  return { column: vector.column, normalized: undefined, field: undefined, vector: vector.field };
}

function numberOf(output: unknown): number {
  return typeof output === 'number' ? output : typeof output === 'boolean' ? Number(output) : Number.NaN;
}

/** What came true: a number, or the words true and false. */
function targetOf(decoder: RecordDecoder, place: number, i: number, isBinary: boolean): number {
  if (place < 0) return Number.NaN;
  const { kinds, values } = decoder.columns[place]!;
  const kind = kinds[i]!;
  if (kind === CellKind.number) return targetNumber(values[i]!, isBinary);
  if (kind !== CellKind.other && kind !== CellKind.text) return Number.NaN;
  const word = decoder.text(place, i);
  return word === 'true' ? 1 : word === 'false' ? 0 : Number.NaN;
}
