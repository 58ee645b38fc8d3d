// Fields that are more than one number, each way of reading and scoring them; `npm run bench:peers -- records` has others beside them.
import type { FieldOptions } from '../src/normalize/field-options.js';
import { resolveVector } from '../src/normalize/vector/resolve-vector.js';
import type { VectorScorer } from '../src/normalize/vector/vector-scorer.js';
import { seededUniform } from './support/seeded-uniform.js';

const isSmoke = process.env.BENCH_SMOKE !== undefined;
const SECONDS = isSmoke ? 0.01 : 0.4;
const ROUNDS = isSmoke ? 1 : 5;

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

const rows: Record<string, string>[] = [];
const row = (task: string, rate: number, unit: string) =>
  rows.push({ task, rate: `${rate < 1000 ? rate.toFixed(0) : Math.round(rate).toLocaleString('en')} ${unit}/s` });

/** Of 224 × 224 × 3 bytes, each scored by the running mean and deviation of its channels before, then learnt. */
function pictures(): void {
  const shape = [224, 224, 3];
  const random = seededUniform(7);
  const images = Array.from({ length: 8 }, () =>
    Uint8Array.from({ length: 224 * 224 * 3 }, (_, i) => Math.floor(256 * random() ** (1 + (i % 3)))),
  );
  const base64 = images.map((image) => Buffer.from(image).toString('base64'));
  const byChannel = aimed({ shape, dtype: 'uint8' });
  const all = (scorer: VectorScorer, values: readonly unknown[]) => () => {
    for (const value of values) step(scorer, value);
  };
  row('picture, z-score of each channel', rateOf(all(byChannel.scorer, images), 8), 'pictures');
  row('picture from base64, the same', rateOf(all(byChannel.scorer, base64), 8), 'pictures');
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
}

/** Of 20 words, of a vocabulary of 5,000 by Zipf's law: learnt, then weighed. */
function texts(): void {
  const words = Array.from(
    { length: 5000 },
    (_, i) => `${['disk', 'node', 'error', 'read', 'net'][i % 5]}${i.toString(36)}`,
  );
  const draw = seededUniform(11);
  const documents = Array.from({ length: 2000 }, () =>
    Array.from({ length: 20 }, () => words[Math.floor(5000 ** draw()) - 1]).join(' '),
  );
  const tfIdf = (output: 'terms' | 'sparse'): FieldOptions => ({ method: 'tf-idf', order: 'learn-first', output });
  const named = aimed(tfIdf('terms'));
  const fresh =
    ({ scorer, reset }: ReturnType<typeof aimed>) =>
    () => {
      reset();
      for (const document of documents) step(scorer, document);
    };
  row('text of 20 words, tf-idf by position', rateOf(fresh(aimed(tfIdf('sparse'))), 2000), 'texts');
  row('text of 20 words, tf-idf by term', rateOf(fresh(named), 2000), 'texts');
  row(
    'text of 20 words, tf-idf, half-life',
    rateOf(fresh(aimed({ ...tfIdf('sparse'), memory: { halfLife: 500 } })), 2000),
    'texts',
  );
  row('text of 20 words, hashing', rateOf(fresh(aimed({ method: 'hashing' })), 2000), 'texts');
  row('text of 20 words, token-ids', rateOf(fresh(aimed({ method: 'token-ids', length: 24 })), 2000), 'texts');
}

pictures();
texts();
console.table(rows);
