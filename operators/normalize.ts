import { defer, filter, map, type OperatorFunction } from 'rxjs';
import { numericNames } from '../src/codec/numeric-names.js';
import { valueAtName } from '../src/codec/value-at-name.js';
import { InvalidOptionError } from '../src/errors.js';
import type { CommonOptions, FieldMethod, FieldOptions } from '../src/normalize/field-options.js';
import { RecordNormalizer } from '../src/normalize/record-normalizer.js';
import { resolveField } from '../src/normalize/resolve-field.js';
import { withDefaults } from '../src/normalize/with-defaults.js';
import { SeriesTable } from '../src/series/series-table.js';
import {
  type KeyOption,
  keyAccessor,
  reservedFields,
  type TimeOption,
  timeAccessor,
} from './internal/record-access.js';
import { toEpochMs } from './internal/to-epoch-ms.js';
import { touchTime } from './internal/touch-time.js';
import { UnitVector, unitComponents } from './internal/unit-vector.js';

export interface NormalizeOptions<T> {
  /** The series of a record: a field's (dotted) name, several, or an accessor. @defaultValue all records are one series */
  key?: KeyOption<T>;
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
  /** null where there is no score; an array for a field that holds an array (`unit-norm`). */
  normalized: Record<string, number | null | (number | null)[]>;
  /** Renormalizations of the series so far. */
  epoch: Record<string, number>;
  /** With `include`, in the unit of the field: `value = normalized · scale + center` for affine methods. */
  center?: Record<string, number | null>;
  scale?: Record<string, number | null>;
  /** With `include`: observations that the score rests on. */
  count?: Record<string, number | null>;
}

const NONE: ReadonlySet<string> = new Set();

/**
 * Normalizes the numeric fields of each record, every field of every key by statistics of its own: what the service does.
 *
 *     source                                    --{t: 20}--------------{t: 22}--------------{t: 25}-----------|
 *     normalize({ defaults: { warmup: 2 } })    --normalized: {t: n}---normalized: {t: n}---normalized: {t: 4}|   n = null
 *
 * The record comes out with `normalized` and `epoch` added, the rest untouched. A value is scored first and learnt after. A missing
 * value is null and learnt by nobody. Fields of method `unit-norm` of one record form one vector.
 *
 * @throws InvalidOptionError when called with a faulty option, naming field and option
 */
export function normalize<T extends object>(options: NormalizeOptions<T> = {}): OperatorFunction<T, T & Normalized> {
  const { key, time, fields = '*', defaults = {} } = options;
  const include: readonly ('center' | 'scale' | 'count')[] = options.include ?? [];
  if (!Array.isArray(options.include ?? []) || include.some((name) => !['center', 'scale', 'count'].includes(name)))
    throw new InvalidOptionError('include', include, 'a list of "center", "scale", "count"');
  if (options.table !== undefined && !(options.table instanceof SeriesTable))
    throw new InvalidOptionError('table', options.table, 'a SeriesTable');
  const keyOf = keyAccessor(key);
  const timeOf = timeAccessor(time);
  const reserved = reservedFields(key, time);
  const others = fields === '*' ? defaults : undefined;
  const named = fields === '*' ? [] : namedFields(fields, defaults);
  const names = named.map((field) => field.name);
  const { timed } = new RecordNormalizer({ named, others, table: new SeriesTable() }); // throws here what is wrong with `defaults`
  if (timed && timeOf === undefined)
    throw new InvalidOptionError(
      'time',
      time,
      'a field or an accessor: a memory in event time needs the time of each record',
    );

  return (source) =>
    defer(() => {
      const table = options.table ?? new SeriesTable();
      const engine = new RecordNormalizer({ named, others, table });
      const vector = new UnitVector();
      let isDropped = false;
      const normalizeRecord = (record: T): T & Normalized => {
        const at = timeOf === undefined ? Number.NaN : toEpochMs(timeOf(record));
        const slot = table.slotOf(keyOf(record), touchTime(at, table));
        const out: Normalized = { normalized: {}, epoch: {} };
        for (const name of include) out[name] = {};
        isDropped = false;
        vector.clear();
        for (const name of others ? numericNames(record, NONE).filter((name) => !reserved.has(name)) : names) {
          const index = engine.indexOf(name);
          const { scorer, resolved } = engine.fields[index]!;
          const value = valueAtName(record, name);
          if (resolved.method === 'unit-norm') {
            if (Array.isArray(value)) out.normalized[name] = unitComponents(value, resolved.options.norm);
            else vector.add(name, value, resolved.options.norm);
            continue;
          }
          out.normalized[name] = orNull(engine.score(index, slot, typeof value === 'number' ? value : Number.NaN, at));
          if (scorer === undefined) continue;
          out.epoch[name] = scorer.epoch;
          for (const wanted of include) out[wanted]![name] = orNull(scorer[wanted]);
          if (!scorer.warm && resolved.rules.whileWarming === 'drop') isDropped = true;
        }
        vector.writeTo(out.normalized);
        return { ...record, ...out };
      };
      return source.pipe(
        map(normalizeRecord),
        filter(() => !isDropped),
      );
    });
}

function orNull(x: number): number | null {
  return Number.isNaN(x) ? null : x;
}

function namedFields(fields: Readonly<Record<string, FieldMethod | FieldOptions>>, defaults: FieldOptions) {
  if (typeof fields !== 'object' || fields === null)
    throw new InvalidOptionError('fields', fields, "'*' or options by field name");
  return Object.entries(fields).map(([name, given]) => {
    const options = withDefaults(typeof given === 'string' ? { method: given } : given, defaults);
    try {
      resolveField(options);
    } catch (error) {
      if (error instanceof InvalidOptionError)
        throw new InvalidOptionError(`fields.${name}.${error.option}`, error.received, error.expected);
      throw error;
    }
    return { name, options };
  });
}
