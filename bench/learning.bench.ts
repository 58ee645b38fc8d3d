// What normalization is worth to a model that learns online, and what the loop costs: prequential losses of one learner behind different
// normalizers on streams that drift; beside river's own pipeline on the data sets that it brings; cold series by group; nanoseconds a record.
import { from } from 'rxjs';
import { learnOnline, normalize, zScore } from '../operators/index.js';
import { LinearLearner } from '../src/learn/linear-learner.js';
import { LogisticLearner } from '../src/learn/logistic-learner.js';
import { recordLoss } from '../src/learn/record-loss.js';
import { createScorer } from '../src/normalize/create-scorer.js';
import type { FieldOptions } from '../src/normalize/field-options.js';
import { resolveField } from '../src/normalize/resolve-field.js';
import type { Scorer } from '../src/normalize/scorer.js';
import { driftingStreams } from './support/drifting-streams.js';
import { runRiverScript } from './support/river-script.js';
import { seededGaussian } from './support/seeded-gaussian.js';

const GRACE = 100;

function scorerOf(options: FieldOptions): Scorer {
  const scorer = createScorer(resolveField(options), { missing: 0, late: 0, untimed: 0, gated: 0 });
  scorer.aim(new Float64Array(scorer.stride), 0);
  return scorer;
}

/**
 * Mean prequential loss of a learner behind a normalizer for each feature; those of the first records are not counted.
 * @param again learn from features that are normalized anew, the record being known by then, as river's pipelines do
 */
function prequential(
  model: LinearLearner | LogisticLearner,
  options: FieldOptions | null,
  rows: readonly ArrayLike<number>[],
  targets: ArrayLike<number>,
  grace: number,
  again = false,
): number {
  const inputs = rows[0]!.length;
  const scorers = options && Array.from({ length: inputs }, () => scorerOf(options));
  const lossOf = recordLoss(model.task === 'classification' ? 'log' : 'squared');
  const x = new Float64Array(inputs);
  let sum = 0;
  for (const [t, row] of rows.entries()) {
    for (let i = 0; i < inputs; i++) x[i] = scorers ? scorers[i]!.score(row[i]!, Number.NaN) : row[i]!;
    if (t >= grace) sum += lossOf(model.predict(x), targets[t]!);
    if (scorers && again)
      for (let i = 0; i < inputs; i++) {
        const { normalizer } = scorers[i]!;
        normalizer.refresh();
        x[i] = normalizer.normalize(row[i]!);
      }
    model.learn(x, targets[t]!);
  }
  return sum / (rows.length - grace);
}

// Scores are clipped alike, for one that is far out makes every step of a gradient overshoot.
const NORMALIZERS: Readonly<Record<string, FieldOptions | null>> = {
  raw: null,
  'cumulative z': { method: 'z-score', warmup: 0, clip: 5 },
  'half-life z': { method: 'z-score', memory: { halfLife: 300 }, warmup: 0, clip: 5 },
  'min-max': { method: 'min-max', range: [-1, 1], warmup: 0, clip: 5 },
  adaptive: { method: 'adaptive', warmup: 0, clip: 5 },
  innovation: { method: 'innovation', warmup: 0, clip: 5 },
};
/** As river has it: nothing is clipped. */
const PLAIN: FieldOptions = { method: 'z-score', warmup: 0 };
const FIXED = ['cumulative z', 'half-life z', 'min-max'];

function underDrift(): void {
  const table: Record<string, Record<string, string>> = {};
  const sums: Record<string, number> = {};
  let best = 0;
  let wins = 0;
  const streams = driftingStreams();
  for (const { name, features, targets } of streams) {
    const rows = Array.from(targets, (_, t) => features.map((column) => column[t]!));
    const mean = targets.reduce((sum, y) => sum + y, 0) / targets.length;
    const variance = targets.reduce((sum, y) => sum + (y - mean) ** 2, 0) / targets.length;
    const losses: Record<string, number> = {};
    for (const [normalizer, options] of Object.entries(NORMALIZERS)) {
      const model = new LinearLearner({ inputs: 3, rate: 0.01, biasRate: 0.01 });
      losses[normalizer] = prequential(model, options, rows, targets, GRACE) / variance;
      sums[normalizer] = (sums[normalizer] ?? 0) + losses[normalizer];
    }
    const bestFixed = Math.min(...FIXED.map((fixed) => losses[fixed]!));
    best += bestFixed;
    if (losses.adaptive! <= bestFixed) wins++;
    table[name] = { ...shown(losses), 'best fixed': spell(bestFixed) };
  }
  table.sum = { ...shown(sums), 'best fixed': spell(best) };
  console.log('mean squared error / variance of the target, LinearLearner behind');
  console.table(table);
  console.log(
    `adaptive / best fixed normalizer of each stream, on the sum: ${(sums.adaptive! / best).toFixed(3)} (bar ≤ 1); better on ${wins} of ${streams.length} (goal ≥ 2/3)`,
  );
  for (const fixed of FIXED)
    console.log(`adaptive / ${fixed}, on the sum: ${(sums.adaptive! / sums[fixed]!).toFixed(3)}`);
}

function shown(losses: Record<string, number>): Record<string, string> {
  return Object.fromEntries(Object.entries(losses).map(([name, loss]) => [name, spell(loss)]));
}
function spell(loss: number): string {
  return loss < 1000 ? loss.toFixed(4) : loss.toExponential(1);
}

interface RiverResult {
  sets: { name: string; binary: boolean; rows: number[][]; loss: number }[];
  /** Nanoseconds a record of 20 features: the models, and `StandardScaler | LinearRegression`. */
  linear: number;
  logistic: number;
  scaledLinear: number;
  /** Some of those records, targets last, and the mean loss of that pipeline on them. */
  scaled: { rows: number[][]; loss: number };
}

function besideRiver({ sets }: RiverResult): void {
  const table: Record<string, object> = {};
  for (const { name, binary, rows, loss } of sets) {
    const inputs = rows[0]!.length - 1;
    const features = rows.map((row) => row.slice(0, inputs));
    const targets = rows.map((row) => row[inputs]!);
    const make = () =>
      binary ? new LogisticLearner({ inputs, rate: 0.1 }) : new LinearLearner({ inputs, rate: 0.01, biasRate: 0.1 });
    const lossBehind = (options: FieldOptions, again: boolean) =>
      prequential(make(), options, features, targets, 0, again);
    const ours = lossBehind(PLAIN, true);
    table[name] = {
      river: spell(loss),
      ours: spell(ours),
      'ours / river': (ours / loss).toFixed(4),
      'z-score, clip 5': spell(lossBehind(NORMALIZERS['cumulative z']!, false)),
      'adaptive, clip 5': spell(lossBehind(NORMALIZERS.adaptive!, false)),
    };
  }
  console.log(
    'prequential loss, StandardScaler | LinearRegression or LogisticRegression (bar: ours within 2 % of river)',
  );
  console.table(table);
}

/**
 * Scores of the first 50 values of new series against those under the truth, where a score that is not there yet counts as 0: by group, and
 * from nothing, for groups whose series are more and less alike.
 */
function coldStart(): void {
  const [old, fresh, length] = [20, 50, 200];
  const noise = seededGaussian({ seed: 7, length: (old + fresh) * length });
  const levels = seededGaussian({ seed: 8, length: old + fresh });
  const table: Record<string, object> = {};
  for (const between of [0.3, 1, 2.5]) {
    const levelOf = (device: number) => 100 + 2 * between * levels[device]!;
    const records = Array.from({ length: (old + fresh) * length }, (_, i) => {
      const device = i < old * length ? i % old : old + ((i - old * length) % fresh);
      return { device, v: levelOf(device) + 2 * noise[i]! };
    });
    const errorOf = (group: boolean) => {
      const seen = new Map<number, number>();
      let sum = 0;
      from(records)
        .pipe(zScore({ key: (r) => `${r.device}`, value: (r) => r.v, ...(group && { group: () => 'all' }) }))
        .subscribe(({ record: { device }, value, normalized }) => {
          const n = seen.get(device) ?? 0;
          seen.set(device, n + 1);
          if (device >= old && n < 50) sum += Math.abs((normalized ?? 0) - (value - levelOf(device)) / 2);
        });
      return sum / (50 * fresh);
    };
    const [grouped, cold] = [errorOf(true), errorOf(false)];
    table[`levels ${between} sd apart`] = {
      'from nothing': cold.toFixed(3),
      'by group': grouped.toFixed(3),
      ratio: (grouped / cold).toFixed(2),
    };
  }
  console.log('mean error of the first 50 scores of a new series (bar: ratio ≤ .5)');
  console.table(table);
}

function speed(river: RiverResult | undefined): void {
  const isSmoke = process.env.BENCH_SMOKE !== undefined;
  const n = isSmoke ? 500 : 200_000;
  const inputs = 20;
  const xs = seededGaussian({ seed: 3, length: 1024 * inputs });
  const records = Array.from({ length: 1024 }, (_, i) => ({ x: xs.subarray(i * inputs, (i + 1) * inputs), y: xs[i]! }));
  const best = (work: () => void) => {
    let least = Number.POSITIVE_INFINITY;
    for (let round = 0; round < 5; round++) {
      const start = performance.now();
      work();
      least = Math.min(least, ((performance.now() - start) * 1e6) / n);
    }
    return least;
  };
  let sink = 0;
  const alone = (model: LinearLearner | LogisticLearner, binary: boolean) =>
    best(() => {
      for (let i = 0; i < n; i++) {
        const { x, y } = records[i & 1023]!;
        sink += model.predict(x);
        model.learn(x, binary ? Number(y > 0) : y);
      }
    });
  const targets = Array.from({ length: n }, (_, i) => records[i & 1023]!.y);
  const rows = Array.from({ length: n }, (_, i) => records[i & 1023]!.x);
  const scaled = best(() => {
    sink += prequential(new LinearLearner({ inputs }), PLAIN, rows, targets, 0, true);
  });
  const operator = best(() => {
    const stream = Array.from({ length: n }, (_, i) => records[i & 1023]!);
    from(stream)
      .pipe(learnOnline(new LinearLearner({ inputs }), { features: (r) => r.x, target: (r) => r.y }))
      .subscribe(({ loss }) => {
        sink += loss!;
      });
  });
  const names = Array.from({ length: inputs }, (_, i) => `x${i}`);
  const named = records.map(({ x, y }) => ({ ...Object.fromEntries(names.map((name, i) => [name, x[i]!])), y }));
  const operators = best(() => {
    const stream = Array.from({ length: n }, (_, i) => named[i & 1023]!);
    from(stream)
      .pipe(
        normalize({ fields: Object.fromEntries(names.map((name) => [name, PLAIN])) }),
        learnOnline(new LinearLearner({ inputs }), {
          features: names.map((name) => `normalized.${name}`),
          target: (r) => r.y,
        }),
      )
      .subscribe(({ loss }) => {
        sink += loss!;
      });
  });
  const linear = alone(new LinearLearner({ inputs }), false);
  const logistic = alone(new LogisticLearner({ inputs }), true);
  if (!Number.isFinite(sink)) throw new Error('a loss is no number');
  if (river) {
    const { rows: theirRows, loss } = river.scaled;
    const features = theirRows.map((row) => row.slice(0, inputs));
    const theirTargets = theirRows.map((row) => row[inputs]!);
    const ours = prequential(new LinearLearner({ inputs }), PLAIN, features, theirTargets, 0, true);
    if (!(Math.abs(ours / loss - 1) < 1e-9)) throw new Error(`a loss of ${ours}, and river's of ${loss}`);
  }
  const row = (ns: number, theirs: number | undefined) => ({
    'ns a record': ns.toFixed(0),
    ...(theirs !== undefined && { 'river ns': theirs.toFixed(0), 'times river': (theirs / ns).toFixed(1) }),
  });
  console.log('predict and learn, 20 features (bar ≥ 10 × river, goal 50 ×)');
  console.table({
    LinearLearner: row(linear, river?.linear),
    LogisticLearner: row(logistic, river?.logistic),
    'z-score of each feature, LinearLearner': row(scaled, river?.scaledLinear),
    'learnOnline, LinearLearner, all losses': row(operator, river?.linear),
    'normalize, learnOnline: records of 20 fields': row(operators, river?.scaledLinear),
  });
}

underDrift();
coldStart();
const ran = process.env.BENCH_SMOKE
  ? { why: 'a short round does without river' }
  : runRiverScript('bench/support/river-learning.py');
const river = 'why' in ran ? undefined : (JSON.parse(ran.stdout) as RiverResult);
if ('why' in ran) console.log(ran.why);
if (river) besideRiver(river);
speed(river);
