import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { recordShaper } from '../../../operators/internal/record-shaper.js';
import { valueAtName } from '../../../src/codec/value-at-name.js';

const name = fc.oneof(
  fc.constantFrom('a', 'b', 'a.b', '__proto__', 'constructor', 'toString', '"];x', "it's", '\u2028', '', '0', 'a b'),
  fc.constantFrom('normalized', 'epoch', '1', '\ud800'),
  fc.string({ maxLength: 6, unit: 'binary' }),
);
const names = fc.uniqueArray(name, { maxLength: 8 });
const value = fc.oneof(fc.double(), fc.constantFrom('12', null, undefined, true, {}, [1], { b: 3 }, -0));
const symbols = [Symbol('one'), Symbol.for('two')] as const;
const kind = fc.uniqueArray(fc.oneof({ weight: 6, arbitrary: name }, fc.constantFrom(...symbols)), { maxLength: 6 });
const prototype = fc.constantFrom('plain', 'null', 'inherits');
const prototypes = { plain: Object.prototype, null: null, inherits: Object.create({ a: 5, b: 6 }) as object };

function recordOf(prototype: object | null, properties: readonly (readonly [string | symbol, unknown])[]): object {
  const record = Object.create(prototype) as object;
  for (const [key, value] of properties)
    Object.defineProperty(record, key, { value, enumerable: true, configurable: true });
  return record;
}

/** A shaper whose scores are those given, with what it was asked. */
function shaperOf(
  list: readonly string[],
  given: readonly number[] = list.map((_, i) => i / 2),
  { keyName = undefined as string | undefined, asksOthers = false, meddle = (_: object) => {} } = {},
) {
  const asked: { key: string; slot: number; values: number[] }[] = [];
  const shape = recordShaper<object>(list, {
    keyOf: (record) => `of ${String(valueAtName(record, keyName ?? ''))}`,
    keyName,
    asksOthers,
    slotOf(record, key) {
      meddle(record);
      asked.push({ key, slot: -1, values: [] });
      return asked.length;
    },
    score(slot, values, scores, epochs) {
      Object.assign(asked.at(-1)!, { slot, values: [...values] });
      scores.set(given.slice(0, list.length));
      epochs.set(list.map((_, i) => i));
    },
  });
  return { shape, asked };
}

/** Own properties that are enumerable, in order. */
function entriesOf(record: object): [string | symbol, unknown][] {
  return Reflect.ownKeys(record).map((key) => [key, (record as Record<string | symbol, unknown>)[key]]);
}

function refuseCode(check: () => void): void {
  vi.stubGlobal('Function', function refuse() {
    throw new EvalError('Code generation from strings disallowed for this context');
  });
  try {
    check();
  } finally {
    vi.unstubAllGlobals();
  }
}

describe('recordShaper', () => {
  it('reads as one that goes by name does, whatever the record', () => {
    fc.assert(
      fc.property(names, fc.dictionary(name, value), prototype, (list, given, of) => {
        const { shape, asked } = shaperOf(list);
        const numbers = (record: object) =>
          list.map((name) => {
            const value = valueAtName(record, name);
            return typeof value === 'number' ? value : Number.NaN;
          });
        const record = recordOf(prototypes[of], Object.entries(given));
        // The second time by code made for it, where there is any; then one of the same kind without a number.
        const others = recordOf(
          prototypes[of],
          Object.keys(given).map((key) => [key, 'none']),
        );
        for (const one of [record, record, others, record]) {
          shape(one);
          expect(asked.at(-1)!.values).toEqual(numbers(one));
        }
      }),
    );
  });

  it('takes the key from the property where it is text, else asks', () => {
    fc.assert(
      fc.property(name, fc.array(fc.oneof(fc.string(), value), { minLength: 2, maxLength: 6 }), (key, given) => {
        const { shape, asked } = shaperOf(['x'], [1], { keyName: key });
        for (const value of given) {
          const record = recordOf(Object.prototype, [
            [key, value],
            ['x', 1],
          ]);
          shape(record);
          const [plain, sought] = [valueAtName(record, key), asked.at(-1)!.key];
          // Both are the key: whoever has a name for it is asked by nobody else in a record of a kind that code was made for.
          expect(typeof plain === 'string' ? [plain, `of ${plain}`] : [`of ${String(plain)}`]).toContain(sought);
        }
        expect(asked.map(({ slot }) => slot)).toEqual(given.map((_, i) => i + 1));
      }),
    );
  });

  it('adds what one that goes by name makes: the same names in the same order, all its own', () => {
    fc.assert(
      fc.property(names, fc.array(fc.double(), { minLength: 8, maxLength: 8 }), (list, numbers) => {
        const { shape } = shaperOf(list, numbers);
        const named = <V>(value: (i: number) => V) =>
          Object.entries(Object.fromEntries(list.map((n, i) => [n, value(i)])));
        for (let i = 0; i < 3; i++) {
          const { normalized, epoch } = shape({ a: 1 });
          expect(Object.entries(normalized)).toEqual(named((i) => (Number.isNaN(numbers[i]!) ? null : numbers[i]!)));
          expect(Object.entries(epoch)).toEqual(named((i) => i));
          for (const part of [normalized, epoch]) expect(Object.getPrototypeOf(part)).toBe(Object.prototype);
        }
      }),
    );
  });

  it('makes what a spread makes, whatever records come one after the other', () => {
    fc.assert(
      fc.property(
        names,
        fc.array(fc.record({ kind, prototype, hidden: fc.boolean() }), { minLength: 1, maxLength: 5 }),
        fc.array(fc.nat(4), { minLength: 1, maxLength: 20 }),
        (list, kinds, order) => {
          const { shape } = shaperOf(list);
          order.forEach((which, i) => {
            const { kind, prototype, hidden } = kinds[which % kinds.length]!;
            const record = recordOf(
              prototypes[prototype as keyof typeof prototypes],
              kind.map((key) => [key, [i, key]] as const),
            );
            if (hidden) Object.defineProperty(record, 'hidden', { value: 1, enumerable: false, configurable: true });
            const out = shape(record);
            const { normalized, epoch } = out;
            // The longhand, for a spread makes a property of its own out of `__proto__`.
            expect(entriesOf(out)).toEqual(entriesOf({ ...record, normalized, epoch }));
            expect(Object.keys(normalized)).toEqual(Object.keys(Object.fromEntries(list.map((name) => [name, 0]))));
            expect(Object.getPrototypeOf(out)).toBe(Object.prototype);
            expect(out).not.toBe(record);
          });
        },
      ),
    );
  });

  it('takes what a record holds once others were asked for its key and time', () => {
    const meddle = (record: object) => Object.assign(record, { a: 7 });
    const { shape, asked } = shaperOf(['a', 'b'], [0, 1], { asksOthers: true, meddle });
    for (let i = 0; i < 3; i++) {
      expect(shape({ a: i, b: i })).toEqual({ a: 7, b: i, normalized: { a: 0, b: 1 }, epoch: { a: 0, b: 1 } });
      expect(asked.at(-1)!.values).toEqual([7, i]);
    }
  });

  it('asks a getter as a spread does', () => {
    const { shape } = shaperOf([]);
    for (let i = 0; i < 3; i++) {
      let asked = 0;
      const out = shape({
        get a() {
          return ++asked;
        },
        b: 2,
      });
      expect(out).toEqual({ a: 1, b: 2, normalized: {}, epoch: {} });
      expect(asked).toBe(1);
    }
  });

  it('goes by name where code may not be made', () => {
    refuseCode(() => {
      const { shape, asked } = shaperOf(['a', 'b', 'never asked for before'], [1, Number.NaN, 3]);
      for (let i = 0; i < 3; i++) {
        expect(shape({ a: 1, b: 'x', neverSeen: i })).toEqual({
          a: 1,
          b: 'x',
          neverSeen: i,
          normalized: { a: 1, b: null, 'never asked for before': 3 },
          epoch: { a: 0, b: 1, 'never asked for before': 2 },
        });
        expect(asked.at(-1)!.values).toEqual([1, Number.NaN, Number.NaN]);
      }
    });
  });
});
