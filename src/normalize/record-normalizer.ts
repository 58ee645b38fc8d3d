import { attachColumn } from '../series/attach-column.js';
import type { SeriesTable } from '../series/series-table.js';
import type { StateColumn } from '../series/state-column.js';
import { BatchColumn, type BatchColumnRun } from './batch/batch-column.js';
import { createScorer } from './create-scorer.js';
import type { FieldOptions } from './field-options.js';
import { GroupColumn } from './group-column.js';
import { isFingerprintOfField, type ResolvedField, resolveField } from './resolve-field.js';
import { scoreColumn } from './score-column.js';
import type { Scorer } from './scorer.js';
import { resolveVector } from './vector/resolve-vector.js';
import type { ResolvedVector } from './vector/resolved-vector.js';
import type { VectorScorer } from './vector/vector-scorer.js';
import { ZScoreNormalizer } from './z-score-normalizer.js';
import { type PlainField, ZScoreRow } from './z-score-row.js';

/** One field of the records: how it is normalized, and where its state lies. */
export interface NormalizedField {
  readonly name: string;
  readonly resolved: ResolvedField;
  /** Absent for `unit-norm` and `none`, which keep no state, and for `batch`. */
  readonly scorer: Scorer | undefined;
  /** Of the method `batch` alone, whose values are scored a micro-batch at a time. */
  readonly batch: BatchColumn | undefined;
  readonly column: StateColumn | undefined;
  /** Absent where series begin from nothing. */
  readonly groups: GroupColumn | undefined;
}

/** One field that is more than one number, or none. */
export interface VectorField {
  readonly name: string;
  readonly resolved: ResolvedVector;
  readonly scorer: VectorScorer;
  /** Absent where the method keeps no state. */
  readonly column: StateColumn | undefined;
}

export interface RecordNormalizerOptions {
  /** The fields to normalize, each with its options. */
  named: readonly { name: string; options: FieldOptions }[];
  /** How every other numeric field is normalized, those that appear later included; absent: they are left alone. */
  others?: FieldOptions | undefined;
  table: SeriesTable;
  /** Whether records have a group, whose slot `score` is told. @defaultValue false */
  hasGroup?: boolean;
}

/**
 * Normalizes the fields of keyed records: the engine behind the `normalize` operator, the command line and the service.
 *
 * A record is scored field by field: `slotOf` its key, then `score` each field. What a score was made of stands in the field's scorer
 * until the next one.
 */
export class RecordNormalizer {
  readonly table: SeriesTable;
  /** Fields in the order they were named or appeared. */
  readonly fields: NormalizedField[] = [];
  /** Fields that are more than one number, in the order they were named. */
  readonly vectors: VectorField[] = [];
  /** Fields whose stored state was of another configuration: they began afresh. */
  readonly restarted: string[] = [];
  /** Whether any field's memory is in event time. */
  readonly timed: boolean;
  readonly #others: ResolvedField | undefined;
  readonly #indices = new Map<string, number>();
  /** Of the fields as they are, for `scoreRecord`. */
  #partition: Partition | undefined;

  /** @throws InvalidOptionError naming the field and the option */
  constructor({ named, others, table, hasGroup = false }: RecordNormalizerOptions) {
    this.table = table;
    this.#others = others && resolveField(others, hasGroup);
    for (const { name, options } of named) {
      const vector = resolveVector(options, hasGroup);
      if (vector === undefined) this.#add(name, resolveField(options, hasGroup));
      else this.#addVector(name, vector);
    }
    this.timed =
      this.vectors.some(({ resolved }) => resolved.timed) ||
      [...this.fields.map((field) => field.resolved), ...(this.#others ? [this.#others] : [])].some(
        (field) => field.rules.timed,
      );
  }

  /**
   * A column of the table by its name: what stands beside fields in it (groups, models) included. That of a field not met before is taken
   * up as `indexOf` does, where its stored state is one of a field; undefined where there is none.
   */
  columnOf(name: string, fingerprint: string): StateColumn | undefined {
    const known = this.table.columns.find((column) => column.name === name);
    if (known !== undefined || !isFingerprintOfField(fingerprint)) return known;
    const index = this.indexOf(name);
    return index < 0 ? undefined : this.fields[index]!.column;
  }

  /** Where a field stands in `fields`; −1 when it is not normalized, or is more than one number. A field not met before is taken up where `others` says so. */
  indexOf(name: string): number {
    const index = this.#indices.get(name);
    if (index !== undefined) return index;
    return this.#others ? this.#add(name, this.#others) : -1;
  }

  /**
   * Scores and learns one value of one field; NaN stands for null. `time` is the event time in ms, `group` the slot of the record's group,
   * looked up before that of the series.
   */
  score(index: number, slot: number, x: number, time: number, group = -1): number {
    const { scorer, column, batch, groups } = this.fields[index]!;
    if (batch !== undefined) throw new TypeError('batch scores no single value');
    if (scorer === undefined || column === undefined) return x;
    column.aim(scorer, slot);
    groups?.aim(group);
    const score = scorer.score(x, time);
    column.settle(scorer, slot);
    return score;
  }

  /**
   * Scores and learns one value of each field in turn, and says their epochs, as `score` would. For fields that keep state, of records
   * without groups; what a score was made of need not stand in the field's scorer.
   */
  scoreRecord(slot: number, xs: Float64Array, time: number, out: Float64Array, epochs: Int32Array): void {
    this.#partition ??= partition(this.fields);
    const { rows, others } = this.#partition;
    for (const i of others) this.#scoreOne(i, slot, xs, time, out, epochs);
    for (const row of rows) {
      const left = row.score(slot, xs, out);
      for (let k = 0; k < left; k++) this.#scoreOne(row.left[k]!, slot, xs, time, out, epochs);
    }
  }

  #scoreOne(i: number, slot: number, xs: Float64Array, time: number, out: Float64Array, epochs: Int32Array): void {
    out[i] = this.score(i, slot, xs[i]!, time);
    epochs[i] = this.fields[i]!.scorer!.epoch;
  }

  /** Scores and learns `xs[0..length)` of one field of one series in turn into `out`, as `score` would. For fields that keep state. */
  scoreColumn(index: number, slot: number, xs: Float64Array, out: Float64Array, length: number): void {
    const { scorer, column } = this.fields[index]!;
    if (scorer === undefined || column === undefined) throw new TypeError('the field keeps no state');
    column.aim(scorer, slot);
    scoreColumn(scorer, xs, out, 0, length);
    column.settle(scorer, slot);
  }

  /** Scores and learns one field of a micro-batch of several series. For fields of the method `batch`. */
  scoreBatch(index: number, run: BatchColumnRun): void {
    const { batch, column } = this.fields[index]!;
    if (batch === undefined || column === undefined) throw new TypeError('the method of the field is not batch');
    const before = batch.missing;
    batch.score(column, run);
    this.table.counters.missing += batch.missing - before;
  }

  #add(name: string, resolved: ResolvedField): number {
    const { method, rules, fingerprint } = resolved;
    const batch =
      resolved.batch && new BatchColumn(resolved.batch, { missing: rules.missing === 'impute' ? 'impute' : 'skip' });
    const keepsScores = method !== 'unit-norm' && method !== 'none' && method !== 'batch';
    const scorer = keepsScores ? createScorer(resolved, this.table.counters) : undefined;
    const kept = scorer ?? (batch && { stride: batch.stride, growable: false });
    const column = kept && attachColumn(this.table, name, fingerprint, kept, this.restarted);
    const groups = scorer && resolved.grouped ? new GroupColumn(this.table, name, scorer) : undefined;
    const index = this.fields.push({ name, resolved, scorer, batch, column, groups }) - 1;
    this.#indices.set(name, index);
    this.#partition = undefined;
    return index;
  }

  /** Scores and learns what the field's scorer has read. */
  scoreVector({ scorer, column }: VectorField, slot: number, time: number): void {
    column?.aim(scorer, slot);
    scorer.score(time);
    column?.settle(scorer, slot);
  }

  /** Why the series of a key, or a new one, cannot take what was read; undefined: it can. */
  refusalOf({ scorer, column }: VectorField, key: string): string | undefined {
    if (scorer.refuse === undefined) return undefined;
    const slot = this.table.find(key);
    if (slot >= 0 && column !== undefined) column.aim(scorer, slot);
    else scorer.aim(new Float64Array(scorer.stride), 0);
    return scorer.refuse();
  }

  #addVector(name: string, resolved: ResolvedVector): void {
    const scorer = resolved.create(this.table.counters);
    const column =
      scorer.stride > 0 ? attachColumn(this.table, name, resolved.fingerprint, scorer, this.restarted) : undefined;
    this.vectors.push({ name, resolved, scorer, column });
  }
}

interface Partition {
  rows: ZScoreRow[];
  /** Indices of the fields that are in none. */
  others: number[];
}

const ROW = 8;

function partition(fields: readonly NormalizedField[]): Partition {
  const plain: PlainField[] = [];
  const others: number[] = [];
  // A row is learnt in an order of its own: not where a missing value must end it.
  const mayThrow = fields.some(({ resolved }) => resolved.rules.missing === 'error');
  fields.forEach(({ scorer, column }, index) => {
    const normalizer = scorer?.normalizer;
    const isPlain = scorer?.isPlain && !mayThrow;
    if (column && isPlain && normalizer instanceof ZScoreNormalizer && normalizer.moments)
      plain.push({ index, normalizer, warmup: scorer.rules.warmup, column });
    else others.push(index);
  });
  const rows: ZScoreRow[] = [];
  for (let i = 0; i < plain.length; i += ROW) rows.push(new ZScoreRow(plain.slice(i, i + ROW)));
  return { rows, others };
}
