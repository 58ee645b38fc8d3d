import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeyIndex } from '../../src/series/key-index.js';
import { PackedKey } from '../../src/series/packed-key.js';

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
            const { words, ...parts } = index.toParts();
            index = KeyIndex.fromParts({ words: words.slice(), ...parts }, index.slots);
          }
        });
        expect(index.size).toBe(model.size);
        expect(new Map(index)).toEqual(model);
        for (const [text, slot] of model) expect([index.find(text), index.keyOf(slot)]).toEqual([slot, text]);
      }),
    );
  });

  it('finds keys that were cut out of longer texts, of any number, again and after others were deleted', () => {
    const index = new KeyIndex();
    const line = Array.from({ length: 70_000 }, (_, i) => `the-key-of-device-${i}`).join(',');
    const keys = line.split(',');
    const few = keys.slice(0, 1000);
    for (const key of few) index.insert(key);
    for (let round = 0; round < 3; round++) expect(few.map((key) => index.find(key))).toEqual([...few.keys()]);
    for (const key of few.slice(0, 500)) index.delete(key);
    expect(few.slice(0, 500).every((key) => index.find(key) === -1)).toBe(true);
    for (const key of few.slice(500)) expect(index.keyOf(index.find(key))).toBe(key);
    for (const key of keys) index.insert(key);
    for (let round = 0; round < 2; round++)
      expect(keys.every((key) => index.keyOf(index.find(key)) === key)).toBe(true);
    for (const key of few) index.delete(key);
    expect(few.every((key) => index.find(key) === -1)).toBe(true);
    expect(index.size).toBe(69_000);
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

  it('tells keys apart by every code unit, by their length and by zeros', () => {
    const parts = ['', 'a', '\0', 'ÿ', 'Ā', '\ud800', '\udc00', '\uffff'];
    const keys = new Set(['']);
    for (let length = 0; length < 5; length++)
      for (const key of [...keys]) for (const part of parts) keys.add(key + part);
    const index = new KeyIndex(7);
    for (const key of keys) index.insert(key);
    expect(index.size).toBe(keys.size);
    expect(new Set([...index].map(([key]) => key))).toEqual(keys);
    for (const key of [...keys].slice(0, keys.size / 2)) index.delete(key);
    for (const [i, key] of [...keys].entries()) expect(index.find(key) >= 0).toBe(i >= keys.size / 2);
  });

  it('spreads keys that differ little: look-ups stay short at any seed', () => {
    for (const seed of [0, 1, 12345, 2 ** 32 - 1]) {
      const hash = new PackedKey(seed);
      const used = new Set<number>();
      for (let i = 0; i < 65_536; i++) {
        hash.pack(`sensor-${i}`);
        used.add(hash.hash & 0xffff);
      }
      // Random hashes leave 1/e of the places empty: 41,427 are used, give or take 100.
      expect(Math.abs(used.size - 41_427)).toBeLessThan(1000);
    }
  });

  it('refuses parts that contradict each other', () => {
    // Three keys of one word each, in slots 0 to 2, of which slot 1 was freed.
    const parts = () => {
      const index = new KeyIndex();
      for (const text of ['a', 'bb', 'Ā']) index.insert(text);
      index.delete('bb');
      const { words, free, seed } = index.toParts();
      return { words: words.slice(), free, seed, slots: 3 };
    };
    const restore = ({ slots, ...given }: ReturnType<typeof parts>) => KeyIndex.fromParts(given, slots);
    expect([...restore(parts())]).toEqual([
      ['a', 0],
      ['Ā', 2],
    ]);
    const faults: ((given: ReturnType<typeof parts>) => void)[] = [
      (given) => (given.words[0] = 2), // twice the same slot
      (given) => (given.words[3] = 77), // no such slot
      (given) => (given.words[1] = 0xffffffff), // a key longer than all keys
      (given) => (given.words[1] = 400),
      (given) => (given.words[2] = 0x6161), // something behind the last code unit
      (given) => (given.words[5] = 0x61), // wide without need
      (given) => (given.words = given.words.subarray(0, 5)),
      (given) => (given.words = given.words.subarray(0, 4)),
      (given) => (given.words = given.words.subarray(0, 3)),
      (given) => (given.words = Uint32Array.of(0, 2, 0x61, 2, 2, 0x61)), // the same key twice
      (given) => (given.free = Uint32Array.of(0)),
      (given) => (given.free = Uint32Array.of(1, 1)),
      (given) => (given.free = new Uint32Array()),
      (given) => (given.free = Uint32Array.of(77)),
      (given) => (given.slots = 4),
      (given) => (given.slots = 2),
      (given) => (given.slots = 2 ** 40),
    ];
    for (const spoil of faults) {
      const given = parts();
      spoil(given);
      expect(() => restore(given), String(spoil)).toThrowError(expect.objectContaining({ code: 'CORRUPT_CHECKPOINT' }));
    }
  });
});
