import { defer, filter, map, type OperatorFunction } from 'rxjs';
import { InvalidOptionError } from '../../src/errors.js';
import type { FieldOptions } from '../../src/normalize/field-options.js';
import { resolveVector } from '../../src/normalize/vector/resolve-vector.js';
import { type PlainVector, toPlainValue } from '../../src/normalize/vector/to-plain-value.js';
import { SeriesTable } from '../../src/series/series-table.js';
import type { EventTime } from './scoring-options.js';
import { toEpochMs } from './to-epoch-ms.js';
import { touchTime } from './touch-time.js';

/** Where a record keeps what an operator of vectors needs. */
export interface VectorAccess<T> {
  /** What to normalize. */
  value: (record: T) => unknown;
  /** The key of the series a record belongs to. @defaultValue all records are one series */
  key?: (record: T) => string;
  /** The event time; needed by memories in event time. */
  time?: (record: T) => EventTime;
  /** Where the state lives: to save, restore or share it. @defaultValue a table of the subscription's own */
  table?: SeriesTable;
  /** The name of the state in `table`: two operators on one table need two names. @defaultValue `'value'` */
  field?: string;
}

/** A record, and what its value came to. */
export interface ScoredVector<T, V = PlainVector> {
  record: T;
  key: string;
  /** A copy of the record's own: plain arrays where the value came as such, null where there is no score. */
  normalized: V | null;
  /** What the inverse needs, one each of the channels or one for all; null where the method has none. */
  center: PlainVector;
  scale: PlainVector;
  /** Records that the score rests on. */
  count: number;
  epoch: number;
  /** Why the value is none of such a field, as `expected …, got …`: then nothing was learnt, and `normalized` is null. */
  unfit: string | undefined;
}

/** What every operator of one vector is: options checked at the call, state made at the subscription, one value at a time. */
export function scoreVectors<T>(options: FieldOptions & Partial<VectorAccess<T>>): OperatorFunction<never, unknown> {
  const { key, value, time, table: given, field = 'value', ...fieldOptions } = options;
  const resolved = resolveVector(fieldOptions);
  if (resolved === undefined) throw new InvalidOptionError('shape', options.shape, 'the lengths of the axes');
  for (const [option, accessor] of Object.entries({ key, value, time }))
    if (accessor !== undefined && typeof accessor !== 'function')
      throw new InvalidOptionError(option, accessor, 'a function of the record');
  if (value === undefined)
    for (const [option, got] of Object.entries({ key, time, table: given, field: options.field }))
      if (got !== undefined)
        throw new InvalidOptionError(option, got, 'absent on a stream of plain values: value is needed too');
  if (resolved.timed && time === undefined)
    throw new InvalidOptionError('time', time, 'an accessor: a method in event time needs the time of each value');
  if (given !== undefined && !(given instanceof SeriesTable))
    throw new InvalidOptionError('table', given, 'a SeriesTable');

  const operator: OperatorFunction<T, unknown> = (source) =>
    defer(() => {
      const table = given ?? new SeriesTable();
      const scorer = resolved.create(table.counters);
      const column =
        scorer.stride > 0 ? table.column(field, resolved.fingerprint, scorer.stride, scorer.growable) : undefined;
      let isDropped = false;
      const plain = (x: Parameters<typeof toPlainValue>[0]) => toPlainValue(x, 'flat', undefined);
      const scores = source.pipe(
        map((record) => {
          const seriesKey = key?.(record) ?? '';
          const at = time === undefined ? Number.NaN : toEpochMs(time(record));
          let unfit = scorer.read(value === undefined ? record : value(record));
          isDropped = false;
          let normalized: PlainVector = null;
          if (unfit === undefined && scorer.refuse !== undefined) {
            const known = table.find(seriesKey);
            if (known >= 0 && column !== undefined) column.aim(scorer, known);
            else scorer.aim(new Float64Array(scorer.stride), 0);
            unfit = scorer.refuse();
          }
          if (unfit === undefined) {
            const slot = table.slotOf(seriesKey, touchTime(at, table));
            column?.aim(scorer, slot);
            scorer.score(at);
            column?.settle(scorer, slot);
            isDropped = !scorer.warm && resolved.rules.whileWarming === 'drop';
            normalized = toPlainValue(scorer.output, scorer.form, scorer.nesting);
          }
          if (value === undefined) return normalized;
          const { epoch, count, center, scale } = scorer;
          return {
            record,
            key: seriesKey,
            normalized,
            center: plain(center),
            scale: plain(scale),
            count,
            epoch,
            unfit,
          };
        }),
      );
      return resolved.rules.whileWarming === 'drop' ? scores.pipe(filter(() => !isDropped)) : scores;
    });
  return operator as unknown as OperatorFunction<never, unknown>;
}
