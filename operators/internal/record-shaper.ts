import { valueAtName } from '../../src/codec/value-at-name.js';
import { literal, madeCode, quoted } from './made-code.js';

/** Reads the numbers of records of one kind, and makes the objects that go out. */
export interface RecordShaper {
  /** The number under each name into `values`, NaN where there is none. */
  read(record: object, values: Float64Array): void;
  /** `normalized`, with null for NaN, and `epoch`, by name. */
  shape(scores: Float64Array, epochs: Int32Array): Shaped;
}

interface Shaped {
  normalized: Record<string, number | null>;
  epoch: Record<string, number>;
}

/** The shaper of records with these fields, as code made for them; where code may not be made by name, with the same results. */
export function recordShaper(names: readonly string[]): RecordShaper {
  const slow = byName(names);
  const id = JSON.stringify(names);
  const shape = madeCode<RecordShaper['shape']>(
    `shape ${id}`,
    ['scores', 'epochs'],
    () => `return {
      normalized: ${literal(names, (_, i) => `scores[${i}] === scores[${i}] ? scores[${i}] : null`)},
      epoch: ${literal(names, (_, i) => `epochs[${i}]`)},
    };`,
  );
  if (shape === undefined) return slow;
  if (!names.every(isDirect)) return { read: slow.read, shape };
  const read = madeCode<(record: object, values: Float64Array, slow: RecordShaper['read']) => void>(
    `read ${id}`,
    ['record', 'values', 'slow'],
    // The prototype last: once a property was read V8 knows the shape of the record and with it the prototype, and asks nobody.
    () => `let x;
      ${names.map((name, i) => `x = record[${quoted(name)}]; values[${i}] = typeof x === 'number' ? x : NaN;`).join('\n')}
      if (Object.getPrototypeOf(record) !== Object.prototype) slow(record, values);`,
  );
  return read === undefined ? slow : { read: (record, values) => read(record, values, slow.read), shape };
}

/** Whether a plain object has under a name what `valueAtName` finds there: no way through nested values, nothing inherited. */
export function isDirect(name: string): boolean {
  return !name.includes('.') && !(name in Object.prototype);
}

/** The same without code of its own. */
export function byName(names: readonly string[]): RecordShaper {
  return {
    read(record, values) {
      for (let i = 0; i < names.length; i++) values[i] = numberAt(record, names[i]!);
    },
    shape(scores, epochs) {
      const entries = (list: Float64Array | Int32Array) => names.map((name, i) => [name, list[i]!] as const);
      return {
        normalized: Object.fromEntries(entries(scores).map(([name, x]) => [name, Number.isNaN(x) ? null : x])),
        epoch: Object.fromEntries(entries(epochs)),
      };
    },
  };
}

function numberAt(record: object, name: string): number {
  const value = valueAtName(record, name);
  return typeof value === 'number' ? value : Number.NaN;
}
