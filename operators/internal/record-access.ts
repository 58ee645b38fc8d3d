import { valueAtName } from '../../src/codec/value-at-name.js';
import { InvalidOptionError } from '../../src/errors.js';
import { madeCode, quoted } from '../../src/made-code.js';
import { KEY_SEPARATOR } from '../../src/normalize/key-separator.js';
import { isDirect } from './record-shaper.js';
import type { EventTime } from './scoring-options.js';

/** The series of a record: a field's (dotted) name, several, or an accessor. */
export type KeyOption<T> = string | readonly string[] | ((record: T) => string);

/** The event time of a record: a field's (dotted) name or an accessor. */
export type TimeOption<T> = string | ((record: T) => EventTime);

/** Reads the key of a record; a field that is absent counts as empty text. */
export function keyAccessor<T>(key: KeyOption<T> | undefined, option = 'key'): (record: T) => string {
  if (key === undefined) return () => '';
  if (typeof key === 'function') return key;
  const names = namesOf(key);
  if (names.length === 0 || names.some((name) => typeof name !== 'string'))
    throw new InvalidOptionError(option, key, 'a field, a list of fields or an accessor');
  const [only] = names;
  if (only !== undefined && names.length === 1) {
    const byName = (record: T) => String(valueAtName(record, only) ?? '');
    if (!isDirect(only)) return byName;
    // A load, where V8 knows the shape of the record and with it the prototype; what `valueAtName` does are several calls.
    const read = madeCode<(record: T, byName: (record: T) => string) => string>(
      `key ${only}`,
      ['record', 'byName'],
      () => `if (typeof record !== 'object' || record === null) return byName(record);
        const value = record[${quoted(only)}];
        return typeof value === 'string' && Object.getPrototypeOf(record) === Object.prototype ? value : byName(record);`,
    );
    return read === undefined ? byName : (record) => read(record, byName);
  }
  return (record) => names.map((name) => String(valueAtName(record, name) ?? '')).join(KEY_SEPARATOR);
}

/** Reads the event time of a record. */
export function timeAccessor<T>(time: TimeOption<T> | undefined): ((record: T) => EventTime) | undefined {
  if (time === undefined || typeof time === 'function') return time;
  if (typeof time === 'string') return (record) => valueAtName(record, time) as EventTime;
  throw new InvalidOptionError('time', time, 'a field or an accessor');
}

/** The fields that hold key, time and group, where they are named: no measurements. */
export function reservedFields<T>(
  key: KeyOption<T> | undefined,
  time: TimeOption<T> | undefined,
  group?: KeyOption<T>,
): ReadonlySet<string> {
  return new Set([
    ...(typeof key === 'function' || key === undefined ? [] : namesOf(key)),
    ...(typeof group === 'function' || group === undefined ? [] : namesOf(group)),
    ...(typeof time === 'string' ? [time] : []),
  ]);
}

function namesOf(key: string | readonly string[]): readonly string[] {
  return typeof key === 'string' ? [key] : Array.isArray(key) ? key : [];
}
