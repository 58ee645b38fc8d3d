import { numericNames } from '../codec/numeric-names.js';
import { parseTime } from '../codec/parse-time.js';
import { valueAtName } from '../codec/value-at-name.js';
import { InvalidOptionError } from '../errors.js';
import { KEY_SEPARATOR } from '../normalize/key-separator.js';
import { SampleCollector } from './sample-collector.js';

/** How a sample of records is read. */
export interface SampleOptions<T> {
  /** The series of a record: a field's (dotted) name, several, or an accessor. @defaultValue all records are one series */
  key?: string | readonly string[] | ((record: T) => string);
  /** The event time: a field's (dotted) name or an accessor: epoch ms, ISO 8601 or a Date. @defaultValue none */
  time?: string | ((record: T) => number | string | Date);
  /** What to look at. @defaultValue every number */
  fields?: readonly string[];
  /** Records looked at, from the first on. @defaultValue 20000 */
  records?: number;
}

/**
 * Reads a sample: records, or plain numbers, which make a field called `value`.
 * @throws InvalidOptionError
 */
export function collectSample<T>(sample: Iterable<T>, options: SampleOptions<T> = {}): SampleCollector {
  const { key, time, fields, records } = options;
  if (typeof (sample as unknown) !== 'object' || sample === null || !(Symbol.iterator in sample))
    throw new InvalidOptionError(
      'sample',
      sample,
      'records or numbers, in an array or something else that is iterable',
    );
  if (fields !== undefined && !(Array.isArray(fields) && fields.every((name) => typeof name === 'string')))
    throw new InvalidOptionError('fields', fields, 'a list of names');
  const keyNames = typeof key === 'function' || key === undefined ? [] : [key].flat();
  if (keyNames.some((name) => typeof name !== 'string'))
    throw new InvalidOptionError('key', key, 'a field, a list of fields or an accessor');
  if (time !== undefined && typeof time !== 'string' && typeof time !== 'function')
    throw new InvalidOptionError('time', time, 'a field or an accessor');
  const reserved = new Set([...keyNames, ...(typeof time === 'string' ? [time] : [])]);
  const collector = new SampleCollector(records);
  const known = new Set<string>();
  for (const record of sample) {
    if (collector.isFull) break;
    if (typeof record !== 'object' || record === null) {
      collector.begin('', Number.NaN);
      addValue(collector, 'value', record);
      continue;
    }
    const at = typeof time === 'function' ? time(record) : time === undefined ? Number.NaN : valueAtName(record, time);
    const keyOf = typeof key === 'function' ? key(record) : keyNames.map((name) => text(record, name));
    collector.begin(typeof keyOf === 'string' ? keyOf : keyOf.join(KEY_SEPARATOR), toMs(at));
    if (fields === undefined) for (const name of numericNames(record, reserved)) known.add(name);
    for (const name of fields ?? known) addValue(collector, name, valueAtName(record, name));
  }
  return collector;
}

function addValue(collector: SampleCollector, name: string, value: unknown): void {
  const isMissing = value === null || value === undefined;
  collector.add(name, typeof value === 'number' ? value : Number.NaN, typeof value !== 'number' && !isMissing);
}

function text(record: object, name: string): string {
  return String(valueAtName(record, name) ?? '');
}

function toMs(at: unknown): number {
  if (at instanceof Date) return at.getTime();
  return typeof at === 'number' ? at : typeof at === 'string' ? parseTime(at) : Number.NaN;
}
