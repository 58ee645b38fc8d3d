import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { byName, recordShaper } from '../../../operators/internal/record-shaper.js';

const name = fc.oneof(
  fc.constantFrom('a', 'b', 'a.b', '__proto__', 'constructor', 'toString', '"];x', "it's", '\u2028', '', '0', 'a b'),
  fc.string({ maxLength: 6, unit: 'binary' }),
);
const names = fc.uniqueArray(name, { maxLength: 8 });
const value = fc.oneof(fc.double(), fc.constantFrom('12', null, undefined, true, {}, [1], { b: 3 }, -0));

describe('recordShaper', () => {
  it('reads as one that goes by name does, whatever the record', () => {
    fc.assert(
      fc.property(
        names,
        fc.dictionary(name, value),
        fc.constantFrom('plain', 'null', 'inherits'),
        (list, given, of) => {
          const prototypes = { plain: Object.prototype, null: null, inherits: Object.create({ a: 5, b: 6 }) as object };
          const record = Object.create(prototypes[of]) as object;
          for (const key of Object.keys(given))
            Object.defineProperty(record, key, { value: given[key], enumerable: true, configurable: true });
          const [compiled, plain] = [new Float64Array(list.length), new Float64Array(list.length)];
          recordShaper(list).read(record, compiled);
          byName(list).read(record, plain);
          expect(compiled).toEqual(plain);
        },
      ),
    );
  });

  it('makes what one that goes by name makes: the same names in the same order, all its own', () => {
    fc.assert(
      fc.property(names, fc.array(fc.double(), { minLength: 8, maxLength: 8 }), (list, numbers) => {
        const scores = Float64Array.from(numbers.slice(0, list.length));
        const epochs = Int32Array.from(scores, (_, i) => i);
        const [made, plain] = [recordShaper(list).shape(scores, epochs), byName(list).shape(scores, epochs)];
        for (const part of ['normalized', 'epoch'] as const) {
          expect(Object.entries(made[part])).toEqual(Object.entries(plain[part]));
          expect(Object.getPrototypeOf(made[part])).toBe(Object.prototype);
        }
      }),
    );
  });

  it('goes by name where code may not be made', () => {
    vi.stubGlobal('Function', function refuse() {
      throw new EvalError('Code generation from strings disallowed for this context');
    });
    try {
      const values = new Float64Array(2);
      const shaper = recordShaper(['a', 'b', 'never asked for before']);
      shaper.read({ a: 1, b: 'x' }, values);
      expect(shaper.shape(values, Int32Array.of(0, 2))).toEqual({
        normalized: { a: 1, b: null },
        epoch: { a: 0, b: 2 },
      });
    } finally {
      vi.unstubAllGlobals();
    }
  });
});
