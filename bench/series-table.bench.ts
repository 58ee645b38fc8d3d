import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { KeyIndex } from '../src/series/key-index.js';
import { SeriesTable } from '../src/series/series-table.js';
import { Moments } from '../src/stats/moments.js';
import { compareInProcesses, type Work } from './support/compare-in-processes.js';
import { seededUniform } from './support/seeded-uniform.js';

/** So many random keys of 8 to 16 letters and digits. */
function randomKeys(series: number): string[] {
  const uniform = seededUniform(42);
  const letters = 'abcdefghijklmnopqrstuvwxyz0123456789';
  return Array.from({ length: series }, () =>
    Array.from({ length: 8 + Math.floor(9 * uniform()) }, () => letters[Math.floor(36 * uniform())]).join(''),
  );
}

/** A string of its own, as a decoder makes it. */
function decoded(key: string): string {
  return Buffer.from(key).toString('latin1');
}

/** Visits every key once, so that everything is there, and then keys at random, each a string of its own as it arrives. */
function randomly(series: number, visits: number, visit: (key: string) => unknown): Work {
  const uniform = seededUniform(7);
  const keys = randomKeys(series);
  for (const key of keys) visit(decoded(key));
  const arriving = Array.from({ length: visits }, () => decoded(keys[Math.floor(series * uniform())]!));
  const run = (): void => {
    for (let i = 0; i < arriving.length; i++) visit(arriving[i]!);
  };
  return { observations: visits, run };
}

/** Bytes a series of everything in the process: heap and external memory, array buffers being part of that. */
function memory(series: number, make: () => { visit: (key: string) => void }): number {
  const keys = randomKeys(series);
  const used = () => {
    for (let i = 0; i < 3; i++) globalThis.gc?.();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  const before = used();
  const { visit } = make();
  for (const key of keys) visit(decoded(key));
  const bytes = (used() - before) / series;
  for (const key of keys) visit(key); // both are still in use
  return bytes;
}

const withTable = (options: ConstructorParameters<typeof SeriesTable>[0], now = Number.NaN) => {
  const table = new SeriesTable(options);
  const moments = new Moments();
  const column = table.column('x', 'moments', Moments.stride, false);
  let x = 0;
  const visit = (key: string): void => {
    const slot = table.slotOf(key, now);
    column.aim(moments, slot);
    moments.update(++x);
    column.settle(moments, slot);
  };
  return { visit };
};
const withObjects = () => {
  const states = new Map<string, Moments>();
  let x = 0;
  const visit = (key: string): void => {
    let moments = states.get(key);
    if (moments === undefined) {
      moments = new Moments();
      states.set(key, moments);
    }
    moments.update(++x);
  };
  return { visit };
};
const withPlainObjects = () => {
  const states = new Map<string, { count: number; mean: number; m2: number }>();
  let x = 0;
  const visit = (key: string): void => {
    let state = states.get(key);
    if (state === undefined) {
      state = { count: 0, mean: 0, m2: 0 };
      states.set(key, state);
    }
    x++;
    const delta = x - state.mean;
    state.count++;
    state.mean += delta / state.count;
    state.m2 += delta * (x - state.mean);
  };
  return { visit };
};

const isSmoke = process.env.BENCH_SMOKE !== undefined;
const few = (visit: (key: string) => unknown) => () => randomly(1000, isSmoke ? 10_000 : 1_000_000, visit);
const many = (visit: (key: string) => unknown) => () =>
  randomly(isSmoke ? 10_000 : 1_000_000, isSmoke ? 10_000 : 2_000_000, visit);
const keyIndex = () => {
  const index = new KeyIndex();
  let sum = 0;
  return {
    visit: (key: string) => {
      sum += index.insert(key);
      return sum;
    },
  };
};
const map = () => {
  const index = new Map<string, number>();
  let sum = 0;
  return {
    visit: (key: string) => {
      const slot = index.get(key);
      if (slot === undefined) index.set(key, index.size);
      else sum += slot;
      return sum;
    },
  };
};

const bounds = { ttl: '1d', maxSeries: 2_000_000 };
const makers: Readonly<Record<string, () => { visit: (key: string) => void }>> = {
  SeriesTable: () => withTable({}),
  'SeriesTable with ttl, maxSeries': () => withTable(bounds, 1),
  'Map of Moments': withObjects,
  'Map of { count, mean, m2 }': withPlainObjects,
};
const [, , wanted] = process.argv;
if (wanted?.startsWith('memory of ')) console.log(memory(isSmoke ? 10_000 : 1_000_000, makers[wanted.slice(10)]!));
else {
  await compareInProcesses(
    import.meta.url,
    {
      'look-up, 1 k keys: KeyIndex': few(keyIndex().visit),
      'look-up, 1 k keys: Map': few(map().visit),
      'look-up, 1 M keys: KeyIndex': many(keyIndex().visit),
      'look-up, 1 M keys: Map': many(map().visit),
      ...Object.fromEntries(
        Object.entries(makers).map(([name, make]) => [`update, 1 M series: ${name}`, () => many(make().visit)()]),
      ),
    },
    [
      ['look-up, 1 k keys: KeyIndex', 'look-up, 1 k keys: Map', ''],
      ['look-up, 1 M keys: KeyIndex', 'look-up, 1 M keys: Map', ''],
      ['update, 1 M series: SeriesTable', 'update, 1 M series: Map of Moments', 'bar: 3 M/s'],
      ['update, 1 M series: SeriesTable', 'update, 1 M series: Map of { count, mean, m2 }', ''],
    ],
  );
  if (wanted === undefined) {
    console.log('\nbytes a series, everything included (bar: 300)');
    const rows = Object.keys(makers).map((name) => {
      const { stdout } = spawnSync(
        process.execPath,
        [...process.execArgv, fileURLToPath(import.meta.url), `memory of ${name}`],
        { encoding: 'utf8' },
      );
      return [name, Math.round(Number(stdout))] as const;
    });
    console.table(Object.fromEntries(rows));
  }
}
