// How well methods tell where a value lies in its regime: the regret R = mean of min(|z − z*|, 5)², z* being the score under the true
// level and scale, over seeded streams of 8,000 values: nine dynamics × eight kinds of change × three seeds, and three dynamics × three
// changes × four disturbances × three seeds. Lower is better; 0 is to know the truth.
import { AdaptiveNormalizer } from '../src/normalize/adaptive-normalizer.js';
import { InnovationNormalizer } from '../src/normalize/innovation-normalizer.js';
import { momentsFor } from '../src/normalize/moments-for.js';
import type { Normalizer } from '../src/normalize/normalizer.js';
import { ZScoreNormalizer } from '../src/normalize/z-score-normalizer.js';

const length = 8000;
const seeds = process.env.BENCH_SMOKE ? [1] : [1, 2, 3];
const halfLives = [8, 16, 32, 64, 128, 256, 512, 1024];

interface Stream {
  xs: Float64Array;
  /** The score under the true level and scale; NaN where there is none (a disturbance). */
  truth: Float64Array;
  /** Values since the regime began. */
  age: Int32Array;
}

/** Uniform numbers (mulberry32) and normal ones (Box–Muller). */
class Random {
  #s: number;
  constructor(seed: number) {
    this.#s = seed >>> 0;
  }
  uniform(): number {
    this.#s = (this.#s + 0x6d2b79f5) >>> 0;
    let t = Math.imul(this.#s ^ (this.#s >>> 15), this.#s | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.uniform())) * Math.cos(2 * Math.PI * this.uniform());
  }
  between(low: number, high: number): number {
    return low + (high - low) * this.uniform();
  }
  sign(): number {
    return this.uniform() < 0.5 ? -1 : 1;
  }
}

/** A standardized value (mean 0, variance 1) a call. */
type Dynamics = (random: Random) => (t: number) => number;

const autoregressive =
  (a: number): Dynamics =>
  (random) => {
    let x = random.normal();
    return () => {
      x = a * x + Math.sqrt(1 - a * a) * random.normal();
      return x;
    };
  };
/** A cycle with 80 % of the variance. */
const cycle =
  (period: number): Dynamics =>
  (random) => {
    const phase = random.uniform();
    return (t) => Math.sqrt(1.6) * Math.sin(2 * Math.PI * (t / period + phase)) + Math.sqrt(0.2) * random.normal();
  };
const dynamics: Readonly<Record<string, Dynamics>> = {
  normal: (random) => () => random.normal(),
  't3 (bounded at 30)': (random) => () => {
    const chi = random.normal() ** 2 + random.normal() ** 2 + random.normal() ** 2;
    return Math.max(-30, Math.min(30, random.normal() / Math.sqrt(chi / 3))) / Math.sqrt(3);
  },
  lognormal: (random) => () => {
    const variance = 0.25;
    const mean = Math.exp(variance / 2);
    return (Math.exp(0.5 * random.normal()) - mean) / (mean * Math.sqrt(Math.exp(variance) - 1));
  },
  'AR .5': autoregressive(0.5),
  'AR .9': autoregressive(0.9),
  'AR .95': autoregressive(0.95),
  'cycle 50': cycle(50),
  'cycle 288': cycle(288),
  quantized: (random) => () => Math.round(2 * random.normal()) / 2 / Math.sqrt(1 + 1 / 48),
};

interface Regime {
  level: number;
  scale: number;
  slope: number;
}
/** What the next regime is, given the present one. */
const changes: Readonly<Record<string, (regime: Regime, random: Random) => Regime>> = {
  none: (regime) => regime,
  'shift 1–2': (r, random) => ({ ...r, level: r.level + random.sign() * random.between(1, 2) * r.scale }),
  'shift 3–10': (r, random) => ({ ...r, level: r.level + random.sign() * random.between(3, 10) * r.scale }),
  'scale × 2': (r) => ({ ...r, scale: r.scale >= 2 ? 1 : 2 }),
  'scale × 3': (r) => ({ ...r, scale: r.scale >= 3 ? 1 : 3 }),
  both: (r, random) => ({
    level: r.level + random.sign() * random.between(3, 10) * r.scale,
    scale: r.scale >= 3 ? r.scale / 3 : r.scale * 3,
    slope: 0,
  }),
  unit: (r, random) => {
    const factor = r.scale > 10 ? 1 / 32 : 1.8 + 10 * random.uniform();
    return { level: (r.level + 20) * factor, scale: r.scale * factor, slope: 0 };
  },
  ramp: (r, random) => ({ ...r, slope: r.slope === 0 ? random.sign() * random.between(0.005, 0.02) : 0 }),
};

type Disturbance = 'none' | 'spikes' | 'bursts' | 'stuck' | 'gaps';

function makeStream(make: Dynamics, change: keyof typeof changes, disturbance: Disturbance, seed: number): Stream {
  const random = new Random(seed);
  const next = make(random);
  const xs = new Float64Array(length);
  const truth = new Float64Array(length);
  const ages = new Int32Array(length);
  let regime: Regime = { level: 0, scale: 1, slope: 0 };
  let end = Math.round(random.between(500, 3000));
  let age = 0;
  let disturbed = 0;
  let held = 0;
  for (let t = 0; t < length; t++, age++) {
    if (t === end) {
      regime = changes[change]!(regime, random);
      end += Math.round(random.between(500, 3000));
      age = 0;
    }
    regime.level += regime.slope * regime.scale;
    truth[t] = next(t);
    xs[t] = regime.level + regime.scale * truth[t]!;
    ages[t] = age;
    if (disturbance === 'none') continue;
    if (disturbed === 0 && random.uniform() < { spikes: 0.01, bursts: 0.002, stuck: 0.001, gaps: 0.002 }[disturbance]) {
      disturbed = { spikes: 1, bursts: 5, stuck: 100, gaps: 50 }[disturbance];
      held = disturbance === 'stuck' ? xs[t]! : disturbance === 'gaps' ? Number.NaN : 20 * random.sign();
    }
    if (disturbed === 0) continue;
    disturbed--;
    xs[t] = disturbance === 'stuck' || disturbance === 'gaps' ? held : xs[t]! + held * regime.scale;
    truth[t] = Number.NaN;
  }
  return { xs, truth, age: ages };
}

interface Loss {
  all: number;
  early: number;
  steady: number;
  epochs: number;
}

/** Mean losses over a stream, the first 300 values left out; `early` is within 200 values of a change, `steady` after. */
function lossOf(normalizer: Normalizer, { xs, truth, age }: Stream): Loss {
  normalizer.aim(new Float64Array(normalizer.stride), 0);
  const sums = { early: 0, steady: 0 };
  const counts = { early: 0, steady: 0 };
  for (let t = 0; t < length; t++) {
    const x = xs[t]!;
    if (Number.isNaN(x)) continue;
    normalizer.refresh();
    const z = normalizer.count > 0 ? normalizer.normalize(x) : 0;
    normalizer.learn(x, Number.NaN);
    if (t < 300 || Number.isNaN(truth[t]!)) continue;
    const part = age[t]! < 200 && t > 500 ? 'early' : 'steady';
    sums[part] += Math.min(Math.abs(z - truth[t]!), 5) ** 2;
    counts[part]++;
  }
  return {
    all: (sums.early + sums.steady) / (counts.early + counts.steady),
    early: counts.early > 0 ? sums.early / counts.early : Number.NaN,
    steady: sums.steady / counts.steady,
    epochs: normalizer.epoch / (length / 1000),
  };
}

const halfLife = (samples: number): Normalizer =>
  new ZScoreNormalizer(momentsFor({ kind: 'half-life', samples }), { ddof: 0, whenFlat: 'zero' });
const methods: Readonly<Record<string, () => Normalizer>> = {
  adaptive: () => new AdaptiveNormalizer(),
  innovation: () => new InnovationNormalizer(),
  cumulative: () => new ZScoreNormalizer(momentsFor({ kind: 'all' }), { ddof: 0, whenFlat: 'zero' }),
  ...Object.fromEntries(halfLives.map((samples) => [`half-life ${samples}`, () => halfLife(samples)])),
};

const streams: Stream[] = [];
for (const seed of seeds) {
  let index = 0;
  for (const make of Object.values(dynamics))
    for (const change of Object.keys(changes)) streams.push(makeStream(make, change, 'none', 1000 * seed + index++));
  for (const make of ['normal', 'AR .9', 'cycle 288'])
    for (const change of ['none', 'shift 3–10', 'scale × 3'])
      for (const disturbance of ['spikes', 'bursts', 'stuck', 'gaps'] as const)
        streams.push(makeStream(dynamics[make]!, change, disturbance, 1000 * seed + index++));
}

const losses = new Map(
  Object.keys(methods).map((name) => [name, streams.map((stream) => lossOf(methods[name]!(), stream))]),
);
const best = streams.map((_, i) =>
  halfLives.map((samples) => losses.get(`half-life ${samples}`)![i]!).reduce((a, b) => (b.all < a.all ? b : a)),
);
losses.set('best half-life of each stream, in hindsight', best);

const mean = (values: readonly number[]) => {
  const known = values.filter((value) => !Number.isNaN(value));
  return known.reduce((a, b) => a + b, 0) / known.length;
};
console.log(`${streams.length} streams of ${length} values`);
console.table(
  Object.fromEntries(
    [...losses].map(([name, of]) => [
      name,
      {
        R: mean(of.map(({ all }) => all)).toFixed(3),
        '200 after a change': mean(of.map(({ early }) => early)).toFixed(3),
        steady: mean(of.map(({ steady }) => steady)).toFixed(3),
        'epochs/1000': mean(of.map(({ epochs }) => epochs)).toFixed(2),
      },
    ]),
  ),
);
const won = streams.filter((_, i) => losses.get('adaptive')![i]!.all < best[i]!.all).length;
console.log(`adaptive beats the best half-life in hindsight on ${won} of ${streams.length} streams`);
