import { closeSync, fsyncSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileStore } from '../src/checkpoint/file-store.js';
import { crc32 } from '../src/checkpoint/format/crc32.js';
import { SeriesTable } from '../src/series/series-table.js';
import { Moments } from '../src/stats/moments.js';
import { seededUniform } from './support/seeded-uniform.js';

const series = process.env.BENCH_SMOKE ? 10_000 : 1_000_000;
const rounds = Number(process.env.BENCH_ROUNDS ?? 5);

/** So many series of three fields of moments, all learnt. */
function filledTable(): SeriesTable {
  const uniform = seededUniform(42);
  const table = new SeriesTable({ maxSeries: 2 * series });
  const moments = new Moments();
  const columns = ['temperature', 'pressure', 'vibration'].map((name) => table.column(name, 'moments', 5, false));
  for (let i = 0; i < series; i++) {
    const slot = table.slotOf(`device-${Math.floor(uniform() * 2 ** 32).toString(36)}-${i % 10}`, i);
    for (const column of columns) {
      column.aim(moments, slot);
      moments.update(uniform());
    }
  }
  return table;
}

const times = new Map<string, number[]>();
async function measure<T>(name: string, work: () => T | Promise<T>): Promise<T> {
  globalThis.gc?.();
  const start = performance.now();
  const result = await work();
  times.set(name, [...(times.get(name) ?? []), performance.now() - start]);
  return result;
}

const folder = mkdtempSync(join(tmpdir(), 'streamnorm-bench-'));
const path = join(folder, 'plain');
const store = new FileStore(join(folder, 'store'));
try {
  const table = filledTable();
  let length = 0;
  for (let round = 0; round < rounds; round++) {
    const bytes = await measure('toBytes', () => table.toBytes());
    length = bytes.length;
    await measure('write the bytes, no fsync', () => {
      const file = openSync(path, 'w');
      writeSync(file, bytes);
      closeSync(file);
    });
    await measure('write the bytes, fsync', () => {
      const file = openSync(path, 'w');
      writeSync(file, bytes);
      fsyncSync(file);
      closeSync(file);
    });
    const read = await measure('read the bytes', () => readFileSync(path));
    await measure('fromBytes', () => SeriesTable.fromBytes(new Uint8Array(read.buffer, read.byteOffset, read.length)));
    await measure('crc32 alone', () => crc32(bytes));
    await measure('FileStore.save', () => store.save(table.toChunks()));
    await measure('FileStore.load', () => store.load((loaded) => SeriesTable.fromBytes(loaded)));
  }
  const median = (name: string) => times.get(name)!.toSorted((a, b) => a - b)[times.get(name)!.length >> 1]!;
  console.log(`${series} series of 3 fields, ${(length / 1e6).toFixed(0)} MB`);
  console.table(
    Object.fromEntries(
      [...times].map(([name, seen]) => [
        name,
        {
          ms: median(name).toFixed(0),
          'MB/s': (length / median(name) / 1e3).toFixed(0),
          spread: `${Math.min(...seen).toFixed(0)}–${Math.max(...seen).toFixed(0)}`,
        },
      ]),
    ),
  );
  for (const [row, beside, bar] of [
    ['toBytes', 'write the bytes, no fsync', '≤ 5'],
    ['fromBytes', 'read the bytes', '≤ 5'],
    ['FileStore.save', 'write the bytes, fsync', '≤ 5'],
    ['FileStore.load', 'read the bytes', '≤ 5'],
  ] as const) {
    const ratios = times.get(row)!.map((ms, i) => ms / times.get(beside)![i]!);
    console.log(`${row} / ${beside}: ${ratios.sort((a, b) => a - b)[ratios.length >> 1]!.toFixed(2)} × (${bar})`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
