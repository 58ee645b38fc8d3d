import { copyOf } from './copy-of.js';
import { isPlainObject } from './is-plain-object.js';
import { literal, madeCode, quoted } from './made-code.js';

/** A copy of a record with two properties more, or in place of its own. */
export type RecordCopier = <T extends object, N, E>(
  record: T,
  normalized: N,
  epoch: E,
) => T & { normalized: N; epoch: E };

/** For plain records with certain properties; undefined for one that has others. */
type Copy = (record: object, normalized: unknown, epoch: unknown) => object | undefined;

/** Kinds of records that one stream has code for, and the properties of one at most. */
const KINDS = 4;
const WIDEST = 64;

/**
 * Copies the records of a stream as `copyOf` does, at half the cost for records of the few kinds that came first: as object literals, whose
 * shape V8 knows beforehand. Each record is looked at whether it is of such a kind.
 */
export function recordCopier(): RecordCopier {
  const kinds: Copy[] = [];
  const copy = (record: object, normalized: unknown, epoch: unknown): object => {
    for (let k = 0; k < kinds.length; k++) {
      const out = kinds[k]!(record, normalized, epoch);
      if (out !== undefined) return out;
    }
    if (kinds.length < KINDS && isPlainObject(record) && Object.getOwnPropertySymbols(record).length === 0)
      kinds.push(copyFor(Object.keys(record)) ?? unable);
    return Object.assign(copyOf(record), { normalized, epoch });
  };
  return copy as RecordCopier;
}

function copyFor(names: readonly string[]): Copy | undefined {
  if (names.length > WIDEST || names.includes('__proto__')) return undefined;
  const added = ['normalized', 'epoch'];
  const kept = names.filter((name) => !added.includes(name));
  const all = [...names, ...added.filter((name) => !names.includes(name))];
  return madeCode<Copy>(
    `copy ${JSON.stringify(names)}`,
    ['record', 'normalized', 'epoch'],
    () => `let i = 0;
      for (const name in record) switch (i++) {
        ${names.map((name, i) => `case ${i}: if (name !== ${quoted(name)}) return undefined; break;`).join('\n')}
        default: return undefined;
      }
      if (i !== ${names.length}) return undefined;
      ${kept.map((name, i) => `const p${i} = record[${quoted(name)}];`).join('\n')}
      // Once properties were read V8 knows the shape and with it the prototype; for symbols it has to look.
      if (Object.getPrototypeOf(record) !== Object.prototype) return undefined;
      if (Object.getOwnPropertySymbols(record).length > 0) return undefined;
      return ${literal(all, (name) => (added.includes(name) ? name : `p${kept.indexOf(name)}`))};`,
  );
}

function unable(): undefined {
  return undefined;
}
