import { defer, type OperatorFunction } from 'rxjs';
import { InvalidOptionError } from '../../src/errors.js';
import type { ScoringCounters } from '../../src/normalize/scorer.js';
import { SeriesTable } from '../../src/series/series-table.js';
import { isObservation } from '../../src/stats/is-observation.js';
import type { LatenessAware, Statistic } from '../../src/stats/statistic.js';
import { mapEach } from './map-each.js';
import type { RecordAccess } from './scoring-options.js';
import { toEpochMs } from './to-epoch-ms.js';
import { touchTime } from './touch-time.js';

/** A running statistic as an operator: learn a value, then say what is known. */
export interface Summary<S extends Statistic, R> {
  /** Makes the statistic that all series take turns in. */
  make: () => S;
  read: (statistic: S) => R;
  /** Describes the shape of the state. */
  fingerprint: string;
  /** Whether values need an event time. */
  timed: boolean;
}

/** A record, and what is known of its series after it. */
export interface Summarized<T> {
  record: T;
  key: string;
  /** The value as it was read; NaN where it was missing. */
  value: number;
}

/** On numbers: `read` after each. On records: the record with what `read` says of its series. A missing value is learnt by nobody. */
export function summarizeSeries<T, S extends Statistic, R>(
  { make, read, fingerprint, timed }: Summary<S, R>,
  { key, value, time, table, field = 'value' }: Partial<RecordAccess<T>>,
  combine: (summarized: Summarized<T>, summary: R) => unknown,
): OperatorFunction<never, unknown> {
  if (value === undefined) {
    for (const [option, given] of Object.entries({ key, time, table }))
      if (given !== undefined)
        throw new InvalidOptionError(option, given, 'absent on a stream of plain numbers: value is needed too');
  }
  if (timed && time === undefined)
    throw new InvalidOptionError('time', time, 'an accessor: a memory in event time needs the time of each value');
  if (table !== undefined && !(table instanceof SeriesTable))
    throw new InvalidOptionError('table', table, 'a SeriesTable');

  const numbers: OperatorFunction<number, R> = (source) =>
    defer(() => {
      const statistic = make();
      return source.pipe(
        mapEach((x) => {
          statistic.update(x);
          return read(statistic);
        }),
      );
    });

  const records: OperatorFunction<T, unknown> = (source) =>
    defer(() => {
      const series = table ?? new SeriesTable();
      const statistic = make();
      const column = series.column(field, fingerprint, statistic.stride, statistic.growable);
      return source.pipe(
        mapEach((record) => {
          const seriesKey = key === undefined ? '' : key(record);
          const given = value!(record);
          const x = typeof given === 'number' ? given : Number.NaN;
          const at = time === undefined ? Number.NaN : toEpochMs(time(record));
          const slot = series.slotOf(seriesKey, touchTime(at, series));
          column.aim(statistic, slot);
          if (timed) statistic.advance(at);
          if (isLearnt(x, at, timed, statistic, series.counters)) statistic.update(x, at);
          column.settle(statistic, slot);
          return combine({ record, key: seriesKey, value: x }, read(statistic));
        }),
      );
    });

  return (value === undefined ? numbers : records) as unknown as OperatorFunction<never, unknown>;
}

/** Counts what is not learnt, so that nothing is dropped in silence. */
function isLearnt(x: number, at: number, timed: boolean, statistic: Statistic, counters: ScoringCounters): boolean {
  if (!isObservation(x)) counters.missing++;
  else if (timed && !Number.isFinite(at)) counters.untimed++;
  else if (timed && 'isTooLate' in statistic && (statistic as unknown as LatenessAware).isTooLate(at)) counters.late++;
  else return true;
  return false;
}
