import type { Backend } from '../backend/backend.js';
import { ByteWriter } from '../codec/byte-writer.js';
import { CellKind } from '../codec/cell-kind.js';
import type { FieldColumn } from '../codec/field-column.js';
import type { RecordBatch } from '../codec/record-batch.js';
import type { RecordDecoder } from '../codec/record-decoder.js';
import type { ScoredBatch, ScoredField, ScoredTexts, ScoredVector } from '../codec/scored-batch.js';
import { DecodeError } from '../errors.js';
import type { BatchRuns } from '../normalize/batch/batch-runs.js';
import { groupKey } from '../normalize/group-column.js';
import { KEY_SEPARATOR } from '../normalize/key-separator.js';
import { type NormalizedField, RecordNormalizer, type VectorField } from '../normalize/record-normalizer.js';
import { unitNorm } from '../normalize/unit-norm.js';
import type { VectorValue } from '../normalize/vector/vector-value.js';
import { writeVector } from '../normalize/vector/write-vector.js';
import type { SeriesTable } from '../series/series-table.js';
import { isObservation } from '../stats/is-observation.js';
import { PendingRecords } from './pending-records.js';
import type { PipelinePlan } from './plan.js';
import { type ModelEvent, RecordModels } from './record-models.js';
import { runsOnBackend } from './runs-on-backend.js';
import type { ScoreWatcher } from './view/score-watcher.js';

type Extra = 'center' | 'scale' | 'count';

/** A field of the records at hand, and what becomes of it. */
interface BoundField extends ScoredField {
  readonly index: number;
  readonly field: NormalizedField;
  readonly column: FieldColumn;
  readonly extras: readonly { readonly name: Extra; readonly values: Float64Array }[];
  /** Met on the way and not named: a record that lacks it says nothing of it. */
  readonly isOptional: boolean;
  /** Values that were no number. */
  texts: number;
}

/** The same for a field that is more than one number. */
interface BoundVector extends ScoredVector {
  readonly field: VectorField;
  /** Where its column is in the decoder's. */
  readonly place: number;
  readonly extras: readonly { readonly name: Extra; readonly texts: ScoredTexts }[];
}

/** By field of the method `batch`: what was computed ahead of a batch. */
export type TakenFields = ReadonlyMap<string, BatchRuns>;

const NO_VECTORS: readonly BoundVector[] = [];

/** What the records of a batch are known by beside what is in them. */
export interface RecordOrigin {
  /** Called before record `i` is scored. */
  begin(i: number): void;
  /** The key of record `i`, where the plan names no field for it. */
  key(i: number): string;
  /** Its time in epoch ms, where the plan names no field for it. */
  time(i: number): number;
}

/** A renormalization as it happened: which record and field, and what changed. */
export interface ScoredRenormalization {
  /** The record of the batch whose value it took. */
  readonly record: number;
  /** Its event time in epoch ms; NaN where there is none. */
  readonly at: number;
  readonly key: string;
  readonly field: string;
  /** The value that was learnt, and its score. */
  readonly value: number;
  readonly normalized: number;
  /** The epoch that begins. */
  readonly epoch: number;
  readonly cause: 'level' | 'scale' | 'drift';
  /** 1: up or wider, −1: down or narrower. */
  readonly direction: 1 | -1;
  readonly oldCenter: number;
  readonly oldScale: number;
  readonly newCenter: number;
  readonly newScale: number;
  /** Values since the estimated change, this one included; null where the method does not estimate it. */
  readonly delay: number | null;
}

/** Scores decoded batches: key → series, each field by its own statistics, in the order of the records. */
export class BatchScorer {
  readonly engine: RecordNormalizer;
  /** Absent where nothing is learnt. */
  readonly models: RecordModels | undefined;
  readonly #plan: PipelinePlan;
  readonly #named: ReadonlySet<string>;
  #decoder: RecordDecoder | undefined;
  #hasReserved: ((i: number) => boolean) | undefined;
  #columnCount = 0;
  #capacity = 0;
  #fields: BoundField[] = [];
  #vectors: readonly BoundVector[] = NO_VECTORS;
  /** What they came to, for the whole batch. */
  readonly #texts = new ByteWriter(0);
  /** Whether any of them is `unit-norm`. */
  #hasUnits = false;
  #keep = new Uint8Array(0);
  /** Fields of the method `batch`, and the records that wait to be scored together. */
  #batchFields: BoundField[] = [];
  readonly #pending = new PendingRecords();
  #taken: TakenFields | undefined;
  #isBatchNormalized = false;
  /** Why a good line is a bad record, by record; mostly empty. */
  readonly refusals = new Map<number, string>();
  readonly #unfit = new Set<number>();
  /** Renormalizations in the last batch, in order; kept only where someone wants them. */
  readonly renormalizations: ScoredRenormalization[] = [];
  /** Looks on; renormalizations are kept for it too. */
  watcher: ScoreWatcher | undefined;
  readonly #hasEvents: boolean;

  /** @param onModelEvent told what becomes of models */
  constructor(plan: PipelinePlan, table: SeriesTable, onModelEvent?: (event: ModelEvent) => void) {
    this.#plan = plan;
    this.engine = new RecordNormalizer({ ...plan.fields, table, hasGroup: plan.record.group !== undefined });
    this.models = plan.learn && new RecordModels(plan.learn, plan.fields, table, onModelEvent);
    this.#named = new Set(this.engine.fields.map(({ name }) => name));
    this.#hasEvents = plan.events !== undefined;
  }

  /** Fields and models whose stored state was of another configuration: they began afresh. */
  get restarted(): string[] {
    return [...this.engine.restarted, ...(this.models?.restarted ?? [])];
  }

  /** Values that were no number, by field. */
  get textValues(): Record<string, number> {
    return Object.fromEntries(this.#fields.filter(({ texts }) => texts > 0).map(({ name, texts }) => [name, texts]));
  }

  /** Whether records of the last batch were scored together, by fields of the method `batch`. */
  get isBatchNormalized(): boolean {
    return this.#isBatchNormalized;
  }

  get #scored(): ScoredBatch {
    return {
      fields: this.#fields,
      vectors: this.#vectors,
      models: this.models?.scored,
      keep: this.#keep,
      ...(this.#hasReserved && { hasReserved: this.#hasReserved }),
    };
  }

  /**
   * Has a backend compute what of a batch rests on its values alone. Nothing is learnt and no series is touched, so that batches may be
   * taken ahead of being scored; the decoder, `batch` and `origin` are read before this answers, and free for others.
   */
  take(batch: RecordBatch, decoder: RecordDecoder, backend: Backend, origin?: RecordOrigin): Promise<TakenFields> {
    this.#bind(batch, decoder);
    const keyColumns = this.#plan.record.key.map((name) => columnOf(decoder, name));
    const runs = new Map<string, number>();
    const runOf = new Int32Array(batch.length).fill(-1);
    for (let i = 0; i < batch.length; i++) {
      if (decoder.faultCount > 0 && decoder.faults[i] !== undefined) continue;
      const key = origin !== undefined && keyColumns.length === 0 ? origin.key(i) : this.#keyOf(decoder, keyColumns, i);
      if (key === undefined) continue;
      if (!runs.has(key)) runs.set(key, runs.size);
      runOf[i] = runs.get(key)!;
    }
    const taken = this.#batchFields.map(async ({ name, column: { values, kinds }, field, isOptional }) => {
      const own = isOptional ? runOf.map((run, i) => (kinds[i] === CellKind.absent ? -1 : run)) : runOf;
      const { epsilon } = field.resolved.batch!;
      return [name, await runsOnBackend(backend, { values, runOf: own, runs: runs.size, epsilon })] as const;
    });
    return Promise.all(taken).then((fields) => new Map(fields));
  }

  /** Scores a batch; the answer is valid until the next. @param taken what `take` answered of the same batch */
  score(batch: RecordBatch, decoder: RecordDecoder, origin?: RecordOrigin, taken?: TakenFields): ScoredBatch {
    this.#taken = taken;
    this.#isBatchNormalized = false;
    this.#bind(batch, decoder);
    this.#keep.fill(1, 0, batch.length);
    this.refusals.clear();
    this.#unfit.clear();
    this.#texts.clear();
    this.renormalizations.length = 0;
    const { key, time, group } = this.#plan.record;
    const groupColumns = group?.map((name) => columnOf(decoder, name));
    const keyColumns = key.map((name) => columnOf(decoder, name));
    const timeColumn = time === undefined ? -1 : columnOf(decoder, time);
    const { table } = this.engine;
    if (
      origin === undefined &&
      key.length === 0 &&
      group === undefined &&
      decoder.faultCount === 0 &&
      table.ttl === undefined &&
      this.#isColumnar(batch.length)
    ) {
      this.#scoreColumns(table.slotOf(''), batch.length);
      return this.#scored;
    }
    const notes = this.#hasEvents || this.watcher !== undefined;
    const watcher = this.watcher?.begin(batch.length) ? this.watcher : undefined;
    const pending = this.#batchFields.length > 0 ? this.#pending.begin(batch.length) : undefined;
    for (let i = 0; i < batch.length; i++) {
      if (decoder.faultCount > 0 && decoder.faults[i] !== undefined) {
        this.#keep[i] = 0;
        continue;
      }
      const seriesKey = origin !== undefined && key.length === 0 ? origin.key(i) : this.#keyOf(decoder, keyColumns, i);
      if (seriesKey === undefined) continue;
      // All of a record is read before anything of it is learnt.
      if (this.#vectors.length > 0 && !this.#readVectors(i, decoder, seriesKey)) continue;
      origin?.begin(i);
      const at = time !== undefined ? decoder.time(timeColumn, i) : (origin?.time(i) ?? Number.NaN);
      if (pending?.mayForget(table, seriesKey, at)) this.#scorePending(pending, notes, watcher);
      const now = Number.isFinite(at) ? at : undefined;
      // These first, for they must not be what a new series pushes out of the table.
      const sharedSlot = this.models?.sharedSlot(now) ?? -1;
      const groupSlot = groupColumns ? table.slotOf(groupKey(partsOf(decoder, groupColumns, i)), now) : -1;
      const slot = table.slotOf(seriesKey, now);
      for (const vector of this.#vectors) this.#scoreVector(vector, i, slot, at);
      if (pending !== undefined) {
        pending.add(i, slot, seriesKey, at);
        continue;
      }
      this.#scoreRecord(i, slot, at, groupSlot);
      this.models?.score(i, decoder, seriesKey, slot, sharedSlot);
      if (notes) this.#note(i, seriesKey, at);
      if (watcher !== undefined && this.#fields.length > 0) watcher.see(i, seriesKey, at, this.#fields);
    }
    if (pending !== undefined) this.#scorePending(pending, notes, watcher);
    return this.#scored;
  }

  /**
   * Whether the fields of the one series that there is may be scored one after the other instead of record by record: every record has
   * them, no time is needed, and nothing but scores is asked for.
   */
  #isColumnar(length: number): boolean {
    if (this.engine.timed || this.#vectors.length > 0 || this.models !== undefined) return false;
    return this.#fields.every(
      ({ field: { scorer, resolved }, extras, column }) =>
        scorer !== undefined &&
        extras.length === 0 &&
        scorer.rules.whileWarming !== 'drop' &&
        resolved.method !== 'adaptive' && // their epochs change from record to record
        resolved.method !== 'innovation' &&
        !column.kinds.subarray(0, length).includes(CellKind.absent),
    );
  }

  #scoreColumns(slot: number, length: number): void {
    for (const bound of this.#fields) {
      const { column, normalized, epoch, field } = bound;
      for (let i = 0; i < length; i++) {
        const kind = column.kinds[i];
        if (kind === CellKind.text || kind === CellKind.other) bound.texts++;
      }
      this.engine.scoreColumn(bound.index, slot, column.values, normalized, length);
      epoch!.fill(field.scorer!.epoch, 0, length);
    }
  }

  /** undefined, and the record refused, where a part of the key is missing. */
  #keyOf(decoder: RecordDecoder, columns: readonly number[], i: number): string | undefined {
    let seriesKey = '';
    for (let k = 0; k < columns.length; k++) {
      const part = decoder.text(columns[k]!, i);
      if (part === undefined) {
        this.#keep[i] = 0;
        this.refusals.set(i, `the record has no ${this.#plan.record.key[k]}, which is its key`);
        return undefined;
      }
      seriesKey = k === 0 ? part : seriesKey + KEY_SEPARATOR + part;
    }
    return seriesKey;
  }

  /** Scores the records that wait, first the fields that take them together, then the others, record by record. */
  #scorePending(pending: PendingRecords, notes: boolean, watcher: ScoreWatcher | undefined): void {
    if (pending.count > 0) this.#isBatchNormalized = true;
    for (const bound of this.#batchFields) this.#scoreTogether(bound, pending);
    for (let n = 0; n < pending.count; n++) {
      const i = pending.records[n]!;
      const key = pending.keys[n]!;
      const at = pending.times[n]!;
      this.#scoreRecord(i, pending.slots[i]!, at, -1);
      if (notes) this.#note(i, key, at);
      if (watcher !== undefined && this.#fields.length > 0) watcher.see(i, key, at, this.#fields);
    }
    pending.clear();
  }

  #scoreTogether(bound: BoundField, pending: PendingRecords): void {
    const { column, normalized, extras, index } = bound;
    const slots = pending.slotsOf((i) => !(bound.isOptional && column.kinds[i] === CellKind.absent));
    for (let n = 0; n < pending.count; n++) {
      const i = pending.records[n]!;
      const kind = column.kinds[i]!;
      if (kind === CellKind.text || kind === CellKind.other) bound.texts++;
      if (slots[i] !== -1) continue;
      normalized[i] = Number.NaN;
      for (const { values } of extras) values[i] = Number.NaN;
    }
    const wanted = Object.fromEntries(extras.map(({ name, values }) => [name, values]));
    const { length } = pending;
    const taken = this.#taken?.get(bound.name);
    this.engine.scoreBatch(index, { length, values: column.values, slots, normalized, taken, ...wanted });
  }

  #scoreRecord(i: number, slot: number, at: number, group: number): void {
    for (const bound of this.#fields) {
      if (bound.field.batch !== undefined) continue;
      const { column, normalized, epoch, extras, field, index } = bound;
      const kind = column.kinds[i]!;
      if (kind === CellKind.text || kind === CellKind.other) bound.texts++;
      if (kind === CellKind.absent && bound.isOptional) {
        normalized[i] = Number.NaN;
        continue;
      }
      normalized[i] = this.engine.score(index, slot, column.values[i]!, at, group);
      const { scorer } = field;
      if (scorer === undefined) continue;
      epoch![i] = scorer.epoch;
      for (const { name, values } of extras) values[i] = scorer[name];
      if (!scorer.warm && scorer.rules.whileWarming === 'drop') this.#keep[i] = 0;
    }
    if (this.#hasUnits) this.#scoreUnits(i);
  }

  /** Whether record `i` was refused for what one of its fields holds. */
  isUnfit(i: number): boolean {
    return this.#unfit.has(i);
  }

  /** False, and the record refused, where a field that is more than one number holds something else. */
  #readVectors(i: number, decoder: RecordDecoder, key: string): boolean {
    for (const { name, field, place } of this.#vectors) {
      const fault = faultOf(decoder, place, i, field) ?? this.engine.refusalOf(field, key);
      if (fault === undefined) continue;
      this.#keep[i] = 0;
      this.refusals.set(i, `${name}: ${fault}`);
      this.#unfit.add(i);
      return false;
    }
    return true;
  }

  #scoreVector({ field, normalized, epoch, extras }: BoundVector, i: number, slot: number, at: number): void {
    const { scorer, resolved } = field;
    this.engine.scoreVector(field, slot, at);
    this.#write(scorer.output, normalized, i, field);
    if (epoch !== undefined) epoch[i] = scorer.epoch;
    for (const { name, texts } of extras) this.#write(scorer[name], texts, i, undefined);
    if (!scorer.warm && resolved.rules.whileWarming === 'drop') this.#keep[i] = 0;
  }

  #write(value: VectorValue, texts: ScoredTexts, i: number, field: VectorField | undefined): void {
    const { out, starts, ends } = texts;
    starts[i] = out.length;
    writeVector(value, field?.scorer.nesting, field?.resolved.encoding ?? 'numbers', out);
    ends[i] = out.length;
  }

  #note(record: number, key: string, at: number): void {
    for (const { name, field, normalized, column } of this.#fields) {
      const change = field.scorer?.normalizer.renormalization;
      if (change === undefined || change.cause === 'none' || !isObservation(column.values[record]!)) continue;
      const { cause, event, drift, oldCenter, oldScale, newCenter, newScale, delay } = change;
      this.renormalizations.push({
        record,
        at,
        key,
        field: name,
        value: column.values[record]!,
        normalized: normalized[record]!,
        epoch: field.scorer!.epoch + (event === 0 ? 0 : 1),
        cause,
        direction: (event === 0 ? drift : event) > 0 ? 1 : -1,
        oldCenter,
        oldScale,
        newCenter,
        newScale,
        delay: Number.isNaN(delay) ? null : delay,
      });
    }
  }

  /** The unit-norm fields of a record form one vector for each norm. */
  #scoreUnits(i: number): void {
    for (const norm of ['l1', 'l2', 'max'] as const) {
      const parts = this.#fields.filter(
        ({ field: { resolved } }) => resolved.method === 'unit-norm' && resolved.options.norm === norm,
      );
      if (parts.length === 0) continue;
      const vector = Float64Array.from(parts, ({ column }) => column.values[i]!);
      unitNorm(vector, norm);
      parts.forEach(({ normalized }, k) => {
        normalized[i] = vector[k]!;
      });
    }
  }

  /** Makes room for the batch, and a bound field of every column that is to be scored. */
  #bind(batch: RecordBatch, decoder: RecordDecoder): void {
    const isNew = decoder !== this.#decoder;
    if (!isNew && batch.length <= this.#capacity && decoder.columns.length === this.#columnCount) return;
    const { key, time, group = [] } = this.#plan.record;
    const parts = new Set([...key, ...group, time]);
    const isKnown = (name: string) => parts.has(name) || (this.models?.owns(name) ?? false);
    this.#capacity = Math.max(batch.length, this.#capacity, 64);
    this.#keep = new Uint8Array(this.#capacity);
    const texts = new Map(this.#fields.map((field) => [field.name, field.texts]));
    this.#fields = decoder.columns
      .filter(({ name }) => this.#named.has(name) || (this.#plan.fields.others !== undefined && !isKnown(name)))
      .map((column) => this.#boundField(column, texts.get(column.name) ?? 0));
    this.#vectors =
      this.engine.vectors.length === 0
        ? NO_VECTORS
        : this.engine.vectors.map((field) => this.#boundVector(decoder, field));
    this.models?.bind(decoder, this.#fields, this.#vectors, this.#capacity);
    this.#hasUnits = this.#fields.some(({ field }) => field.resolved.method === 'unit-norm');
    this.#batchFields = this.#fields.filter(({ field }) => field.batch !== undefined);
    this.#decoder = decoder;
    this.#hasReserved = decoder.hasReserved && ((i) => decoder.hasReserved!(i));
    this.#columnCount = decoder.columns.length;
  }

  #boundVector(decoder: RecordDecoder, field: VectorField): BoundVector {
    const place = columnOf(decoder, field.name);
    const texts = (): ScoredTexts => ({
      out: this.#texts,
      starts: new Float64Array(this.#capacity),
      ends: new Float64Array(this.#capacity),
    });
    return {
      name: field.name,
      field,
      place,
      column: decoder.columns[place]!,
      normalized: texts(),
      epoch: field.column && new Float64Array(this.#capacity),
      extras: this.#plan.output.include.map((name) => ({ name, texts: texts() })),
    };
  }

  #boundField(column: FieldColumn, texts: number): BoundField {
    const { name } = column;
    const index = this.engine.indexOf(name);
    const field = this.engine.fields[index]!;
    const include = field.scorer || field.batch ? this.#plan.output.include : [];
    return {
      name,
      index,
      field,
      column,
      normalized: new Float64Array(this.#capacity),
      epoch: field.scorer && new Float64Array(this.#capacity),
      extras: include.map((extra) => ({ name: extra, values: new Float64Array(this.#capacity) })),
      isOptional: !this.#named.has(name),
      texts,
    };
  }
}

/** Why a field of record `i` cannot be read; undefined: its scorer has read it. */
function faultOf(decoder: RecordDecoder, place: number, i: number, { scorer }: VectorField): string | undefined {
  let value: unknown;
  try {
    value = decoder.value(place, i);
  } catch (error) {
    if (error instanceof DecodeError) return error.message;
    throw error;
  }
  return scorer.read(value);
}

/** What a record has in these columns, as one text; a part that it lacks is empty. */
function partsOf(decoder: RecordDecoder, columns: readonly number[], i: number): string {
  return columns.map((column) => (column < 0 ? '' : (decoder.text(column, i) ?? ''))).join(KEY_SEPARATOR);
}

function columnOf(decoder: RecordDecoder, name: string): number {
  return decoder.columns.findIndex((column) => column.name === name);
}
