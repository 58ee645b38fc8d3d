import { defer, filter, type OperatorFunction } from 'rxjs';
import { numericNames } from '../src/codec/numeric-names.js';
import { valueAtName } from '../src/codec/value-at-name.js';
import { InvalidOptionError } from '../src/errors.js';
import type { CommonOptions, FieldMethod, FieldOptions } from '../src/normalize/field-options.js';
import { groupKey } from '../src/normalize/group-column.js';
import { isTimed } from '../src/normalize/is-timed.js';
import { RecordNormalizer } from '../src/normalize/record-normalizer.js';
import { type PlainVector, toPlainValue } from '../src/normalize/vector/to-plain-value.js';
import { withDefaults } from '../src/normalize/with-defaults.js';
import { SeriesTable } from '../src/series/series-table.js';
import { copyOf } from './internal/copy-of.js';
import { mapEach } from './internal/map-each.js';
import {
  type KeyOption,
  keyAccessor,
  reservedFields,
  type TimeOption,
  timeAccessor,
} from './internal/record-access.js';
import { recordShaper } from './internal/record-shaper.js';
import { toEpochMs } from './internal/to-epoch-ms.js';
import { touchTime } from './internal/touch-time.js';
import { UnitVector, unitComponents } from './internal/unit-vector.js';

export interface NormalizeOptions<T> {
  /** The series of a record: a field's (dotted) name, several, or an accessor. @defaultValue all records are one series */
  key?: KeyOption<T>;
  /** What series are of one kind: a new one begins with what its group knows, which fades as it gets values of its own (z-score). @defaultValue none */
  group?: KeyOption<T>;
  /** The event time: a field's (dotted) name or an accessor; needed by memories in event time. */
  time?: TimeOption<T>;
  /** What to normalize: method or options by (dotted) name; `'*'`: every number, those that appear later too. @defaultValue `'*'` */
  fields?: '*' | Readonly<Record<string, FieldMethod | FieldOptions>>;
  /** Options of every field that does not say otherwise. */
  defaults?: CommonOptions & { method?: FieldMethod };
  /** What else to emit of each field. @defaultValue `[]` */
  include?: readonly ('center' | 'scale' | 'count')[];
  /** Where the state lives: to save, restore or share it. @defaultValue a table of the subscription's own */
  table?: SeriesTable;
}

/** What `normalize` adds to a record, each by field name. */
export interface Normalized {
  /** null where there is no score; arrays and more for fields that are more than one number, plain where they came so. */
  normalized: Record<string, PlainVector>;
  /** Renormalizations of the series so far. */
  epoch: Record<string, number>;
  /** With `include`, in the unit of the field: `value = normalized · scale + center` for affine methods. */
  center?: Record<string, PlainVector>;
  scale?: Record<string, PlainVector>;
  /** With `include`: observations that the score rests on. */
  count?: Record<string, PlainVector>;
  /**
   * Why the record was not scored, by the name of the field that holds something else than it should, as `expected …, got …`: then every
   * score is null, and nothing of it was learnt. Absent from all other records.
   */
  unfit?: Record<string, string>;
}

const NONE: ReadonlySet<string> = new Set();

/**
 * Normalizes the numeric fields of each record, every field of every key by statistics of its own: what the service does.
 *
 *     source                                    --{t: 20}--------------{t: 22}--------------{t: 25}-----------|
 *     normalize({ defaults: { warmup: 2 } })    --normalized: {t: n}---normalized: {t: n}---normalized: {t: 4}|   n = null
 *
 * The record comes out with `normalized` and `epoch` added, the rest untouched. A value is scored first and learnt after. A missing
 * value is null and learnt by nobody. Fields of method `unit-norm` of one record form one vector. A field with a `shape`, or of a method
 * for such fields, is more than one number: all of a record is read before any of it is learnt, and one that does not fit is emitted with
 * `unfit` and without scores.
 *
 * @throws InvalidOptionError when called with a faulty option, naming field and option
 */
export function normalize<T extends object>(options: NormalizeOptions<T> = {}): OperatorFunction<T, T & Normalized> {
  const { key, group, time, fields = '*', defaults = {} } = options;
  const hasGroup = group !== undefined;
  const include: readonly ('center' | 'scale' | 'count')[] = options.include ?? [];
  if (!Array.isArray(options.include ?? []) || include.some((name) => !['center', 'scale', 'count'].includes(name)))
    throw new InvalidOptionError('include', include, 'a list of "center", "scale", "count"');
  if (options.table !== undefined && !(options.table instanceof SeriesTable))
    throw new InvalidOptionError('table', options.table, 'a SeriesTable');
  if (hasGroup && options.table !== undefined && options.table.maxSeries < 2)
    throw new InvalidOptionError(
      'table',
      options.table.maxSeries,
      'a table of at least 2 series, for a group is one too',
    );
  const keyOf = keyAccessor(key);
  const groupOf = keyAccessor(group, 'group');
  const timeOf = timeAccessor(time);
  const reserved = reservedFields(key, time, group);
  const others = fields === '*' ? defaults : undefined;
  const named = fields === '*' ? [] : namedFields(fields, defaults, hasGroup);
  const checked = new RecordNormalizer({ named, others, hasGroup, table: new SeriesTable() }); // throws here what is wrong with `defaults`
  const { timed } = checked;
  const names = checked.fields.map((field) => field.name);
  if (defaults.method === 'batch' || checked.fields.some(({ batch }) => batch !== undefined))
    throw new InvalidOptionError(
      'method',
      'batch',
      'a method for single records: batches are for microBatch and batchNormalize',
    );
  if (timed && timeOf === undefined)
    throw new InvalidOptionError(
      'time',
      time,
      'a field or an accessor: a memory in event time needs the time of each record',
    );

  return (source) =>
    defer(() => {
      const table = options.table ?? new SeriesTable();
      const engine = new RecordNormalizer({ named, others, hasGroup, table });
      const vector = new UnitVector();
      // With every name in its place from the beginning: an object that grows name by name is made anew several times.
      const blankScores: Normalized['normalized'] = {};
      const blankEpochs: Normalized['epoch'] = {};
      for (const { name, scorer } of engine.fields) {
        blankScores[name] = null;
        if (scorer !== undefined) blankEpochs[name] = 0;
      }
      let isDropped = false;
      const normalizeRecord = (record: T): T & Normalized => {
        const at = timeOf === undefined ? Number.NaN : toEpochMs(timeOf(record));
        const key = keyOf(record);
        const out: Normalized = { normalized: { ...blankScores }, epoch: { ...blankEpochs } };
        for (const name of include) out[name] = { ...blankEpochs };
        isDropped = false;
        for (const field of engine.vectors) {
          const reason = field.scorer.read(valueAtName(record, field.name)) ?? engine.refusalOf(field, key);
          if (reason === undefined) continue;
          for (const { name } of named) out.normalized[name] = null;
          return { ...record, ...out, unfit: { [field.name]: reason } };
        }
        // The group first, for it must not be what a new series pushes out of the table.
        const now = touchTime(at, table);
        const groupSlot = hasGroup ? table.slotOf(groupKey(groupOf(record)), now) : -1;
        const slot = table.slotOf(key, now);
        vector.clear();
        for (const name of others ? numericNames(record, NONE) : names) {
          if (reserved.has(name) && others) continue;
          const index = engine.indexOf(name);
          const { scorer, resolved } = engine.fields[index]!;
          const value = valueAtName(record, name);
          if (resolved.method === 'unit-norm') {
            if (Array.isArray(value)) out.normalized[name] = unitComponents(value, resolved.options.norm);
            else vector.add(name, value, resolved.options.norm);
            continue;
          }
          out.normalized[name] = orNull(
            engine.score(index, slot, typeof value === 'number' ? value : Number.NaN, at, groupSlot),
          );
          if (scorer === undefined) continue;
          out.epoch[name] = scorer.epoch;
          for (const wanted of include) out[wanted]![name] = orNull(scorer[wanted]);
          if (!scorer.warm && resolved.rules.whileWarming === 'drop') isDropped = true;
        }
        if (!vector.isEmpty) vector.writeTo(out.normalized);
        for (const field of engine.vectors) {
          const { name, scorer, resolved } = field;
          engine.scoreVector(field, slot, at);
          out.normalized[name] = toPlainValue(scorer.output, scorer.form, scorer.nesting);
          if (field.column !== undefined) out.epoch[name] = scorer.epoch;
          for (const wanted of include) out[wanted]![name] = toPlainValue(scorer[wanted], 'flat', undefined);
          if (!scorer.warm && resolved.rules.whileWarming === 'drop') isDropped = true;
        }
        return Object.assign(copyOf(record), out);
      };
      const isPlain =
        others === undefined &&
        !hasGroup &&
        include.length === 0 &&
        engine.vectors.length === 0 &&
        engine.fields.every(({ scorer, resolved }) => scorer && resolved.rules.whileWarming !== 'drop');
      if (isPlain) return source.pipe(mapEach(plainNormalizer(engine, key, keyOf, timeOf)));
      return source.pipe(
        mapEach(normalizeRecord),
        filter(() => !isDropped),
      );
    });
}

/** The same for the common case, numbers with a score each and nothing else, at half the cost. */
function plainNormalizer<T extends object>(
  engine: RecordNormalizer,
  key: KeyOption<T> | undefined,
  keyOf: (record: T) => string,
  timeOf: ((record: T) => number | Date | string) | undefined,
): (record: T) => T & Normalized {
  const { table, fields } = engine;
  const names = fields.map(({ name }) => name);
  const isUntimed = timeOf === undefined && table.ttl === undefined;
  let at = Number.NaN;
  return recordShaper<T>(names, {
    keyOf,
    keyName: typeof key === 'string' ? key : undefined,
    asksOthers: typeof key === 'function' || timeOf !== undefined,
    slotOf(record, key) {
      if (isUntimed) return table.slotOf(key);
      if (timeOf !== undefined) at = toEpochMs(timeOf(record));
      return table.slotOf(key, touchTime(at, table));
    },
    score: (slot, values, scores, epochs) => engine.scoreRecord(slot, values, at, scores, epochs),
  });
}

function orNull(x: number): number | null {
  return Number.isNaN(x) ? null : x;
}

function namedFields(
  fields: Readonly<Record<string, FieldMethod | FieldOptions>>,
  defaults: FieldOptions,
  hasGroup: boolean,
) {
  if (typeof fields !== 'object' || fields === null)
    throw new InvalidOptionError('fields', fields, "'*' or options by field name");
  return Object.entries(fields).map(([name, given]) => {
    const options = withDefaults(typeof given === 'string' ? { method: given } : given, defaults, hasGroup);
    try {
      isTimed(options, hasGroup); // throws what is wrong
    } catch (error) {
      if (error instanceof InvalidOptionError)
        throw new InvalidOptionError(`fields.${name}.${error.option}`, error.received, error.expected);
      throw error;
    }
    return { name, options };
  });
}
