import { valueAtName } from '../../src/codec/value-at-name.js';
import { literal, madeCode, quoted } from '../../src/made-code.js';
import { copyOf } from './copy-of.js';
import { isPlainObject } from './is-plain-object.js';

/** A record with what was made of its numbers; null stands for NaN. */
export type Shaped<T> = T & { normalized: Record<string, number | null>; epoch: Record<string, number> };

/** What a shaper knows nothing of. */
export interface ShapedSeries<T> {
  /** The key of a record. */
  keyOf: (record: T) => string;
  /** The property that the key is, where it is text there; undefined where it takes `keyOf`. */
  keyName: string | undefined;
  /** Whether others are asked for key or time, who might change the record: what it holds is what it holds then. */
  asksOthers: boolean;
  /** Finds the series of a record. */
  slotOf(record: T, key: string): number;
  /** Makes `scores` and `epochs` of `values`, the numbers of a record of the series in `slot`, each at the place of its name. */
  score(slot: number, values: Float64Array, scores: Float64Array, epochs: Int32Array): void;
}

/** A shaper of some records; undefined, with nothing done, for those of another kind. */
type Shape = (
  record: object,
  series: ShapedSeries<never>,
  values: Float64Array,
  scores: Float64Array,
  epochs: Int32Array,
  numberAt: (record: object, name: string) => number,
) => object | undefined;

/** Kinds of records that one stream has code for, and the properties of one at most. */
const KINDS = 4;
const WIDEST = 64;

/**
 * Reads the numbers under `names` of each record, NaN where there is none, has them scored, and copies the record with `normalized` and
 * `epoch` added or in place of its own.
 *
 * Records of the few kinds that came first are taken through code of their own: a property is read once, for its number and for the copy,
 * and the copy is a literal, whose shape V8 knows beforehand. Each record is looked at whether it is of such a kind. Where code may not be
 * made, and for all others, it goes by name, with the same results.
 */
export function recordShaper<T extends object>(
  names: readonly string[],
  series: ShapedSeries<T>,
): (record: T) => Shaped<T> {
  const values = new Float64Array(names.length);
  const scores = new Float64Array(names.length);
  // Integers, for which an object needs no boxes.
  const epochs = new Int32Array(names.length);
  const kinds: Shape[] = [];
  return (record) => {
    for (let k = 0; k < kinds.length; k++) {
      const out = kinds[k]!(record, series, values, scores, epochs, numberAt);
      if (out !== undefined) return out as Shaped<T>;
    }
    if (kinds.length < KINDS && isPlainObject(record) && Object.getOwnPropertySymbols(record).length === 0)
      kinds.push(shapeFor(Object.keys(record), names, series) ?? unable);
    const slot = series.slotOf(record, series.keyOf(record));
    for (let i = 0; i < names.length; i++) values[i] = numberAt(record, names[i]!);
    series.score(slot, values, scores, epochs);
    const byName = <V>(value: (i: number) => V) => Object.fromEntries(names.map((name, i) => [name, value(i)]));
    const normalized = byName((i) => (Number.isNaN(scores[i]!) ? null : scores[i]!));
    return Object.assign(copyOf(record), { normalized, epoch: byName((i) => epochs[i]!) });
  };
}

/** Whether a plain object has under a name what `valueAtName` finds there: no way through nested values, nothing inherited. */
export function isDirect(name: string): boolean {
  return !name.includes('.') && !(name in Object.prototype);
}

function shapeFor(
  properties: readonly string[],
  names: readonly string[],
  { keyName, asksOthers }: Pick<ShapedSeries<never>, 'keyName' | 'asksOthers'>,
): Shape | undefined {
  if (properties.length > WIDEST || properties.includes('__proto__')) return undefined;
  const added = new Map([
    ['normalized', literal(names, (_, i) => `scores[${i}] === scores[${i}] ? scores[${i}] : null`)],
    ['epoch', literal(names, (_, i) => `epochs[${i}]`)],
  ]);
  const all = [...properties, ...[...added.keys()].filter((name) => !properties.includes(name))];
  const local = new Map(properties.map((name, i) => [name, `p${i}`]));
  const number = (name: string) => {
    if (!isDirect(name)) return `numberAt(record, ${quoted(name)})`;
    const value = local.get(name);
    return value === undefined ? 'NaN' : `typeof ${value} === 'number' ? ${value} : NaN`;
  };
  const read = names.filter((name) => isDirect(name) && local.has(name));
  const key = !asksOthers && keyName !== undefined && isDirect(keyName) ? local.get(keyName) : undefined;
  const reads = properties.map((name, i) => `const p${i} = record[${quoted(name)}];`).join('\n');
  return madeCode<Shape>(
    `shape ${JSON.stringify([properties, names, keyName, asksOthers])}`,
    ['record', 'series', 'values', 'scores', 'epochs', 'numberAt'],
    () => `let i = 0;
      for (const name in record) switch (i++) {
        ${properties.map((name, i) => `case ${i}: if (name !== ${quoted(name)}) return undefined; break;`).join('\n')}
        default: return undefined;
      }
      if (i !== ${properties.length}) return undefined;
      ${asksOthers ? properties.slice(0, 1).map((name) => `record[${quoted(name)}];`) : reads}
      // Once properties were read V8 knows the shape and with it the prototype; for symbols it has to look.
      if (Object.getPrototypeOf(record) !== Object.prototype) return undefined;
      if (Object.getOwnPropertySymbols(record).length > 0) return undefined;
      const key = ${key === undefined ? 'series.keyOf(record)' : `typeof ${key} === 'string' ? ${key} : series.keyOf(record)`};
      const slot = series.slotOf(record, key);
      ${asksOthers ? reads : ''}
      // Where all are numbers nothing has to be made ready for what else they might be.
      if (${['true', ...read.map((name) => `typeof ${local.get(name)} === 'number'`)].join(' && ')}) {
        ${names.map((name, i) => `values[${i}] = ${read.includes(name) ? local.get(name) : number(name)};`).join('\n')}
      } else {
        ${names.map((name, i) => `values[${i}] = ${number(name)};`).join('\n')}
      }
      series.score(slot, values, scores, epochs);
      return ${literal(all, (name) => added.get(name) ?? local.get(name)!)};`,
  );
}

function numberAt(record: object, name: string): number {
  const value = valueAtName(record, name);
  return typeof value === 'number' ? value : Number.NaN;
}

function unable(): undefined {
  return undefined;
}
