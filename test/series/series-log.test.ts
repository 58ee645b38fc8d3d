import fc from 'fast-check';
import { expect, it } from 'vitest';
import { CorruptCheckpointError } from '../../src/errors.js';
import { RecordNormalizer } from '../../src/normalize/record-normalizer.js';
import { SeriesLog } from '../../src/series/series-log.js';
import { SeriesTable, type SeriesTableOptions } from '../../src/series/series-table.js';
import { readTable } from '../../src/series/table-sections.js';

const named = [
  { name: 'a', options: {} },
  { name: 'b', options: { method: 'adaptive' } },
  { name: 'q', options: { method: 'robust', memory: { window: 5 }, warmup: 2 } },
  { name: 'm', options: { method: 'min-max', memory: { halfLife: '10s' } } },
] as const;

type Entry = [key: Uint8Array, value: Uint8Array | null];

function open(options: SeriesTableOptions, fields: readonly { name: string; options: object }[] = named) {
  const table = new SeriesTable(options);
  const engine = new RecordNormalizer({ named: fields, ...(fields === named && { others: {} }), table });
  const log = new SeriesLog(table, (name) => {
    const index = engine.indexOf(name);
    return index < 0 ? undefined : engine.fields[index]!.column;
  });
  return { table, engine, log };
}

function collect(log: SeriesLog): Entry[] {
  const entries: Entry[] = [];
  log.collect((key, value) => entries.push([key.slice(), value?.slice() ?? null]));
  return entries;
}

/** What a compacted topic may have left: of some keys only the newest entry. */
function compact(entries: readonly Entry[], until: number): Entry[] {
  const head = entries.slice(0, until);
  const newest = new Map(head.map(([key], i) => [Buffer.from(key).toString('hex'), i]));
  return [...head.filter(([key], i) => newest.get(Buffer.from(key).toString('hex')) === i), ...entries.slice(until)];
}

const step = fc.record({
  key: fc.oneof(fc.constantFrom('a', 'b', 'c', 'd', '', '__proto__', 'é', '\ud800', 'x\udc00y', '😀'), fc.string()),
  field: fc.constantFrom('a', 'b', 'q', 'm', 'late'),
  x: fc.oneof(fc.double(), fc.constantFrom(0, -0, 1e-300)),
  wait: fc.integer({ min: -2000, max: 30_000 }),
  isCommit: fc.boolean(),
});
const bounds = fc.constantFrom<SeriesTableOptions>({}, { maxSeries: 3 }, { ttl: '20s' }, { ttl: '20s', maxSeries: 2 });

it('makes a table that goes on as the first does, to the bit, from any commit and any compaction', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), bounds, fc.nat(), fc.nat(), (steps, options, at, cut) => {
      const live = open(options);
      const entries: Entry[] = [];
      const restart = steps.length === 0 ? 0 : at % steps.length;
      let other: ReturnType<typeof open> | undefined;
      let time = 1_000_000;
      steps.forEach(({ key, field, x, wait, isCommit }, position) => {
        if (position === restart) {
          entries.push(...collect(live.log));
          other = open(options);
          for (const [k, v] of compact(entries, cut % (entries.length + 1))) other.log.apply(k, v);
          other.log.settle();
        }
        time += wait;
        const scores = [live, ...(other ? [other] : [])].map(({ table, engine, log }) => {
          log.changes.position = position;
          return engine.score(engine.indexOf(field), table.slotOf(key, time), x, time);
        });
        if (other) expect(Object.is(scores[0], scores[1]) || scores.every(Number.isNaN)).toBe(true);
        if (isCommit) entries.push(...collect(live.log));
      });
      if (other === undefined) return;
      const { table: a } = live;
      const { table: b } = other;
      expect(b.size).toBe(a.size);
      const keys = (table: SeriesTable) => [...table.entries()].map(([key]) => key);
      if (a.isOrdered) expect(keys(b)).toEqual(keys(a));
      for (const [key, slot] of a.entries())
        for (const column of a.columns) {
          const twin = b.columns.find(({ name }) => name === column.name);
          const state = column.stateOf(slot);
          const copy = twin === undefined ? new Float64Array(0) : twin.stateOf(b.find(key));
          if (state.some((y) => y !== 0)) expect([...copy]).toEqual([...state]);
        }
    }),
    { numRuns: 300 },
  );
});

it('makes of a checkpoint and the entries since then what all entries make, to the bit', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), bounds, fc.nat(), fc.nat(), fc.nat(), (steps, options, ...ats) => {
      const live = open(options);
      const entries: Entry[] = [];
      const commits: number[] = [];
      const [copyAt, overlap, compactAt] = ats;
      let copied: { bytes: Uint8Array; head: string; from: number } | undefined;
      let time = 1_000_000;
      const run = (tables: ReturnType<typeof open>[], position: number, at: number) =>
        tables.map(({ table, engine, log }) => {
          const { key, field, x } = steps[position % steps.length]!;
          log.changes.position = position;
          return engine.score(engine.indexOf(field), table.slotOf(key, at), x, at);
        });
      steps.forEach(({ wait, isCommit }, position) => {
        time += wait;
        run([live], position, time);
        const isCopied = position === copyAt % steps.length;
        if (isCommit || isCopied) {
          entries.push(...collect(live.log));
          commits.push(entries.length);
        }
        // The tail may begin some commits before the copy was made: what it holds twice is the same.
        const from = commits.at(-1 - (overlap % 4)) ?? 0;
        if (isCopied) copied = { bytes: live.table.toBytes(), head: JSON.stringify(live.log.head), from };
      });
      if (copied === undefined) return;
      entries.push(...collect(live.log));
      const [full, short] = [open(options), open(options)];
      for (const [key, value] of compact(entries, compactAt % (entries.length + 1))) full.log.apply(key, value);
      full.log.settle();
      short.log.load(readTable(copied.bytes), JSON.parse(copied.head));
      const tail = entries.slice(copied.from);
      for (const [key, value] of compact(tail, compactAt % (tail.length + 1))) short.log.apply(key, value);
      short.log.settle();
      expect(image(short)).toEqual(image(full));
      expect(short.log.head).toEqual(full.log.head);
      // They go on alike, and write the same down.
      steps.forEach(({ wait }, i) => {
        time += wait;
        const [a, b] = run([full, short], steps.length + i, time);
        expect(Object.is(a, b)).toBe(true);
      });
      const written = [full, short].map(({ log }) =>
        collect(log).map(([key, value]) => [
          Buffer.from(key).toString('hex'),
          value && Buffer.from(value).toString('hex'),
        ]),
      );
      expect(written[1]).toEqual(written[0]);
    }),
    { numRuns: 300 },
  );
});

/** All that a table holds, by key: in the order of being seen where there is one. A field that a series never had is all zeros, or empty. */
function image({ table }: ReturnType<typeof open>) {
  const series = [...table.entries()].map(([key, slot]) => {
    return {
      key,
      seenAt: table.seenAt(slot),
      fields: table.columns.map((column) => {
        const state = column.stateOf(slot);
        return [column.name, state.some((x) => x !== 0 || 1 / x < 0) ? [...state] : []];
      }),
    };
  });
  if (!table.isOrdered) series.sort((a, b) => (a.key < b.key ? -1 : 1));
  return { series, clock: table.clock, isOrdered: table.isOrdered };
}

it('refuses a checkpoint of other fields, or without the order that the table needs', () => {
  const before = open({});
  before.engine.score(0, before.table.slotOf('k', 1), 2, 1);
  collect(before.log);
  const parts = () => readTable(before.table.toBytes());
  expect(() => open({ maxSeries: 3 }).log.load(parts(), before.log.head)).toThrow(/when each series was seen/);
  const other = open({}, [{ name: 'a', options: { memory: { halfLife: 7 } } }, ...named.slice(1)]);
  expect(() => other.log.load(parts(), before.log.head)).toThrow(/state of "a" was learnt under another/);
  expect(() => open({}, named.slice(1)).log.load(parts(), before.log.head)).toThrow(/state of "a"/);
});

it('leaves out a field of another configuration, names it, and keeps the others', () => {
  const before = open({});
  const slot = before.table.slotOf('k', 1);
  for (const field of ['a', 'b'])
    for (const x of [1, 2, 4]) before.engine.score(before.engine.indexOf(field), slot, x, 1);
  const after = open({}, [
    { name: 'a', options: { memory: { halfLife: 7 } } },
    { name: 'b', options: named[1].options },
  ]);
  for (const [key, value] of collect(before.log)) after.log.apply(key, value);
  after.log.settle();
  expect([...after.log.restarted]).toEqual(['a']);
  const kept = after.engine.fields[1]!.column!.stateOf(after.table.find('k'));
  expect([...kept]).toEqual([...before.engine.fields[1]!.column!.stateOf(slot)]);
  expect(after.engine.fields[0]!.column!.stateOf(after.table.find('k')).every((x) => x === 0)).toBe(true);
});

it('refuses what is no entry, and takes no memory for sizes that are lies', () => {
  const source = open({});
  source.engine.score(2, source.table.slotOf('key', 1), 3, 1);
  const entries = collect(source.log);
  fc.assert(
    fc.property(
      fc.nat(entries.length - 1),
      fc.nat(),
      fc.integer({ min: 0, max: 255 }),
      fc.nat(),
      (which, at, byte, cut) => {
        const { log, table } = open({});
        entries.forEach(([key, value], i) => {
          let bytes = value?.slice() ?? null;
          if (i === which && bytes !== null) {
            bytes[at % bytes.length] = byte;
            if (cut % 3 === 0) bytes = bytes.subarray(0, cut % (bytes.length + 1));
          }
          try {
            log.apply(key, bytes);
          } catch (error) {
            expect(error).toBeInstanceOf(CorruptCheckpointError);
          }
        });
        expect(table.byteLength).toBeLessThan(2e6);
      },
    ),
    { numRuns: 500 },
  );
});
