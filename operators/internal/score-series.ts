import { defer, filter, type OperatorFunction } from 'rxjs';
import { InvalidOptionError } from '../../src/errors.js';
import { createScorer } from '../../src/normalize/create-scorer.js';
import type { FieldOptions } from '../../src/normalize/field-options.js';
import { GroupColumn, groupKey } from '../../src/normalize/group-column.js';
import { type ResolvedField, resolveField } from '../../src/normalize/resolve-field.js';
import type { Scorer } from '../../src/normalize/scorer.js';
import { SeriesTable } from '../../src/series/series-table.js';
import { mapEach } from './map-each.js';
import type { RecordAccess, Scored } from './scoring-options.js';
import { toEpochMs } from './to-epoch-ms.js';
import { touchTime } from './touch-time.js';

/** What an operator says beside the score, from the scorer that made it. */
export type Extend<T> = (scored: Scored<T>, scorer: Scorer) => Scored<T>;

type Options<T> = Omit<FieldOptions, 'group'> & Partial<RecordAccess<T>>;

/**
 * What every one-value operator is: options checked at the call, state made at the subscription, one value scored and learnt at a
 * time.
 */
export function scoreSeries<T>(
  method: FieldOptions['method'],
  options: Options<T>,
  extend?: Extend<T>,
): OperatorFunction<never, unknown> {
  const { key, value, time, table, group, field = 'value', ...fieldOptions } = options;
  const resolved = resolveField({ ...fieldOptions, method: method! }, group !== undefined);
  if (value === undefined) {
    for (const [option, given] of Object.entries({ key, time, table, group, field: options.field }))
      if (given !== undefined)
        throw new InvalidOptionError(option, given, 'absent on a stream of plain numbers: value is needed too');
  }
  for (const [option, given] of Object.entries({ key, value, time, group }))
    if (given !== undefined && typeof given !== 'function')
      throw new InvalidOptionError(option, given, 'a function of the record');
  if (resolved.rules.timed && time === undefined)
    throw new InvalidOptionError('time', time, 'an accessor: a memory in event time needs the time of each value');
  if (table !== undefined && !(table instanceof SeriesTable))
    throw new InvalidOptionError('table', table, 'a SeriesTable');
  if (group !== undefined && table !== undefined && table.maxSeries < 2)
    throw new InvalidOptionError('table', table.maxSeries, 'a table of at least 2 series, for a group is one too');
  const operator =
    value === undefined ? scoreNumbers(resolved) : scoreRecords(resolved, { ...options, value, field }, extend);
  return operator as unknown as OperatorFunction<never, unknown>;
}

function scoreNumbers(field: ResolvedField): OperatorFunction<number, number | null> {
  return (source) =>
    defer(() => {
      const scorer = createScorer(field, { missing: 0, late: 0, untimed: 0, gated: 0 });
      scorer.aim(new Float64Array(scorer.stride), 0);
      const scores = source.pipe(
        mapEach((x) => {
          // Two calls, for a value that may be one thing or the other would be boxed.
          const score = typeof x === 'number' ? scorer.score(x, Number.NaN) : scorer.score(Number.NaN, Number.NaN);
          return Number.isNaN(score) ? null : score;
        }),
      );
      return field.rules.whileWarming === 'drop' ? scores.pipe(filter(() => scorer.warm)) : scores;
    });
}

function scoreRecords<T>(
  resolved: ResolvedField,
  access: RecordAccess<T> & { field: string },
  extend: Extend<T> | undefined,
): OperatorFunction<T, Scored<T>> {
  const { key = () => '', value, time, field, group } = access;
  return (source) =>
    defer(() => {
      const table = access.table ?? new SeriesTable();
      const scorer = createScorer(resolved, table.counters);
      const column = table.column(field, resolved.fingerprint, scorer.stride, scorer.growable);
      const groups = group && new GroupColumn(table, field, scorer);
      const scores = source.pipe(
        mapEach((record: T): Scored<T> => {
          const seriesKey = key(record);
          const given = value(record);
          const x = typeof given === 'number' ? given : Number.NaN;
          const at = time === undefined ? Number.NaN : toEpochMs(time(record));
          const now = touchTime(at, table);
          // The group first, for it must not be what a new series pushes out of the table.
          groups?.aim(table.slotOf(groupKey(group!(record)), now));
          const slot = table.slotOf(seriesKey, now);
          column.aim(scorer, slot);
          const score = scorer.score(x, at);
          column.settle(scorer, slot);
          const { center, scale, count, epoch } = scorer;
          const normalized = Number.isNaN(score) ? null : score;
          const scored = { record, key: seriesKey, value: x, normalized, center, scale, count, epoch };
          return extend === undefined ? scored : extend(scored, scorer);
        }),
      );
      return resolved.rules.whileWarming === 'drop' ? scores.pipe(filter(() => scorer.warm)) : scores;
    });
}
