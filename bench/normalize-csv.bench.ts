// The whole command on a CSV file of 8 numeric columns, beside a pandas script that does the same and beside csv-parse alone. The pandas
// script runs in a virtual environment that this makes in .cache where Python is there. Outputs are compared before any time is printed.
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { finished } from 'node:stream/promises';
import { seededGaussian } from './support/seeded-gaussian.js';

const isSmoke = process.env.BENCH_SMOKE !== undefined;
const rows = isSmoke ? 2000 : 300_000;
const columns = 8;
const folder = '.cache/bench/csv';
const input = `${folder}/in-${rows}.csv`;
mkdirSync(folder, { recursive: true });

if (!existsSync(input)) {
  const xs = seededGaussian({ seed: 3, length: rows * columns });
  const file = createWriteStream(input);
  file.write(`${Array.from({ length: columns }, (_, k) => `x${k}`).join(',')}\n`);
  for (let i = 0; i < rows; i++) {
    const cells = Array.from(xs.subarray(i * columns, (i + 1) * columns), (x, k) => (100 * k + x).toFixed(4));
    if (!file.write(`${cells.join(',')}\n`)) await once(file, 'drain');
  }
  file.end();
  await finished(file);
}

// The score before the value is learnt, none for the first 30: what the command answers.
const script = `
import pandas as pd, sys
df = pd.read_csv(sys.argv[1])
seen = df.expanding(30)
z = (df - seen.mean().shift()) / seen.std(ddof=0).shift()
pd.concat([df, z.add_suffix('_normalized')], axis=1).to_csv(sys.argv[2], index=False)
`;
const csvParse = `
import { createReadStream } from 'node:fs';
import { parse } from 'csv-parse';
let rows = 0;
for await (const row of createReadStream(process.argv[1]).pipe(parse({ from_line: 2 }))) rows += row.length > 0;
if (rows === 0) process.exit(1);
`;

const python = `${folder}/venv/bin/python`;
const hasPandas = !isSmoke && bringPandas();
type Invocation = [command: string, args: string[]];
const commands: Record<string, Invocation> = {
  'streamnorm normalize': [
    process.execPath,
    ['dist/src/cli/main.js', 'normalize', input, '-o', `${folder}/ours.csv`, '--no-progress'],
  ],
  'csv-parse alone': [process.execPath, ['--input-type=module', '-e', csvParse, input]],
  ...(hasPandas && { 'pandas script': [python, ['-c', script, input, `${folder}/pandas.csv`]] as Invocation }),
};

const times = new Map(Object.keys(commands).map((name) => [name, [] as number[]]));
for (let round = 0; round < Number(process.env.BENCH_ROUNDS ?? 3); round++) {
  for (const [name, [command, args]] of Object.entries(commands)) {
    const start = performance.now();
    const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`${name}: ${stderr}`);
    times.get(name)!.push((performance.now() - start) / 1000);
  }
}
if (hasPandas) compare(`${folder}/ours.csv`, `${folder}/pandas.csv`);

const megabytes = statSync(input).size / 1e6;
console.table(
  Object.fromEntries(
    [...times].map(([name, seen]) => [
      name,
      {
        seconds: median(seen).toFixed(2),
        'MB/s': (megabytes / median(seen)).toFixed(1),
        'rows/s': Math.round(rows / median(seen)),
      },
    ]),
  ),
);
for (const [beside, bar] of [
  ['pandas script', ' (bar ≤ 0.33)'],
  ['csv-parse alone', ''],
] as const) {
  const other = times.get(beside);
  if (!other) continue;
  const ratio = median(times.get('streamnorm normalize')!.map((time, i) => time / other[i]!));
  console.log(`streamnorm normalize / ${beside}: ${ratio.toFixed(2)} ×${bar}`);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}

/** A virtual environment with pandas; false, and the reason printed, where it cannot be had. */
function bringPandas(): boolean {
  if (!existsSync(python) && spawnSync('python3', ['-m', 'venv', `${folder}/venv`]).status !== 0) {
    console.log('pandas is left out: python3 with venv is not here');
    return false;
  }
  if (spawnSync(python, ['-c', 'import pandas']).status === 0) return true;
  const { status } = spawnSync(python, ['-m', 'pip', 'install', '--quiet', 'pandas'], { stdio: 'inherit' });
  if (status !== 0) console.log('pandas is left out: pip could not install it');
  return status === 0;
}

/** Throws where two outputs differ by more than rounding. */
function compare(ours: string, theirs: string): void {
  const [a, b] = [ours, theirs].map((path) => readFileSync(path, 'utf8').split(/[\n,]/)) as [string[], string[]];
  if (a.length !== b.length) throw new Error(`the outputs have ${a.length} and ${b.length} cells`);
  for (let i = 0; i < a.length; i++) {
    if (a[i] === b[i] || Math.abs(Number(a[i]) - Number(b[i])) <= 1e-9 * Math.max(1, Math.abs(Number(b[i])))) continue;
    throw new Error(`cell ${i}: ${a[i]} and ${b[i]}`);
  }
}
