import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeyIndex } from '../../src/series/key-index.js';

const key = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc.constantFrom('', '__proto__', 'constructor', '\ud800', 'ÿ', 'Ā', 'a'),
);
const step = fc.oneof(fc.record({ insert: key }), fc.record({ remove: key }));

describe('KeyIndex', () => {
  it('finds what was inserted and not deleted, and restores from its parts with the same slots', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), fc.integer(), (steps, seed) => {
        let index = new KeyIndex(seed);
        const model = new Map<string, number>();
        steps.forEach((given, i) => {
          if ('insert' in given) {
            const slot = index.insert(given.insert);
            const known = model.get(given.insert);
            if (known === undefined) expect([...model.values()]).not.toContain(slot);
            else expect(slot).toBe(known);
            model.set(given.insert, slot);
          } else {
            expect(index.delete(given.remove)).toBe(model.get(given.remove) ?? -1);
            model.delete(given.remove);
          }
          if (i % 50 === 49) {
            const { sizes, bytes, free, seed: kept } = index.toParts();
            index = KeyIndex.fromParts({ sizes, bytes: bytes.slice(), free, seed: kept });
          }
        });
        expect(index.size).toBe(model.size);
        expect(new Map(index)).toEqual(model);
        for (const [text, slot] of model) expect([index.find(text), index.keyOf(slot)]).toEqual([slot, text]);
      }),
    );
  });

  it('keeps slots dense: deleted ones are used again before new ones', () => {
    const index = new KeyIndex();
    for (let i = 0; i < 1000; i++) index.insert(`key-${i}`);
    for (let i = 0; i < 1000; i += 2) index.delete(`key-${i}`);
    for (let i = 0; i < 500; i++) expect(index.insert(`other-${i}`)).toBeLessThan(1000);
    expect(index.insert('one more')).toBe(1000);
  });

  it('takes a key of a megabyte, and gives its memory back', () => {
    const index = new KeyIndex();
    const long = 'x'.repeat(1_000_000);
    const slot = index.insert(long);
    index.insert('short');
    expect(index.find(long)).toBe(slot);
    expect(index.keyOf(slot)).toBe(long);
    index.delete(long);
    expect(index.byteLength).toBeLessThan(100_000);
    expect(index.find('short')).toBe(1);
  });

  it('refuses parts that contradict each other', () => {
    const parts = () => {
      const index = new KeyIndex();
      for (const text of ['a', 'bb', 'ccc']) index.insert(text);
      index.delete('bb');
      const { sizes, bytes, free, seed } = index.toParts();
      return { sizes: sizes.slice(), bytes: bytes.slice(), free: free.slice(), seed };
    };
    const faults: ((given: ReturnType<typeof parts>) => void)[] = [
      (given) => given.sizes.fill(400, 0, 1),
      (given) => (given.free = Uint32Array.of(0)),
      (given) => (given.free = Uint32Array.of(1, 1)),
      (given) => (given.free = new Uint32Array()),
      (given) => (given.free = Uint32Array.of(77)),
      (given) => (given.bytes = given.bytes.subarray(1)),
    ];
    for (const spoil of faults) {
      const given = parts();
      spoil(given);
      expect(() => KeyIndex.fromParts(given)).toThrowError(expect.objectContaining({ code: 'CORRUPT_CHECKPOINT' }));
    }
  });
});
