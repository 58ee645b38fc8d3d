import { valueAtName } from '../../src/codec/value-at-name.js';

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

/** Code made before, which the engine has optimized already when a stream like it is subscribed to again. */
const made = new Map<string, RecordShaper>();
const MOST = 64;

/**
 * The shaper of records with these fields, as code made for them: a property that the source names costs V8 a load or a store, one whose
 * name comes from a list a search in a hash table, and there are three of them a field. Where code may not be made (a content security
 * policy, `--disallow-code-generation-from-strings`) it is done by name, with the same results.
 */
export function recordShaper(names: readonly string[]): RecordShaper {
  const id = JSON.stringify(names);
  const known = made.get(id);
  if (known !== undefined) return known;
  try {
    const shaper = compiled(names);
    if (made.size >= MOST) made.clear();
    made.set(id, shaper);
    return shaper;
  } catch (error) {
    if (error instanceof EvalError) return byName(names);
    throw error;
  }
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

function compiled(names: readonly string[]): RecordShaper {
  const quoted = names.map((name) => JSON.stringify(name).replace(/[\u2028\u2029]/g, escaped));
  // In brackets `__proto__` is a name as any other; the others do without, for then V8 knows the shape of the object beforehand.
  const keys = names.map((name, i) => (name === '__proto__' ? `[${quoted[i]!}]` : quoted[i]!));
  const literal = (value: (i: number) => string) => `{${keys.map((key, i) => `${key}: ${value(i)}`).join(', ')}}`;
  // In a record of a prototype of its own, or under a way through nested values, a name is looked for as everywhere.
  const isDirect = names.every((name) => !name.includes('.') && !(name in Object.prototype));
  const read = isDirect
    ? make<RecordShaper['read']>(
        ['record', 'values', 'slow'],
        `if (Object.getPrototypeOf(record) !== Object.prototype) return slow(record, values);
         let x;
         ${quoted.map((name, i) => `x = record[${name}]; values[${i}] = typeof x === 'number' ? x : NaN;`).join('\n')}`,
      )
    : undefined;
  const slow = byName(names).read;
  const shape = make<RecordShaper['shape']>(
    ['scores', 'epochs'],
    `return {
       normalized: ${literal((i) => `scores[${i}] === scores[${i}] ? scores[${i}] : null`)},
       epoch: ${literal((i) => `epochs[${i}]`)},
     };`,
  );
  if (read === undefined) return { read: slow, shape };
  const direct = read as (record: object, values: Float64Array, slow: RecordShaper['read']) => void;
  return { read: (record, values) => direct(record, values, slow), shape };
}

function make<F>(parameters: readonly string[], body: string): F {
  return new Function(...parameters, body) as F;
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16)}`;
}

function numberAt(record: object, name: string): number {
  const value = valueAtName(record, name);
  return typeof value === 'number' ? value : Number.NaN;
}
