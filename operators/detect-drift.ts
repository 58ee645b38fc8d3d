import { concatMap, defer, type OperatorFunction } from 'rxjs';
import type { DetectorName, DetectorOptions } from '../src/drift/detector-options.js';
import { DriftWatch } from '../src/drift/drift-watch.js';
import { InvalidOptionError } from '../src/errors.js';
import { parseDuration } from '../src/parse-duration.js';
import { SeriesTable } from '../src/series/series-table.js';
import type { DriftSignal } from './internal/drift-signal.js';
import { signalsOf } from './internal/drift-signals.js';
import type { RecordAccess } from './internal/scoring-options.js';
import { Silence } from './internal/silence.js';
import { toEpochMs } from './internal/to-epoch-ms.js';
import { touchTime } from './internal/touch-time.js';

export interface DetectDriftOptions {
  /** @defaultValue `'joint'`: level and scale, one false alarm in 100,000 values */
  detector?: DetectorName | DetectorOptions;
  /** Whether to tell stuck and saturated sensors, and the shortest run of equal values that is stuck. @defaultValue `{ flatAfter: 10 }` */
  sensor?: { flatAfter?: number } | false;
  /** A series of which nothing has come for so long, while others went on, is silent: ms or a duration; needs `time`. @defaultValue never */
  silentAfter?: number | string;
}

/**
 * Tells when a series is no longer what it was: signals, and nothing else.
 *
 *     source          --0.1---0.3--…--3.1--2.8--3.2--3.0--3.1--|
 *     detectDrift()   ----------------------w---------d--------|     w = warning, d = drift, level up by 3
 *
 * Values may be raw or normalized: detectors standardize them, so that thresholds have no unit. A drift is told once; then the detector
 * learns the series anew. A change that goes on, a ramp, is one drift. A sensor that is stuck, saturated or silent is not drift but a state of its own. A missing value is passed over.
 * On records `value` says what to read and `key` to which series it belongs; without them the stream is of plain numbers.
 *
 * @throws InvalidOptionError when called with an option that is unknown, of the wrong type or without meaning beside the others
 */
export function detectDrift<T>(options: DetectDriftOptions & RecordAccess<T>): OperatorFunction<T, DriftSignal<T>>;
export function detectDrift(options?: DetectDriftOptions): OperatorFunction<number, DriftSignal<number>>;
export function detectDrift<T>(
  options: DetectDriftOptions & Partial<RecordAccess<T>> = {},
): OperatorFunction<T, DriftSignal<T>> {
  const { detector = 'joint', sensor = {}, silentAfter, table, field = 'drift', key, time, value } = options;
  checkOptions(options);
  const silence = silentAfter === undefined ? undefined : parseDuration('silentAfter', silentAfter);
  // Once here, so that a fault is told at assembly.
  new DriftWatch(detector, sensor);
  return (source) =>
    defer(() => {
      const series = table ?? new SeriesTable();
      const watch = new DriftWatch(detector, sensor);
      const column = series.column(field, watch.fingerprint, watch.stride, false);
      const silent = silence === undefined ? undefined : new Silence(silence);
      return source.pipe(
        concatMap((record) => {
          const seriesKey = key === undefined ? '' : key(record);
          const given = value === undefined ? record : value(record);
          const at = time === undefined ? Number.NaN : toEpochMs(time(record));
          const signals: DriftSignal<T>[] = [];
          column.aim(watch, series.slotOf(seriesKey, touchTime(at, series)));
          if (watch.update(typeof given === 'number' ? given : Number.NaN, at)) {
            if (silent?.hear(seriesKey, at)) signals.push(plainSignal('live', seriesKey, record, watch.count - 1));
            signalsOf(watch, seriesKey, record, signals);
          } else series.counters.missing++;
          for (const quiet of silent?.fallenSilent(at) ?? []) {
            const slot = series.find(quiet);
            if (slot < 0) continue;
            column.aim(watch, slot);
            signals.push(plainSignal('silent', quiet, record, watch.count - 1));
          }
          return signals;
        }),
      );
    });
}

function plainSignal<T>(state: 'live' | 'silent', key: string, record: T, index: number): DriftSignal<T> {
  return { state, key, record, index, cause: null, direction: null, size: null, delay: null, changePoint: null };
}

const OPTIONS = ['detector', 'sensor', 'silentAfter', 'table', 'field', 'key', 'time', 'value'];

function checkOptions<T>(options: DetectDriftOptions & Partial<RecordAccess<T>>): void {
  for (const [option, given] of Object.entries(options))
    if (given !== undefined && !OPTIONS.includes(option))
      throw new InvalidOptionError(option, given, 'absent: there is no such option');
  const { key, value, time, table, field, sensor, silentAfter } = options;
  if (value === undefined) {
    for (const [option, given] of Object.entries({ key, time, table, field, silentAfter }))
      if (given !== undefined)
        throw new InvalidOptionError(option, given, 'absent on a stream of plain numbers: value is needed too');
  }
  for (const [option, given] of Object.entries({ key, value, time }))
    if (given !== undefined && typeof given !== 'function')
      throw new InvalidOptionError(option, given, 'a function of the record');
  if (silentAfter !== undefined && time === undefined)
    throw new InvalidOptionError('time', time, 'an accessor: silence is measured in event time');
  if (table !== undefined && !(table instanceof SeriesTable))
    throw new InvalidOptionError('table', table, 'a SeriesTable');
  if (sensor !== undefined && sensor !== false && (typeof sensor !== 'object' || sensor === null))
    throw new InvalidOptionError('sensor', sensor, 'false, or { flatAfter }');
}
