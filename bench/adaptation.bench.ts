// How well methods tell where a value lies in its regime: the regret R = mean of min(|z − z*|, 5)², z* being the score under the true
// level and scale, over the 270 seeded streams of bench/support/oracle-suite, and over 108 more of nine dynamics that nothing was tuned
// on. Lower is better; 0 is to know the truth.
import { AdaptiveNormalizer } from '../src/normalize/adaptive-normalizer.js';
import { InnovationNormalizer } from '../src/normalize/innovation-normalizer.js';
import { momentsFor } from '../src/normalize/moments-for.js';
import type { Normalizer } from '../src/normalize/normalizer.js';
import { ZScoreNormalizer } from '../src/normalize/z-score-normalizer.js';
import { heldOutStreams, type OracleStream, oracleStreams, streamLength } from './support/oracle-suite.js';

const seeds = process.env.BENCH_SMOKE ? [1] : [1, 2, 3];
const halfLives = [8, 16, 32, 64, 128, 256, 512, 1024];

interface Loss {
  all: number;
  early: number;
  steady: number;
  epochs: number;
  /** Of the scores with the true ones. */
  correlation: number;
}

/** Correlation of pairs. */
class Agreement {
  #n = 0;
  #mean = [0, 0];
  #products = [0, 0, 0];
  learn(a: number, b: number): void {
    this.#n++;
    const [da, db] = [a - this.#mean[0]!, b - this.#mean[1]!];
    this.#mean[0]! += da / this.#n;
    this.#mean[1]! += db / this.#n;
    this.#products[0]! += da * (a - this.#mean[0]!);
    this.#products[1]! += da * (b - this.#mean[1]!);
    this.#products[2]! += db * (b - this.#mean[1]!);
  }
  get correlation(): number {
    return this.#products[1]! / Math.sqrt(this.#products[0]! * this.#products[2]!);
  }
}

/** Mean losses over a stream, the first 300 values left out; `early` is within 200 values of a change, `steady` after. */
function lossOf(normalizer: Normalizer, { xs, truth, age }: OracleStream): Loss {
  normalizer.aim(new Float64Array(normalizer.stride), 0);
  const sums = { early: 0, steady: 0 };
  const counts = { early: 0, steady: 0 };
  const agreement = new Agreement();
  for (let t = 0; t < streamLength; t++) {
    const x = xs[t]!;
    if (Number.isNaN(x)) continue;
    normalizer.refresh();
    const z = normalizer.count > 0 ? normalizer.normalize(x) : 0;
    normalizer.learn(x, Number.NaN);
    if (t < 300 || Number.isNaN(truth[t]!)) continue;
    const part = age[t]! < 200 ? 'early' : 'steady';
    agreement.learn(Math.max(-10, Math.min(10, z)), truth[t]!);
    sums[part] += Math.min(Math.abs(z - truth[t]!), 5) ** 2;
    counts[part]++;
  }
  return {
    all: (sums.early + sums.steady) / (counts.early + counts.steady),
    early: counts.early > 0 ? sums.early / counts.early : Number.NaN,
    steady: sums.steady / counts.steady,
    epochs: normalizer.epoch / (streamLength / 1000),
    correlation: agreement.correlation,
  };
}

const hindsight = 'best half-life of each stream, in hindsight';
const halfLife = (samples: number): Normalizer =>
  new ZScoreNormalizer(momentsFor({ kind: 'half-life', samples }), { ddof: 0, whenFlat: 'zero' });
const methods: Readonly<Record<string, () => Normalizer>> = {
  adaptive: () => new AdaptiveNormalizer(),
  innovation: () => new InnovationNormalizer(),
  cumulative: () => new ZScoreNormalizer(momentsFor({ kind: 'all' }), { ddof: 0, whenFlat: 'zero' }),
  ...Object.fromEntries(halfLives.map((samples) => [`half-life ${samples}`, () => halfLife(samples)])),
};

const mean = (values: readonly number[]) => {
  const known = values.filter((value) => !Number.isNaN(value));
  return known.reduce((a, b) => a + b, 0) / known.length;
};

/** Losses of every method, and of the half-life that is best for each stream, chosen in hindsight. */
function measure(streams: readonly OracleStream[]): Map<string, Loss[]> {
  const losses = new Map(
    Object.keys(methods).map((name) => [name, streams.map((stream) => lossOf(methods[name]!(), stream))]),
  );
  losses.set(
    hindsight,
    streams.map((_, i) =>
      halfLives.map((samples) => losses.get(`half-life ${samples}`)![i]!).reduce((a, b) => (b.all < a.all ? b : a)),
    ),
  );
  return losses;
}

function report(streams: readonly OracleStream[]): void {
  const losses = measure(streams);
  console.table(
    Object.fromEntries(
      [...losses].map(([name, of]) => [
        name,
        {
          R: mean(of.map(({ all }) => all)).toFixed(3),
          '200 after a change': mean(of.map(({ early }) => early)).toFixed(3),
          steady: mean(of.map(({ steady }) => steady)).toFixed(3),
          'epochs/1000': mean(of.map(({ epochs }) => epochs)).toFixed(2),
          'with no change': mean(of.filter((_, i) => isCalm(streams[i]!)).map(({ epochs }) => epochs)).toFixed(3),
          corr: mean(of.map(({ correlation }) => correlation)).toFixed(3),
        },
      ]),
    ),
  );
  const [ours, theirs] = [losses.get('adaptive')!, losses.get(hindsight)!];
  const won = streams.filter((_, i) => ours[i]!.all < theirs[i]!.all).length;
  console.log(`adaptive beats the best half-life in hindsight on ${won} of ${streams.length} streams; R by class:`);
  const classes = new Map<string, number[]>();
  streams.forEach(({ dynamics, change, disturbance }, i) => {
    for (const name of [disturbance ?? change, dynamics]) classes.set(name, [...(classes.get(name) ?? []), i]);
  });
  const over = (of: readonly Loss[], indices: readonly number[]) => mean(indices.map((i) => of[i]!.all)).toFixed(3);
  console.table(
    Object.fromEntries(
      [...classes].map(([name, indices]) => [
        name,
        { adaptive: over(ours, indices), hindsight: over(theirs, indices) },
      ]),
    ),
  );
}

function isCalm({ change, disturbance }: OracleStream): boolean {
  return change === 'none' && disturbance === undefined;
}

const suite = oracleStreams(seeds);
console.log(`The oracle suite: ${suite.length} streams of ${streamLength} values`);
report(suite);
const heldOut = heldOutStreams(process.env.BENCH_SMOKE ? [21] : [21, 22]);
console.log(`\nDynamics that nothing was tuned on: ${heldOut.length} streams`);
report(heldOut);
