/** Values of a stream. */
export const streamLength = 8000;

export interface OracleStream {
  dynamics: string;
  change: string;
  disturbance: string | undefined;
  xs: Float64Array;
  /** The score under the true level and scale; NaN where there is none (a disturbance). */
  truth: Float64Array;
  /** Values since the last change of regime; large where there was none. */
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
  /** By what a scale changes. */
  factor(): number {
    return [2, 3, 1 / 3][Math.floor(3 * this.uniform())]!;
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

/** Dynamics that nothing was tuned on. */
const heldOut: Readonly<Record<string, Dynamics>> = {
  laplace: (random) => () => {
    const u = random.uniform() - 0.5;
    return (-Math.sign(u) * Math.log(1 - 2 * Math.abs(u))) / Math.SQRT2;
  },
  uniform: (random) => () => (random.uniform() - 0.5) * Math.sqrt(12),
  'mean of 5': (random) => {
    const last = Array.from({ length: 5 }, () => random.normal());
    return (t) => {
      last[t % 5] = random.normal();
      return last.reduce((a, b) => a + b) / Math.sqrt(5);
    };
  },
  'AR .8': autoregressive(0.8),
  'AR 1.5, −.75': (random) => {
    const [a, b] = [1.5, -0.75];
    const sd = Math.sqrt((1 - b) / ((1 + b) * ((1 - b) ** 2 - a * a)));
    let [x, before] = [0, 0];
    return () => {
      [x, before] = [a * x + b * before + random.normal(), x];
      return x / sd;
    };
  },
  'cycle 120': cycle(120),
  'cycles 24 and 200': (random) => {
    const [p, q] = [random.uniform(), random.uniform()];
    return (t) =>
      Math.sqrt(0.8) * (Math.sin(2 * Math.PI * (t / 24 + p)) + Math.sin(2 * Math.PI * (t / 200 + q))) +
      Math.sqrt(0.2) * random.normal();
  },
  'gamma 3': (random) => () => {
    let sum = 0;
    for (let i = 0; i < 3; i++) sum -= Math.log(1 - random.uniform());
    return (sum - 3) / Math.sqrt(3);
  },
  bimodal: (random) => () => 0.9 * random.sign() + Math.sqrt(1 - 0.81) * random.normal(),
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
  'scale × 2, 3, ⅓': (r, random) => ({ ...r, scale: r.scale * random.factor() }),
  'both, or unit': (r, random) => {
    if (random.uniform() < 0.5) {
      const scale = r.scale * random.factor();
      return { ...r, level: r.level + random.sign() * random.between(3, 10) * r.scale, scale };
    }
    const factor = r.scale > 10 ? 1 / 32 : random.between(1.8, 11.8);
    return { ...r, level: (r.level + 20) * factor, scale: r.scale * factor };
  },
  ramp: (r, random) => ({ ...r, slope: r.slope === 0 ? random.sign() * random.between(0.005, 0.02) : 0 }),
};

/** How often it begins, how many values it lasts. */
const disturbances = { spikes: [0.01, 1], bursts: [0.002, 5], stuck: [0.001, 100], gaps: [0.002, 50] } as const;
type Disturbance = keyof typeof disturbances;

/** Nine dynamics × six kinds of change, and three × three × four disturbances: 90 streams a seed. */
export function oracleStreams(seeds: readonly number[]): OracleStream[] {
  return seeds.flatMap((seed) => {
    let index = 0;
    const streams: OracleStream[] = [];
    for (const name of Object.keys(dynamics))
      for (const change of Object.keys(changes))
        streams.push(makeStream(name, dynamics[name]!, change, undefined, 1e5 * seed + index++));
    for (const name of ['normal', 'AR .9', 'cycle 288'])
      for (const change of ['none', 'shift 3–10', 'scale × 2, 3, ⅓'])
        for (const disturbance of Object.keys(disturbances) as Disturbance[])
          streams.push(makeStream(name, dynamics[name]!, change, disturbance, 1e5 * seed + index++));
    return streams;
  });
}

/** Nine other dynamics × six kinds of change: 54 streams a seed. */
export function heldOutStreams(seeds: readonly number[]): OracleStream[] {
  return seeds.flatMap((seed) =>
    Object.keys(heldOut).flatMap((name, i) =>
      Object.keys(changes).map((change, k) =>
        makeStream(name, heldOut[name]!, change, undefined, 1e5 * seed + Object.keys(changes).length * i + k),
      ),
    ),
  );
}

/** Regimes of 500 to 3,000 values. */
function makeStream(
  name: string,
  make: Dynamics,
  change: string,
  disturbance: Disturbance | undefined,
  seed: number,
): OracleStream {
  const random = new Random(seed);
  const next = make(random);
  const xs = new Float64Array(streamLength);
  const truth = new Float64Array(streamLength);
  const ages = new Int32Array(streamLength).fill(2 ** 30);
  let regime: Regime = { level: 0, scale: 1, slope: 0 };
  let end = Math.round(random.between(500, 3000));
  let start = -1;
  let left = 0;
  let held = 0;
  for (let t = 0; t < streamLength; t++) {
    if (t === end) {
      regime = changes[change]!(regime, random);
      end += Math.round(random.between(500, 3000));
      if (change !== 'none') start = t;
    }
    regime.level += regime.slope * regime.scale;
    truth[t] = next(t);
    xs[t] = regime.level + regime.scale * truth[t]!;
    if (start >= 0) ages[t] = t - start;
    if (disturbance === undefined) continue;
    const [rate, duration] = disturbances[disturbance];
    if (left === 0 && random.uniform() < rate) {
      left = duration;
      held = disturbance === 'stuck' ? xs[t]! : disturbance === 'gaps' ? Number.NaN : 20 * random.sign();
    }
    if (left === 0) continue;
    left--;
    xs[t] = disturbance === 'stuck' || disturbance === 'gaps' ? held : xs[t]! + held * regime.scale;
    truth[t] = Number.NaN;
  }
  return { dynamics: name, change, disturbance, xs, truth, age: ages };
}
