// Batch normalization of a micro-batch, moments and normalization, beside torch and tfjs; and packing records into micro-batches.
// Every contender in a process of its own, all of them in turn, several rounds; outputs are compared before any time is printed.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { from, Subject } from 'rxjs';
import { batchNormalize, microBatch } from '../operators/index.js';
import { CpuBackend } from '../src/backend/cpu/cpu-backend.js';
import { PlainTileKernels } from '../src/backend/cpu/plain-tile-kernels.js';
import { choosePivots } from '../src/batch/choose-pivots.js';
import { newGroupMoments } from '../src/batch/group-moments.js';
import { seededGaussian } from './support/seeded-gaussian.js';

const SHAPES = [
  [65_536, 8],
  [4_096, 8],
  [1_024, 256],
] as const;
const EPSILON = 1e-5;
const SECONDS = process.env.BENCH_SMOKE === undefined ? 0.4 : 0.01;
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5);
/** Every so many outputs are compared. */
const STRIDE = 997;

interface Timing {
  ms: number;
  /** Every STRIDEth output. */
  sample: number[];
  version?: string;
}
/** Answers with its output. */
type Work = () => ArrayLike<number> | Promise<ArrayLike<number>>;

function column(rows: number, channels: number): Float32Array {
  const gaussian = seededGaussian({ seed: 42, length: rows * channels });
  return Float32Array.from(gaussian, (g, k) => 20 + (k % 8) + 3 * g);
}

/** Our jobs as an operator makes them, over arrays that are used again. */
function job(values: Float32Array | Float64Array, rows: number, channels: number, backend: CpuBackend): Work {
  const layout = { outer: 1, rows, groups: channels, inner: 1, channels, channelInner: 1 };
  const pivots = new Float64Array(channels);
  const moments = newGroupMoments(channels);
  const out = values.slice();
  return () => {
    choosePivots(layout, values, pivots);
    backend.submit({ layout, values, pivots, moments, scaling: { kind: 'own', epsilon: EPSILON }, out });
    return out;
  };
}

const WORKS: Readonly<Record<string, (rows: number, channels: number) => Work | Promise<Work>>> = {
  'streamnorm cpu, float32': (rows, channels) => job(column(rows, channels), rows, channels, new CpuBackend()),
  'streamnorm cpu, float32, no SIMD': (rows, channels) =>
    job(column(rows, channels), rows, channels, new CpuBackend(new PlainTileKernels())),
  'streamnorm cpu, float64': (rows, channels) =>
    job(Float64Array.from(column(rows, channels)), rows, channels, new CpuBackend()),
  'streamnorm batchNormalize, float32': (rows, channels) => {
    const batch = { values: column(rows, channels), shape: [rows, channels] };
    const source = new Subject<typeof batch>();
    let last: ArrayLike<number> = [];
    source.pipe(batchNormalize({ semantics: 'pytorch' })).subscribe(({ values }) => {
      last = values!;
    });
    return () => {
      source.next(batch);
      return last;
    };
  },
  'tfjs-node, TensorFlow on the CPU': (rows, channels) => tfjs('tensorflow', rows, channels),
  'tfjs, plain JavaScript': (rows, channels) => tfjs('cpu', rows, channels),
};

/** What of tfjs is used. */
interface Tfjs {
  setBackend(name: string): Promise<boolean>;
  ready(): Promise<void>;
  tidy<T>(work: () => T): T;
  tensor2d(values: Float32Array, shape: [number, number]): TfTensor;
  moments(x: TfTensor, axis: number): { mean: TfTensor; variance: TfTensor };
  batchNorm(x: TfTensor, mean: TfTensor, variance: TfTensor, offset: null, scale: null, epsilon: number): TfTensor;
}
interface TfTensor {
  dataSync(): Float32Array;
  dispose(): void;
}

/** Upload, moments, normalization and readback, as ours. The package of the native binding has the plain backend too. */
async function tfjs(backend: string, rows: number, channels: number): Promise<Work> {
  const name = '@tensorflow/tfjs-node'; // not a literal in the import: it need not be there
  const module = (await import(name)) as Tfjs & { default?: Tfjs };
  const tf = module.default ?? module;
  if (!(await tf.setBackend(backend))) throw new Error(`Error: no backend ${backend}`);
  await tf.ready();
  const values = column(rows, channels);
  return () => {
    // Read outside of tidy, which looks through what it returns for tensors, number by number.
    const y = tf.tidy(() => {
      const x = tf.tensor2d(values, [rows, channels]);
      const { mean, variance } = tf.moments(x, 0);
      return tf.batchNorm(x, mean, variance, null, null, EPSILON);
    });
    const out = y.dataSync();
    y.dispose();
    return out;
  };
}

async function time(work: Work): Promise<Timing> {
  let out: ArrayLike<number> = [];
  for (const end = performance.now() + SECONDS * 500; performance.now() < end; ) out = await work();
  const times: number[] = [];
  for (const end = performance.now() + SECONDS * 1000; performance.now() < end || times.length < 3; ) {
    const start = performance.now();
    out = work() as ArrayLike<number>;
    times.push(performance.now() - start);
  }
  const sample = [];
  for (let k = 0; k < out.length; k += STRIDE) sample.push(out[k]!);
  return { ms: median(times), sample };
}

interface Reading {
  a: number;
  b: number;
  c: number;
  d: number;
  e: number;
  f: number;
  g: number;
  h: number;
}

/** Packs records of `fields` numbers and returns values per second, in millions. */
function packing(fields: number): number {
  const records = Array.from(
    { length: 100_000 },
    (_, i): Reading => ({ a: i, b: i + 0.5, c: -i, d: i / 3, e: 7, f: i, g: i, h: 2 * i }),
  );
  const all: Record<string, (reading: Reading) => number> = {
    a: (r) => r.a,
    b: (r) => r.b,
    c: (r) => r.c,
    d: (r) => r.d,
    e: (r) => r.e,
    f: (r) => r.f,
    g: (r) => r.g,
    h: (r) => r.h,
  };
  const accessors = Object.fromEntries(Object.entries(all).slice(0, fields));
  const rates: number[] = [];
  let total = 0;
  for (let round = 0; round < (SECONDS < 0.1 ? 2 : 30); round++) {
    const start = performance.now();
    from(records)
      .pipe(microBatch({ fields: accessors, maxLength: 4096 }))
      .subscribe((batch) => {
        total += batch.length;
        batch.release();
      });
    rates.push((records.length * fields) / (performance.now() - start) / 1e3);
  }
  if (!(total > 0)) throw new Error('nothing was packed');
  return median(rates);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}

/** A Python that has torch: of TORCH_PYTHON, of the cache folder, or the one on the path. */
function findTorch(): string | undefined {
  const candidates = [process.env.TORCH_PYTHON, '.cache/torch/bin/python', 'python3'];
  return candidates.find(
    (python) =>
      python !== undefined &&
      (python === 'python3' || existsSync(python)) &&
      spawnSync(python, ['-c', 'import torch, numpy'], { stdio: 'ignore' }).status === 0,
  );
}

function answer(command: string, args: readonly string[]): Timing | string {
  const { stdout, stderr, status } = spawnSync(command, args, { encoding: 'utf8' });
  if (status === 0) return JSON.parse(stdout.trim().split('\n').pop()!) as Timing;
  const lines = stderr.trim().split('\n');
  return lines.find((line) => /Error|Cannot find/.test(line)) ?? lines.pop() ?? `exit ${status}`;
}

const [, , wanted, rowsOfRun, channelsOfRun] = process.argv;
if (wanted === 'packing') {
  console.log(JSON.stringify({ ms: packing(Number(rowsOfRun)), sample: [] }));
} else if (wanted !== undefined) {
  const work = await WORKS[wanted]!(Number(rowsOfRun), Number(channelsOfRun));
  console.log(JSON.stringify(await time(work)));
} else {
  const folder = mkdtempSync(join(tmpdir(), 'streamnorm-bench-'));
  const self = fileURLToPath(import.meta.url);
  const torch = findTorch();
  if (torch === undefined)
    console.log('torch: not installed (python3 -m venv .cache/torch && .cache/torch/bin/pip install torch numpy)');
  const skipped = new Set<string>();
  try {
    for (const [rows, channels] of SHAPES) {
      const values = column(rows, channels);
      const path = join(folder, `${rows}x${channels}.f32`);
      writeFileSync(path, values);
      const names = [...Object.keys(WORKS), ...(torch === undefined ? [] : ['torch BatchNorm1d, 1 thread'])];
      const timings = new Map<string, Timing[]>();
      for (let round = 0; round < ROUNDS; round++)
        for (const name of names) {
          if (skipped.has(name)) continue;
          const shape = [String(rows), String(channels)];
          const result = name.startsWith('torch')
            ? answer(torch!, ['bench/peers/torch-batch-norm.py', path, ...shape, String(SECONDS), String(STRIDE)])
            : answer(process.execPath, [...process.execArgv, ...importsOf(name), self, name, ...shape]);
          if (typeof result === 'string') {
            if (name.startsWith('streamnorm')) throw new Error(`${name}: ${result}`);
            skipped.add(name);
            console.log(`${name}: skipped, ${result}`);
          } else timings.set(name, [...(timings.get(name) ?? []), result]);
        }
      checkAgreement(values, rows, channels, timings);
      print(rows, channels, timings);
    }
    const rates = [1, 3, 8].map((fields) => {
      const result = answer(process.execPath, [...process.execArgv, self, 'packing', String(fields)]);
      if (typeof result === 'string') throw new Error(result);
      return `${fields} field${fields > 1 ? 's' : ''}: ${result.ms.toFixed(0)} M`;
    });
    console.log(`\nmicroBatch, values packed per second (bar 10 M, goal 25 M): ${rates.join(', ')}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** tfjs where it was brought by `npm run devices`, else where it is installed. */
function importsOf(name: string): string[] {
  return name.startsWith('tfjs') ? ['--import', './scripts/devices/register.mjs'] : [];
}

/** Everyone's output against float64, at the places that were sampled. */
function checkAgreement(
  values: Float32Array,
  rows: number,
  channels: number,
  timings: ReadonlyMap<string, readonly Timing[]>,
): void {
  const sums = Array.from({ length: channels }, () => [0, 0]);
  for (const [k, x] of values.entries()) {
    const residual = x - 20 - (k % 8);
    sums[k % channels]![0]! += residual;
    sums[k % channels]![1]! += residual * residual;
  }
  const expected: number[] = [];
  for (let k = 0; k < values.length; k += STRIDE) {
    const [sum, square] = sums[k % channels]!;
    const mean = sum! / rows;
    expected.push((values[k]! - 20 - (k % 8) - mean) / Math.sqrt(square! / rows - mean * mean + EPSILON));
  }
  for (const [name, [first]] of timings) {
    const worst = Math.max(...expected.map((y, i) => Math.abs(first!.sample[i]! - y)));
    if (!(worst <= 1e-4)) throw new Error(`${name} is off by ${worst}: no times are printed`);
  }
}

function print(rows: number, channels: number, timings: ReadonlyMap<string, readonly Timing[]>): void {
  console.log(`\nmoments and normalization of ${rows.toLocaleString('en')} × ${channels}, outputs agree within 1e-4`);
  const torchRuns = timings.get('torch BatchNorm1d, 1 thread');
  console.table(
    Object.fromEntries(
      [...timings].map(([name, runs]) => {
        const ms = runs.map((run) => run.ms);
        return [
          name,
          {
            ms: median(ms).toFixed(2),
            'M values/s': ((rows * channels) / median(ms) / 1e3).toFixed(0),
            spread: `${Math.min(...ms).toFixed(2)}–${Math.max(...ms).toFixed(2)}`,
            // Round by round, for the machine's speed drifts.
            '× torch': torchRuns ? median(ms.map((m, i) => torchRuns[i]!.ms / m)).toFixed(2) : '',
          },
        ];
      }),
    ),
  );
}
