import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { recordCopier } from '../../../operators/internal/record-copier.js';

const name = fc.oneof(
  fc.constantFrom(
    'a',
    'b',
    'normalized',
    'epoch',
    'constructor',
    '__proto__',
    '1',
    '0',
    '"];x',
    "it's",
    '\u2028',
    '',
    '\ud800',
  ),
  fc.string({ maxLength: 3, unit: 'binary' }),
);
const symbols = [Symbol('one'), Symbol.for('two')] as const;
const kind = fc.uniqueArray(fc.oneof({ weight: 6, arbitrary: name }, fc.constantFrom(...symbols)), { maxLength: 6 });
const prototype = fc.constantFrom(Object.prototype, null, { inherited: 1 });

/** Own properties that are enumerable, in order. */
function entriesOf(record: object): [string | symbol, unknown][] {
  return Reflect.ownKeys(record).map((key) => [key, (record as Record<string | symbol, unknown>)[key]]);
}

describe('recordCopier', () => {
  it('makes what a spread makes, whatever records come one after the other', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ kind, prototype, hidden: fc.boolean() }), { minLength: 1, maxLength: 5 }),
        fc.array(fc.nat(4), { minLength: 1, maxLength: 20 }),
        (kinds, order) => {
          const copy = recordCopier();
          order.forEach((which, i) => {
            const { kind, prototype, hidden } = kinds[which % kinds.length]!;
            const record = Object.create(prototype) as object;
            for (const key of kind)
              Object.defineProperty(record, key, { value: [i, key], enumerable: true, configurable: true });
            if (hidden) Object.defineProperty(record, 'hidden', { value: 1, enumerable: false, configurable: true });
            const [normalized, epoch] = [{ i }, { e: i }];
            const out = copy(record, normalized, epoch);
            // The longhand, for a spread makes a property of its own out of `__proto__`.
            expect(entriesOf(out)).toEqual(entriesOf({ ...record, normalized, epoch }));
            expect(Object.getPrototypeOf(out)).toBe(Object.prototype);
            expect(out).not.toBe(record);
          });
        },
      ),
    );
  });

  it('asks a getter as a spread does', () => {
    const copy = recordCopier();
    for (let i = 0; i < 3; i++) {
      let asked = 0;
      const out = copy(
        {
          get a() {
            return ++asked;
          },
          b: 2,
        },
        'n',
        'e',
      );
      expect(out).toEqual({ a: 1, b: 2, normalized: 'n', epoch: 'e' });
      expect(asked).toBe(1);
    }
  });

  it('copies where code may not be made', () => {
    vi.stubGlobal('Function', function refuse() {
      throw new EvalError('Code generation from strings disallowed for this context');
    });
    try {
      const copy = recordCopier();
      for (let i = 0; i < 3; i++)
        expect(copy({ neverSeen: i, asked: 'x' }, {}, {})).toEqual({
          neverSeen: i,
          asked: 'x',
          normalized: {},
          epoch: {},
        });
    } finally {
      vi.unstubAllGlobals();
    }
  });
});
