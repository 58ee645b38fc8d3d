import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readSync, renameSync, statSync, writeSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Case, Row } from '../case.js';
import type { Command } from '../contender.js';
import { pythonOf } from '../peer-folders.js';

const width = 8;
/** The last rows are what is compared, cell by cell. */
const compared = 20;
const folder = resolve('.cache/peers/csv');
/** Bytes of a row, about. */
const rowBytes = 66;

/** The cells of the file in their order, the same on every machine, as they are written: four decimals. */
function cellsOf(rows: number, visit: (row: number, cells: Float64Array) => void): void {
  let seed = 3;
  const uniform = () => {
    seed = (Math.imul(1664525, seed) + 1013904223) >>> 0;
    return seed / 2 ** 32;
  };
  const cells = new Float64Array(width);
  for (let row = 0; row < rows; row++) {
    for (let k = 0; k < width; k++)
      cells[k] = Math.round((100 * k + 3 * (uniform() + uniform() + uniform() + uniform() - 2)) * 1e4) / 1e4;
    visit(row, cells);
  }
}

function input(rows: number): string {
  const path = `${folder}/in-${rows}.csv`;
  if (existsSync(path)) return path;
  mkdirSync(folder, { recursive: true });
  const file = openSync(`${path}.part`, 'w');
  let text = `${Array.from({ length: width }, (_, k) => `x${k}`).join(',')}\n`;
  cellsOf(rows, (_, cells) => {
    text += `${Array.from(cells, (x) => x.toFixed(4)).join(',')}\n`;
    if (text.length < 1 << 20) return;
    writeSync(file, text);
    text = '';
  });
  writeSync(file, text);
  closeSync(file);
  renameSync(`${path}.part`, path);
  return path;
}

/** The last scores in an output, row by row: behind the values themselves. */
function lastScores(path: string): number[] {
  const { size } = statSync(path);
  const length = Math.min(size, 1 << 16);
  const buffer = Buffer.alloc(length);
  const file = openSync(path, 'r');
  readSync(file, buffer, 0, length, size - length);
  closeSync(file);
  return buffer
    .toString('utf8')
    .trimEnd()
    .split('\n')
    .slice(-compared)
    .flatMap((line) => line.split(',').slice(width).map(Number));
}

/** By Welford's formula about what the columns are made around, in one pass over the cells. */
function expectedScores(rows: number): number[] {
  const mean = new Float64Array(width);
  const m2 = new Float64Array(width);
  const scores: number[] = [];
  cellsOf(rows, (row, cells) => {
    for (let k = 0; k < width; k++) {
      const x = cells[k]! - 100 * k;
      const delta = x - mean[k]!;
      if (row >= rows - compared) scores.push(delta / Math.sqrt(m2[k]! / row));
      mean[k]! += delta / (row + 1);
      m2[k]! += delta * (x - mean[k]!);
    }
  });
  return scores;
}

function python(script: string, rows: number, version: string): Command {
  const out = `${folder}/${script}.csv`;
  return {
    command: pythonOf('python'),
    args: [`bench/peers/python/csv_${script}.py`, input(rows), out],
    answers: () => lastScores(out),
    version,
  };
}

function versionOf(name: string): string {
  const script = `import ${name}; print(${name}.__version__)`;
  return spawnSync(pythonOf('python'), ['-c', script], { encoding: 'utf8' }).stdout?.trim() ?? '';
}

function scores(rows: number): Case {
  return {
    id: 'csv/scores',
    title:
      'A CSV file of 8 numeric columns: read, score each value by all before it, write values and scores; whole processes',
    unit: 'rows',
    observations: rows,
    isLong: true,
    // What is read is the file; that of the harness stays empty.
    data: () => new Float64Array(0),
    expected: () => expectedScores(rows),
    tolerance: 1e-6,
    note: `About ${Math.ceil((rows * rowBytes) / 1e6)} MB. pandas and polars hold the whole file in memory, streamnorm goes through it; polars on one thread`,
    contenders: [
      {
        id: 'ours',
        name: '`streamnorm normalize`',
        isOurs: true,
        command: () => ({
          command: process.execPath,
          args: [
            'dist/src/cli/main.js',
            'normalize',
            input(rows),
            '-o',
            `${folder}/ours.csv`,
            '--no-progress',
            '-f',
            'x0=z-score',
            ...Array.from({ length: width - 1 }, (_, k) => ['-f', `x${k + 1}=z-score`]).flat(),
          ],
          answers: () => lastScores(`${folder}/ours.csv`),
        }),
      },
      { id: 'pandas', name: 'pandas', needs: 'python', command: () => python('pandas', rows, versionOf('pandas')) },
      {
        id: 'polars',
        name: 'polars, one thread',
        needs: 'python',
        command: () => ({ ...python('polars', rows, versionOf('polars')), env: { POLARS_MAX_THREADS: '1' } }),
      },
      {
        id: 'csv-parse',
        name: 'a script with csv-parse',
        command: () => ({
          command: process.execPath,
          args: ['bench/peers/csv-parse.mjs', input(rows), `${folder}/csv-parse.csv`],
          answers: () => lastScores(`${folder}/csv-parse.csv`),
        }),
      },
    ],
    bars: [
      { of: 'ours', beside: 'pandas', measure: 'times', bar: 3 },
      { of: 'ours', beside: 'polars', measure: 'times', goal: 1 },
    ],
  };
}

export const csv: Row = {
  id: 'csv',
  title: 'A CSV file',
  cases: ({ isSmoke, size }) => [scores(isSmoke ? 2000 : Math.round((size * 1e6) / rowBytes))],
};
