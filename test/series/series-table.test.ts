import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeSections } from '../../src/checkpoint/format/decode-sections.js';
import { encodeSections } from '../../src/checkpoint/format/encode-sections.js';
import { decodeText, encodeText } from '../../src/checkpoint/format/text.js';
import { SeriesTable } from '../../src/series/series-table.js';
import { Moments } from '../../src/stats/moments.js';

/** Adds x to the series of `key` and says how many it has. */
function learn(table: SeriesTable, key: string, x: number, now?: number): number {
  const moments = new Moments();
  const column = table.column('x', 'moments', Moments.stride, false);
  const slot = table.slotOf(key, now);
  column.aim(moments, slot);
  moments.update(x);
  column.settle(moments, slot);
  return moments.count;
}

const key = fc.oneof(
  fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', '__proto__', ''),
  fc.string({ unit: 'binary', maxLength: 3 }),
);

describe('SeriesTable', () => {
  it('behaves as a map of series that forgets the least recently seen and the silent, saved and restored at any time', () => {
    const step = fc.oneof(
      { weight: 20, arbitrary: fc.record({ see: key, after: fc.integer({ min: 0, max: 30 }) }) },
      { weight: 2, arbitrary: fc.record({ forget: key }) },
      { weight: 1, arbitrary: fc.constant('restore' as const) },
    );
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 200 }),
        fc.option(fc.integer({ min: 1, max: 5 })),
        fc.option(fc.integer({ min: 1, max: 100 })),
        (steps, maxSeries, ttl) => {
          const options = { ...(maxSeries !== null && { maxSeries }), ...(ttl !== null && { ttl }) };
          let table = new SeriesTable(options);
          let model = new Map<string, { seen: number; count: number }>(); // in the order in which they were seen
          let now = 0;
          for (const given of steps) {
            if (given === 'restore') table = SeriesTable.fromBytes(table.toBytes(), options);
            else if ('forget' in given) expect(table.delete(given.forget)).toBe(model.delete(given.forget));
            else {
              now += given.after;
              // The table forgets a few at a time; the model is told which, and checks that it was their turn.
              const before = [...model.keys()];
              const count = learn(table, given.see, 1, now);
              const gone = before.filter((known) => table.find(known) < 0 || (known === given.see && count === 1));
              expect(gone).toEqual(before.slice(0, gone.length));
              for (const forgotten of gone) model.delete(forgotten);
              const known = model.get(given.see);
              model.delete(given.see);
              model.set(given.see, { seen: now, count: (known?.count ?? 0) + 1 });
              expect(count).toBe(model.get(given.see)!.count);
              if (maxSeries !== null) expect(table.size).toBeLessThanOrEqual(maxSeries);
              if (maxSeries === null && ttl === null) expect(gone).toEqual([]);
            }
            expect(new Set([...table.entries()].map(([text]) => text))).toEqual(new Set(model.keys()));
          }
          model = new Map();
        },
      ),
      { numRuns: 200 },
    );
  });

  it('expires the silent however many there are, a few with each series seen', () => {
    const table = new SeriesTable({ ttl: '1s' });
    for (let i = 0; i < 100; i++) learn(table, `k${i}`, 1, i);
    for (let i = 0; i < 30; i++) learn(table, 'awake', 1, 10_000 + i);
    expect(table.size).toBe(1);
    expect(table.counters).toMatchObject({ created: 101, expired: 100, evicted: 0 });
  });

  it('starts a series afresh that was silent for too long, however many others wait to be forgotten', () => {
    const table = new SeriesTable({ ttl: '1s' });
    for (let i = 0; i < 100; i++) learn(table, `k${i}`, 1, i);
    expect(learn(table, 'k99', 1, 10_000)).toBe(1);
    expect(learn(table, 'k99', 1, 11_000)).toBe(2); // silent for the whole of ttl, not for more
    expect(learn(table, 'k99', 1, 12_001)).toBe(1);
  });

  it('goes by the largest time it was given, and by no time that is none', () => {
    const table = new SeriesTable({ ttl: 10 });
    learn(table, 'before there was a time', 1);
    learn(table, 'a', 1, 1_700_000_000_000);
    for (const now of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0]) learn(table, 'b', 1, now);
    expect(table.size).toBe(3);
    expect(table.counters.expired).toBe(0);
    expect(table.seenAt(table.find('b'))).toBe(1_700_000_000_000);
    expect(table.seenAt(table.find('before there was a time'))).toBe(1_700_000_000_000);
  });

  it('gives series that were saved without a bound their whole ttl', () => {
    const unbounded = new SeriesTable();
    learn(unbounded, 'a', 1, 5);
    const table = SeriesTable.fromBytes(unbounded.toBytes(), { ttl: '1m' });
    expect(learn(table, 'b', 1, 1_700_000_000_000)).toBe(1);
    expect(learn(table, 'a', 1, 1_700_000_060_000)).toBe(2);
  });

  it('keeps order and times through a table that has no bound', () => {
    const table = new SeriesTable({ maxSeries: 3 });
    for (const key of ['a', 'b', 'c', 'a']) learn(table, key, 1, 100);
    const bytes = table.toBytes();
    expect(SeriesTable.fromBytes(bytes).toBytes()).toEqual(bytes);
    const again = SeriesTable.fromBytes(SeriesTable.fromBytes(bytes).toBytes(), { maxSeries: 2 });
    learn(again, 'd', 1, 101);
    expect([...again.entries()].map(([text]) => text)).toEqual(['a', 'd']);
    expect(again.counters).toMatchObject({ created: 4, evicted: 2 });
  });

  it('reads a checkpoint that knows fewer counters, the others being 0', () => {
    const table = new SeriesTable();
    learn(table, 'a', 1);
    const [head, ...rest] = decodeSections(table.toBytes());
    const { counters, ...others } = JSON.parse(decodeText(head!.payload));
    const { leftOut: _, ...fewer } = counters;
    const old = { tag: 'head', payload: encodeText(JSON.stringify({ ...others, counters: { ...fewer, late: 7 } })) };
    const sections = [old, ...rest].map(({ tag, payload }) => ({ tag, payload: [payload] }));
    const again = SeriesTable.fromBytes(Buffer.concat([...encodeSections(sections)]));
    expect(again.counters).toEqual({ ...table.counters, late: 7, leftOut: 0 });
  });

  it('restores to the same bytes after any life, states and slots included', () => {
    const life = fc.array(fc.tuple(key, fc.boolean(), fc.double({ noNaN: true, min: -1e9, max: 1e9 })), {
      maxLength: 100,
    });
    fc.assert(
      fc.property(life, life, fc.integer({ min: 0, max: 2 ** 32 - 1 }), (before, after, seed) => {
        const live = (table: SeriesTable, steps: typeof before) => {
          for (const [text, isForgotten, x] of steps) isForgotten ? table.delete(text) : learn(table, text, x, x);
        };
        const table = new SeriesTable({ maxSeries: 20, ttl: 1e9, seed });
        live(table, before);
        const restored = SeriesTable.fromBytes(table.toBytes(), { maxSeries: 20, ttl: 1e9 });
        live(table, after);
        live(restored, after);
        expect(Buffer.compare(restored.toBytes(), table.toBytes())).toBe(0);
      }),
      { examples: [[[['', false, -0]], [['a', false, 0]], 0]] },
    );
  });

  it('writes no page that was never used: a wide field of few series stays small', () => {
    const table = new SeriesTable();
    const wide = table.column('wide', 'a long window', 4096, false);
    for (let i = 0; i < 10_000; i++) table.slotOf(`k${i}`);
    wide.restore(9_999, new Float64Array(4096).fill(1));
    const bytes = table.toBytes();
    expect(bytes.length).toBeLessThan(400_000);
    const restored = SeriesTable.fromBytes(bytes);
    expect(restored.columns[0]!.stateOf(9_999)).toEqual(new Float64Array(4096).fill(1));
    expect(restored.toBytes()).toEqual(bytes);
  });

  it('starts a series afresh that was forgotten', () => {
    const table = new SeriesTable({ maxSeries: 1 });
    learn(table, 'a', 1);
    learn(table, 'a', 1);
    learn(table, 'b', 1);
    expect(learn(table, 'a', 1)).toBe(1);
    expect(table.counters).toMatchObject({ created: 3, evicted: 2 });
  });

  it('keeps states that grow, each as long as it is', () => {
    const table = new SeriesTable();
    const column = table.column('x', 'growing', 2, true);
    const target = {
      state: new Float64Array() as Float64Array,
      aim(state: Float64Array) {
        target.state = state;
      },
    };
    for (let i = 0; i < 5; i++) {
      const slot = table.slotOf(`k${i}`);
      column.aim(target, slot);
      target.state = Float64Array.from({ length: 2 + i }, (_, k) => 10 * i + k);
      column.settle(target, slot);
    }
    table.delete('k3');
    const restored = SeriesTable.fromBytes(table.toBytes());
    expect(restored.columns[0]!.stateOf(4)).toEqual(Float64Array.of(40, 41, 42, 43, 44, 45));
    expect(restored.columns[0]!.stateOf(3)).toHaveLength(0);
  });

  it('refuses state of another meaning, unless it is dropped', () => {
    const table = new SeriesTable();
    table.column('x', 'moments', 5, false);
    expect(() => table.column('x', 'extent', 2, false)).toThrowError(
      expect.objectContaining({ code: 'INCOMPATIBLE_STATE' }),
    );
    table.dropColumn('x');
    expect(table.column('x', 'extent', 2, false).stride).toBe(2);
  });

  it('brings back what the caller put beside it', () => {
    const meta = { offset: 17, file: 'ä\ud800' };
    expect(SeriesTable.restore(new SeriesTable().toBytes(meta)).meta).toEqual(meta);
  });

  it.each([[{ maxSeries: 0 }], [{ maxSeries: 1.5 }], [{ ttl: '-5m' }], [{ ttl: 0 }], [{ seed: -1 }], [{ seed: 0.5 }]])(
    'refuses %j',
    (options) => {
      expect(() => new SeriesTable(options)).toThrowError(expect.objectContaining({ code: 'INVALID_OPTION' }));
    },
  );
});

describe('a checkpoint of a table', () => {
  const whole = () => {
    const table = new SeriesTable({ maxSeries: 50 });
    for (let i = 0; i < 40; i++) learn(table, `key-${i}`, i, i);
    table.column('grown', 'growing', 2, true).restore(3, Float64Array.of(1, 2, 3));
    return table.toBytes({ at: 7 });
  };
  const isRefusal = (error: unknown) =>
    ['CORRUPT_CHECKPOINT', 'CHECKPOINT_VERSION'].includes((error as { code: string }).code);
  const open = (bytes: Uint8Array): boolean => {
    try {
      SeriesTable.fromBytes(bytes);
      return true;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      return false;
    }
  };

  it('is refused when it is cut anywhere', () => {
    const bytes = whole();
    for (let length = 0; length < bytes.length; length++) expect(open(bytes.slice(0, length))).toBe(false);
  });

  it('is refused when any bit of it is flipped, but for padding and reserved words', () => {
    const bytes = whole();
    fc.assert(
      fc.property(fc.nat(bytes.length * 8 - 1), (bit) => {
        const damaged = bytes.slice();
        damaged[bit >> 3]! ^= 1 << (bit & 7);
        if (open(damaged))
          expect(Buffer.compare(SeriesTable.fromBytes(damaged, { maxSeries: 50 }).toBytes({ at: 7 }), bytes)).toBe(0);
      }),
      { numRuns: 3000 },
    );
  });

  it('is refused, not believed, when a stranger made it with the right checksums', () => {
    const bytes = whole();
    const view = new DataView(bytes.buffer);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 0, max: 255 }), (at, value) => {
        const forged = bytes.slice();
        forged[at] = value;
        reseal(forged);
        open(forged); // either way it must be a table or a refusal, at once and without a large allocation
      }),
      { numRuns: 3000 },
    );
    expect(view.byteLength).toBe(bytes.length);
  });
});

/** Makes every checksum right again. */
function reseal(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer);
  view.setUint32(12, crc(bytes.subarray(0, 12)), true);
  for (let at = 24; at + 24 <= bytes.length; ) {
    const length = view.getFloat64(at + 8, true);
    if (!(length >= 0 && at + 24 + length <= bytes.length)) return;
    view.setUint32(at + 4, crc(bytes.subarray(at + 24, at + 24 + length)), true);
    view.setUint32(at + 16, crc(bytes.subarray(at, at + 16)), true);
    at += 24 + length + (-length & 7);
  }
}

/** CRC-32 bit by bit, from its definition. */
function crc(bytes: Uint8Array): number {
  let c = ~0;
  for (const byte of bytes) {
    c ^= byte;
    for (let bit = 0; bit < 8; bit++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
  }
  return ~c >>> 0;
}
