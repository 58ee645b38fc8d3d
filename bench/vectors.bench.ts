// Fields that are more than one number: pictures beside numpy, text beside river, sequences; in one run, outputs compared first.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FieldOptions } from '../src/normalize/field-options.js';
import { resolveVector } from '../src/normalize/vector/resolve-vector.js';
import type { NamedWeights } from '../src/normalize/vector/text/named-weights.js';
import type { VectorScorer } from '../src/normalize/vector/vector-scorer.js';
import { seededUniform } from './support/seeded-uniform.js';

const isSmoke = process.env.BENCH_SMOKE !== undefined;
const SECONDS = isSmoke ? 0.01 : 0.4;
const ROUNDS = isSmoke ? 1 : 5;
const PYTHON = '.cache/river/bin/python';

/** Of several rounds the middle one: work per second. */
function rateOf(work: () => void, size: number): number {
  const rates: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    let count = 0;
    const began = performance.now();
    while (performance.now() - began < 1000 * SECONDS) {
      work();
      count++;
    }
    rates.push((1000 * size * count) / (performance.now() - began));
  }
  return rates.sort((a, b) => a - b)[Math.floor(rates.length / 2)]!;
}

function aimed(options: FieldOptions): { scorer: VectorScorer; reset: () => void } {
  const scorer = resolveVector(options)!.create({ missing: 0, late: 0, untimed: 0, gated: 0, leftOut: 0 });
  const reset = () => scorer.aim(new Float64Array(scorer.stride), 0);
  reset();
  return { scorer, reset };
}

function step(scorer: VectorScorer, value: unknown): void {
  const fault = scorer.read(value);
  if (fault !== undefined) throw new Error(fault);
  scorer.score(Number.NaN);
}

interface Peer {
  peer: string;
  rate: number;
  sample: unknown;
}

/** A peer's answer, from a virtual environment of the cache that is made when there is none; or why there is none. */
function runPeer(job: string, path: string): Peer | string {
  const packages = job === 'tf-idf' ? 'river==0.26.1' : 'numpy';
  const commands: [string, string[]][] = [
    ...(existsSync(PYTHON) ? [] : [['python3', ['-m', 'venv', '.cache/river']] as [string, string[]]]),
    [PYTHON, ['-m', 'pip', 'install', '-q', packages]],
  ];
  for (const [command, args] of commands) {
    const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8', timeout: 300_000 });
    if (status !== 0) return error?.message ?? stderr.trim().split('\n').at(-1)!;
  }
  const { status, stdout, stderr } = spawnSync(PYTHON, ['bench/support/vector-peers.py', job, path], {
    encoding: 'utf8',
  });
  return status === 0 ? (JSON.parse(stdout.trim().split('\n').at(-1)!) as Peer) : stderr.trim().split('\n').at(-1)!;
}

const folder = mkdtempSync(join(tmpdir(), 'vectors-'));
const rows: Record<string, string>[] = [];
const row = (task: string, rate: number, unit: string, peer?: Peer) =>
  rows.push({
    task,
    rate: `${rate < 1000 ? rate.toFixed(0) : Math.round(rate).toLocaleString('en')} ${unit}/s`,
    ...(peer && {
      beside: `${(rate / peer.rate).toFixed(1)} × ${peer.peer} (${Math.round(peer.rate).toLocaleString('en')})`,
    }),
  });
const peerOr = (peer: Peer | string): Peer | undefined => {
  if (typeof peer !== 'string') return peer;
  console.log(`no peer: ${peer}`);
  return undefined;
};

try {
  // Pictures of 224 × 224 × 3 bytes, each scored by the running mean and deviation of its channels before, then learnt.
  const shape = [224, 224, 3];
  const random = seededUniform(7);
  const images = Array.from({ length: 8 }, () =>
    Uint8Array.from({ length: 224 * 224 * 3 }, (_, i) => Math.floor(256 * random() ** (1 + (i % 3)))),
  );
  const base64 = images.map((image) => Buffer.from(image).toString('base64'));
  const pictures = aimed({ shape, dtype: 'uint8' });
  for (const image of images) step(pictures.scorer, image);
  const ours = (pictures.scorer.output as Float32Array).filter((_, i) => i % 997 === 0);
  const path = join(folder, 'images');
  writeFileSync(path, Buffer.concat(images));
  const numpy = isSmoke ? undefined : peerOr(runPeer('pictures', path));
  (numpy?.sample as number[] | undefined)?.forEach((theirs, k) => {
    if (Math.abs(theirs - ours[k]!) > 1e-4) throw new Error(`picture: ${ours[k]}, not ${theirs}`);
  });
  const all = (scorer: VectorScorer, values: readonly unknown[]) => () => {
    for (const value of values) step(scorer, value);
  };
  row('picture, z-score of each channel', rateOf(all(pictures.scorer, images), 8), 'pictures', numpy);
  row('picture from base64, the same', rateOf(all(pictures.scorer, base64), 8), 'pictures', numpy);
  row(
    'picture, channels first',
    rateOf(all(aimed({ shape: [3, 224, 224], channels: 'first', dtype: 'uint8' }).scorer, images), 8),
    'pictures',
  );
  row(
    'picture, rescale',
    rateOf(all(aimed({ method: 'rescale', shape, dtype: 'uint8', scale: 1 / 255 }).scorer, images), 8),
    'pictures',
  );
  row(
    'picture, per-image-standardization',
    rateOf(all(aimed({ method: 'per-image-standardization', shape, dtype: 'uint8' }).scorer, images), 8),
    'pictures',
  );

  // Texts of 20 words, of a vocabulary of 5,000 by Zipf's law: learnt, then weighed, as river does.
  const words = Array.from(
    { length: 5000 },
    (_, i) => `${['disk', 'node', 'error', 'read', 'net'][i % 5]}${i.toString(36)}`,
  );
  const draw = seededUniform(11);
  const documents = Array.from({ length: 2000 }, () =>
    Array.from({ length: 20 }, () => words[Math.floor(5000 ** draw()) - 1]).join(' '),
  );
  const textPath = join(folder, 'documents');
  writeFileSync(textPath, JSON.stringify(documents));
  const tfIdf = (output: 'terms' | 'sparse'): FieldOptions => ({ method: 'tf-idf', order: 'learn-first', output });
  const named = aimed(tfIdf('terms'));
  for (const document of documents) step(named.scorer, document);
  const river = isSmoke ? undefined : peerOr(runPeer('tf-idf', textPath));
  if (river !== undefined) {
    const theirs = river.sample as Record<string, number>;
    const mine = named.scorer.output as NamedWeights;
    for (const [term, weight] of mine)
      if (!(Math.abs(theirs[term]! - weight) < 1e-9)) throw new Error(`${term}: ${weight}, not ${theirs[term]}`);
    if (mine.size !== Object.keys(theirs).length) throw new Error('other terms than river has');
  }
  const fresh =
    ({ scorer, reset }: ReturnType<typeof aimed>) =>
    () => {
      reset();
      for (const document of documents) step(scorer, document);
    };
  row('text of 20 words, tf-idf by position', rateOf(fresh(aimed(tfIdf('sparse'))), 2000), 'texts', river);
  row('text of 20 words, tf-idf by term', rateOf(fresh(named), 2000), 'texts', river);
  row(
    'text of 20 words, tf-idf, half-life',
    rateOf(fresh(aimed({ ...tfIdf('sparse'), memory: { halfLife: 500 } })), 2000),
    'texts',
  );
  row('text of 20 words, hashing', rateOf(fresh(aimed({ method: 'hashing' })), 2000), 'texts');
  row('text of 20 words, token-ids', rateOf(fresh(aimed({ method: 'token-ids', length: 24 })), 2000), 'texts');
  console.table(rows);
} finally {
  rmSync(folder, { recursive: true });
}
