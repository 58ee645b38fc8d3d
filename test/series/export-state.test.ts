import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exportState } from '../../src/series/export-state.js';
import { importState } from '../../src/series/import-state.js';
import { SeriesTable } from '../../src/series/series-table.js';

const name = fc.oneof(
  fc.constantFrom('__proto__', 'constructor', '', '\ud800', '1'),
  fc.string({ unit: 'binary', maxLength: 4 }),
);
const doubles = fc.float64Array({ minLength: 3, maxLength: 3 });
const tables = fc
  .record({
    columns: fc.uniqueArray(name, { maxLength: 3 }),
    series: fc.array(fc.tuple(name, doubles, fc.option(fc.integer({ min: -5, max: 50 }))), { maxLength: 20 }),
    options: fc.constantFrom({}, { maxSeries: 5 }, { ttl: 20 }),
  })
  .map(({ columns, series, options }) => {
    const table = new SeriesTable(options);
    const made = columns.map((column, i) => table.column(column, `of ${column}`, 3, i === 1));
    for (const [key, state, now] of series) {
      const slot = table.slotOf(key, now ?? Number.NaN);
      made.forEach((column, i) => {
        if (state[i]! > 0 || i === 0) column.restore(slot, column.growable ? Float64Array.of(...state, 7) : state);
      });
    }
    table.counters.late = series.length;
    return { table, options };
  });
const overJson = (table: SeriesTable): unknown => JSON.parse(JSON.stringify(exportState(table)));

describe('exportState and importState', () => {
  it('bring every state back to the last bit, with order, times and counters', () => {
    fc.assert(
      fc.property(tables, ({ table, options }) => {
        const copy = importState(overJson(table), options);
        const keys = (of: SeriesTable) => [...of.entries()].map(([key]) => key);
        if (Object.keys(options).length > 0) expect(keys(copy)).toEqual(keys(table));
        else expect(new Set(keys(copy))).toEqual(new Set(keys(table)));
        expect(copy.counters).toEqual(table.counters);
        for (const [key, slot] of table.entries()) {
          const other = copy.find(key);
          expect(copy.seenAt(other)).toBe(table.seenAt(slot));
          table.columns.forEach((column, i) => {
            // Where nothing was learnt, there may be no page or a page of zeros.
            const [before, after] = [column.stateOf(slot), copy.columns[i]!.stateOf(other)];
            if (before.length > 0 || after.length > 0)
              expect(Array.from(after.length > 0 ? after : new Float64Array(3))).toEqual(
                Array.from(before.length > 0 ? before : new Float64Array(3)), // toEqual tells −0 from 0
              );
          });
        }
      }),
      { numRuns: 300 },
    );
  });

  it('spells what JSON has no number for', () => {
    const table = new SeriesTable();
    table.column('x', 'any', 4, false).restore(table.slotOf('a'), Float64Array.of(-0, Number.NaN, 1 / 0, -1 / 0));
    expect(exportState(table).series).toEqual([{ key: 'a', state: { x: ['-0', 'NaN', 'Infinity', '-Infinity'] } }]);
  });

  it('imports under bounds: the ones not seen for longest are the first to go', () => {
    const table = new SeriesTable({ maxSeries: 10 });
    for (const [i, key] of ['a', 'b', 'c', 'a'].entries()) table.slotOf(key, i);
    const copy = importState(overJson(table), { maxSeries: 3 });
    copy.slotOf('d', 9);
    expect([...copy.entries()].map(([key]) => key)).toEqual(['c', 'a', 'd']);
  });

  const columns = [{ name: 'x', fingerprint: 'any', stride: 2, growable: false }];
  it.each([
    [null, /not an exported state/],
    [7, /not an exported state/],
    [{ streamnorm: 2, columns, series: [] }, /not an exported state/],
    [{ streamnorm: 1, columns: [null], series: [] }, /columns\[0\]/],
    [{ streamnorm: 1, columns: [...columns, ...columns], series: [] }, /columns\[1\]: "x" comes twice/],
    [{ streamnorm: 1, columns: [{ ...columns[0], stride: 1e300 }], series: [] }, /columns\[0\]/],
    [{ streamnorm: 1, columns, series: [null] }, /series\[0\]: must have key/],
    [{ streamnorm: 1, columns, series: [{ key: 'a', state: { x: [1] } }] }, /series\[0\]\.state\["x"\]: must be 2/],
    [
      { streamnorm: 1, columns, series: [{ key: 'a', state: { x: [1, null] } }] },
      /state\["x"\]: null must be a number/,
    ],
    [{ streamnorm: 1, columns, series: [{ key: 'a', state: { x: { length: 2e9 } } }] }, /must be a list/],
    [{ streamnorm: 1, columns, series: [{ key: 'a', seen: 'now', state: {} }] }, /series\[0\]\.seen/],
    [{ streamnorm: 1, columns, series: Array(2).fill({ key: 'a', state: {} }) }, /series\[1\]: "a" comes twice/],
  ])('refuses %j, saying where', (exported, message) => {
    expect(() => importState(exported)).toThrowError(
      expect.objectContaining({ code: 'CORRUPT_CHECKPOINT', message: expect.stringMatching(message) }),
    );
  });
});
