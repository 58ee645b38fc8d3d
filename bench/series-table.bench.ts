import { KeyIndex } from '../src/series/key-index.js';
import { SeriesTable } from '../src/series/series-table.js';
import { Moments } from '../src/stats/moments.js';
import { compareInProcesses, type Work } from './support/compare-in-processes.js';
import { seededUniform } from './support/seeded-uniform.js';

/** Random keys of 8 to 16 letters and digits, and a random order to look them up in. */
function workload(series: number, lookups: number): { keys: string[]; order: Uint32Array } {
  const uniform = seededUniform(42);
  const letters = 'abcdefghijklmnopqrstuvwxyz0123456789';
  const keys = Array.from({ length: series }, () =>
    Array.from({ length: 8 + Math.floor(9 * uniform()) }, () => letters[Math.floor(36 * uniform())]).join(''),
  );
  return { keys, order: Uint32Array.from({ length: lookups }, () => Math.floor(series * uniform())) };
}

/** Visits every key once, so that everything is there, and then keys at random. */
function randomly({ keys, order }: ReturnType<typeof workload>, visit: (key: string) => unknown): Work {
  for (const key of keys) visit(key);
  const run = (): void => {
    for (let i = 0; i < order.length; i++) visit(keys[order[i]!]!);
  };
  return { observations: order.length, run };
}

/** Bytes a series of everything in the process: heap, external memory and array buffers, the keys of the workload not counted. */
function memory(make: () => { visit: (key: string) => void; held: unknown }): number {
  const series = process.env.BENCH_SMOKE ? 10_000 : 1_000_000;
  const { keys } = workload(series, 0);
  const used = () => {
    globalThis.gc?.();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external; // array buffers are part of external memory
  };
  const before = used();
  const { visit, held } = make();
  // A key as it arrives, out of bytes: a string of its own.
  for (const key of keys) visit(Buffer.from(key).toString());
  const bytes = (used() - before) / series;
  if (held === undefined) throw new Error('nothing was held');
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
  return { visit, held: table };
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
  return { visit, held: states };
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
  return { visit, held: states };
};

const few = () => workload(1000, 1_000_000);
const many = () => (process.env.BENCH_SMOKE ? workload(10_000, 100_000) : workload(1_000_000, 2_000_000));
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
await compareInProcesses(
  import.meta.url,
  {
    'look-up, 1 k keys: KeyIndex': () => randomly(few(), keyIndex().visit),
    'look-up, 1 k keys: Map': () => randomly(few(), map().visit),
    'look-up, 1 M keys: KeyIndex': () => randomly(many(), keyIndex().visit),
    'look-up, 1 M keys: Map': () => randomly(many(), map().visit),
    'update, 1 M series: SeriesTable': () => randomly(many(), withTable({}).visit),
    'update, 1 M series: SeriesTable with ttl, maxSeries': () => randomly(many(), withTable(bounds, 1).visit),
    'update, 1 M series: Map of Moments': () => randomly(many(), withObjects().visit),
    'update, 1 M series: Map of { count, mean, m2 }': () => randomly(many(), withPlainObjects().visit),
  },
  [
    ['look-up, 1 k keys: KeyIndex', 'look-up, 1 k keys: Map', ''],
    ['look-up, 1 M keys: KeyIndex', 'look-up, 1 M keys: Map', ''],
    ['update, 1 M series: SeriesTable', 'update, 1 M series: Map of Moments', 'bar: 3 M/s'],
  ],
);

if (process.argv[2] === undefined) {
  const bytes = {
    SeriesTable: memory(() => withTable({})),
    'SeriesTable with ttl, maxSeries': memory(() => withTable(bounds, 1)),
    'Map of Moments': memory(withObjects),
    'Map of { count, mean, m2 }': memory(withPlainObjects),
  };
  console.log('\nbytes a series, everything included (bar: 300)');
  console.table(Object.fromEntries(Object.entries(bytes).map(([name, each]) => [name, Math.round(each)])));
}
