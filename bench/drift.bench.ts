// What detectors and adaptive methods are held to, beside the scores of bench/adaptation: calibration where nothing changes, what a spike
// leaves of itself, false alarms and delays, recovery from a shift, the log score of `innovation` on real series, and updates per second
// beside river. Set STREAMNORM_NAB to the data folder of the Numenta Anomaly Benchmark for the real series.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Adwin } from '../src/drift/adwin.js';
import { Cusum } from '../src/drift/cusum.js';
import type { Detector } from '../src/drift/detector.js';
import { EwmaChart } from '../src/drift/ewma-chart.js';
import { HddmA } from '../src/drift/hddm-a.js';
import { HddmW } from '../src/drift/hddm-w.js';
import { JointDetector } from '../src/drift/joint-detector.js';
import { Kswin } from '../src/drift/kswin.js';
import { PageHinkley } from '../src/drift/page-hinkley.js';
import { normalNoise } from '../src/drift/run-length/normal-noise.js';
import { SelfStarting } from '../src/drift/self-starting.js';
import { AdaptiveNormalizer } from '../src/normalize/adaptive-normalizer.js';
import { InnovationNormalizer } from '../src/normalize/innovation-normalizer.js';
import { momentsFor } from '../src/normalize/moments-for.js';
import type { Normalizer } from '../src/normalize/normalizer.js';
import type { RenormalizationPolicy } from '../src/normalize/renormalization-policy.js';
import { RenormalizingNormalizer } from '../src/normalize/renormalizing-normalizer.js';
import { ZScoreNormalizer } from '../src/normalize/z-score-normalizer.js';
import { type LogScores, logScores } from './support/log-score.js';
import { runRiver } from './support/run-river.js';
import { seededGaussian } from './support/seeded-gaussian.js';

const isSmoke = process.env.BENCH_SMOKE !== undefined;
const zScore = (halfLife?: number): Normalizer =>
  new ZScoreNormalizer(
    momentsFor(halfLife === undefined ? { kind: 'all' } : { kind: 'half-life', samples: halfLife }),
    {
      ddof: 0,
      whenFlat: 'zero',
    },
  );
const onDrift = (detector: () => Detector, policy: RenormalizationPolicy) => () =>
  new RenormalizingNormalizer(zScore, detector(), policy);
const adwin = () => new SelfStarting(new Adwin({ clock: 1 }));

function started<N extends Normalizer>(normalizer: N): N {
  normalizer.aim(new Float64Array(normalizer.stride), 0);
  return normalizer;
}
const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1]!;
const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;

/** On independent normal values: sd and tails of the scores, false epochs, and the score of a lone spike. */
function calibration(): void {
  const length = isSmoke ? 20_000 : 2_000_000;
  const methods: Record<string, () => Normalizer> = {
    adaptive: () => new AdaptiveNormalizer(),
    innovation: () => new InnovationNormalizer(),
    'half-life 69': () => zScore(69),
    'z-score, reset on joint': onDrift(() => new JointDetector(), { kind: 'reset' }),
    'z-score, reset on ADWIN': onDrift(adwin, { kind: 'reset' }),
  };
  const rows = Object.entries(methods).map(([name, make]) => {
    const normalizer = started(make());
    const noise = normalNoise(11);
    let squares = 0;
    let far = 0;
    for (let t = 0; t < length; t++) {
      const z = normalizer.step(noise(), Number.NaN);
      if (t < 100) continue;
      squares += z * z;
      if (Math.abs(z) > 3) far++;
    }
    const spikes = Array.from({ length: 100 }, () => {
      for (let t = 0; t < 200; t++) normalizer.step(noise(), Number.NaN);
      return Math.abs(normalizer.step(20, Number.NaN));
    });
    const row = {
      'sd of z': Math.sqrt(squares / (length - 100)).toFixed(4),
      'P(|z| > 3)': (far / (length - 100)).toFixed(5),
      'epochs/1000': ((normalizer.epoch / length) * 1000).toFixed(4),
      'z of a 20σ spike': median(spikes).toFixed(1),
    };
    return [name, row] as const;
  });
  console.log(
    `\nN(0, 1), ${length} values, then a spike every 200 (bars: sd 1 ± .01, P .0027 ± .0005, ≤ .1 epochs, spike ≥ 18)`,
  );
  console.table(Object.fromEntries(rows));
}

/** False alarms on 10,000 values in control, and delays after a change at 2,000. */
function detection(): void {
  const streams = isSmoke ? 5 : 100;
  const detectors: Record<string, () => Detector> = {
    joint: () => new JointDetector(),
    'ADWIN, clock 32': () => new Adwin(),
    'ADWIN, clock 1': () => new Adwin({ clock: 1 }),
    'Page-Hinkley': () => new PageHinkley(),
    'CUSUM .5/5': () => new Cusum(),
    'EWMA .1/4': () => new EwmaChart(),
    KSWIN: () => new Kswin(),
    'HDDM-A': () => new SelfStarting(new HddmA({ input: 'normalized' })),
    'HDDM-W': () => new SelfStarting(new HddmW({ input: 'normalized' })),
  };
  const changes: Record<string, (g: number) => number> = {
    '.5σ': (g) => g + 0.5,
    '1σ': (g) => g + 1,
    '2σ': (g) => g + 2,
    '3σ': (g) => g + 3,
    '× 2': (g) => 2 * g,
    '× ½': (g) => g / 2,
  };
  const rows = Object.entries(detectors).map(([name, make]) => {
    const detector = make();
    detector.aim(new Float64Array(detector.stride), 0);
    let alarms = 0;
    const inControl = name === 'joint' ? 4 * streams : streams;
    for (let seed = 0; seed < inControl; seed++) {
      const noise = normalNoise(7919 * seed + 1);
      detector.reset();
      for (let t = 0; t < 10_000; t++) {
        if (detector.update(noise()) === 0) continue;
        alarms++;
        detector.reset();
      }
    }
    const delays = Object.entries(changes).map(([change, apply]) => {
      const found = Array.from({ length: streams }, (_, seed) => {
        const noise = normalNoise(7919 * seed + 2);
        detector.reset();
        for (let t = 0; t < 5000; t++) {
          const event = detector.update(t < 2000 ? noise() : apply(noise()));
          if (event === 0) continue;
          if (t >= 2000) return t - 2000;
          detector.reset();
        }
        return Number.POSITIVE_INFINITY;
      });
      const delay = median(found);
      return [change, Number.isFinite(delay) ? delay : 'never'];
    });
    return [name, { 'false/1000': (alarms / inControl / 10).toFixed(4), ...Object.fromEntries(delays) }] as const;
  });
  console.log(
    `\nDetectors, ${streams} streams, median delay (bar for joint: false ≤ .003, .5σ ≤ 95, 1σ < 31, × 2 < 100; goal 1σ ≤ 20, × 2 ≤ 40)`,
  );
  console.table(Object.fromEntries(rows));
}

/** After a shift of five standard deviations, and a scale grown threefold: how the scores come back. */
function recovery(): void {
  const streams = isSmoke ? 2 : 40;
  const methods: Record<string, () => Normalizer> = {
    'the truth': () => new Truth(),
    adaptive: () => new AdaptiveNormalizer(),
    innovation: () => new InnovationNormalizer(),
    cumulative: () => zScore(),
    'half-life 69': () => zScore(69),
    ...Object.fromEntries(
      ([{ kind: 'reset' }, { kind: 'shrink' }, { kind: 'shadow' }, { kind: 'blend', over: 30 }] as const).map(
        (policy) => [`${policy.kind} on joint`, onDrift(() => new JointDetector(), policy)],
      ),
    ),
    'reset on ADWIN': onDrift(adwin, { kind: 'reset' }),
  };
  const rows = Object.entries(methods).map(([name, make]) => {
    const shift = Array.from({ length: streams }, (_, seed) => scoresAround(make, seed, (g) => g + 5, 5, 1));
    const growth = Array.from({ length: streams }, (_, seed) => scoresAround(make, seed, (g) => 3 * g, 0, 3));
    const row = {
      'max |z| at +5σ': median(shift.map((zs) => Math.max(...zs.subarray(0, 10).map(Math.abs)))).toFixed(1),
      'mean recovered': median(shift.map(recoveredAfter)),
      bias: mean(shift.map(biasOf)).toFixed(3),
      'sd after × 3': median(
        growth.map((zs) => Math.sqrt(mean([...zs.subarray(200, 1000)].map((z) => z * z)))),
      ).toFixed(2),
    };
    return [name, row] as const;
  });
  console.log(
    `\nRecovery, ${streams} streams, change at 2,000 (bars: recovered ≤ 53, bias ≤ .10, max ≥ 5). Bias is the mean |mean of 50 z|:`,
  );
  console.log('of white scores, those of the truth, it is .113; less means that the scores follow the noise.');
  console.table(Object.fromEntries(rows));
}

/** The 2,000 scores after a change at 2,000. */
function scoresAround(
  make: () => Normalizer,
  seed: number,
  change: (g: number) => number,
  center: number,
  scale: number,
): Float64Array {
  const normalizer = started(make());
  const noise = normalNoise(100 + 7919 * seed);
  const scores = new Float64Array(2000);
  for (let t = 0; t < 4000; t++) {
    if (t === 2000 && normalizer instanceof Truth) [normalizer.center, normalizer.scale] = [center, scale];
    const z = normalizer.step(t < 2000 ? noise() : change(noise()), Number.NaN);
    if (t >= 2000) scores[t - 2000] = z;
  }
  return scores;
}
/** Values until the mean of the last fifty, of those after the change only, is and is right within .3. */
function recoveredAfter(scores: Float64Array): number {
  for (let end = 50; end <= scores.length; end++)
    if (Math.abs(mean([...scores.subarray(end - 50, end)])) < 0.3) return end;
  return Number.POSITIVE_INFINITY;
}
function biasOf(scores: Float64Array): number {
  let total = 0;
  for (let end = 51; end <= 1050; end++) total += Math.abs(mean([...scores.subarray(end - 50, end)]));
  return total / 1000;
}

/** Knows the regime. */
class Truth implements Normalizer {
  readonly stride = 1;
  readonly growable = false;
  readonly affine = true;
  readonly count = 1;
  readonly epoch = 0;
  readonly state = new Float64Array(1);
  center = 0;
  scale = 1;
  aim(): void {}
  advance(): void {}
  refresh(): void {}
  learn(): void {}
  isTooLate(): boolean {
    return false;
  }
  normalize(x: number): number {
    return (x - this.center) / this.scale;
  }
  denormalize(y: number): number {
    return y * this.scale + this.center;
  }
  step(x: number): number {
    return this.normalize(x);
  }
}

/** Log score of `innovation` against a mixture of half-lives, on the NAB series. */
function realSeries(): void {
  const folder = process.env.STREAMNORM_NAB;
  if (folder === undefined || !existsSync(folder)) {
    console.log('\nLog score on NAB: not measured, for STREAMNORM_NAB does not name its data folder.');
    return;
  }
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.csv'));
  const scores = files
    .slice(0, isSmoke ? 3 : undefined)
    .map((file) =>
      logScores(
        readFileSync(join(folder, file), 'utf8')
          .trim()
          .split('\n')
          .slice(1)
          .map((line) => Number(line.split(',')[1])),
      ),
    )
    .filter(({ mixture }) => Number.isFinite(mixture));
  const row = (of: (scores: LogScores) => number) => {
    const gains = scores.map((each) => of(each) - each.mixture).sort((a, b) => a - b);
    const cut = Math.floor(gains.length / 10);
    return {
      median: median(gains).toFixed(3),
      'trimmed mean': mean(gains.slice(cut, gains.length - cut)).toFixed(3),
      'wins–losses': `${gains.filter((gain) => gain > 0).length}–${gains.filter((gain) => gain <= 0).length}`,
    };
  };
  const single = [...scores[0]!.halfLives.keys()].map((halfLife) => row(({ halfLives }) => halfLives.get(halfLife)!));
  console.log(
    `\nLog score on ${scores.length} NAB series, nats a value, less that of the mixture of bench/support/log-score (bar ≥ .20, goal ≥ .25)`,
  );
  console.table({
    innovation: row(({ innovation }) => innovation),
    'best half-life of each series, in hindsight': row(({ halfLives }) => Math.max(...halfLives.values())),
    'best single half-life': single.reduce((a, b) => (Number(b['trimmed mean']) > Number(a['trimmed mean']) ? b : a)),
    cumulative: row(({ cumulative }) => cumulative),
  });
}

/** Updates per second, the best of several rounds, beside river's on the same machine. */
function speed(): void {
  const xs = seededGaussian({ seed: 5, length: 1 << 16 });
  const rates = new Map(
    Object.entries({
      adwin: new Adwin(),
      'adwin, clock 1': new Adwin({ clock: 1 }),
      'page-hinkley': new PageHinkley(),
    } satisfies Record<string, Detector>).map(([name, detector]): [string, number] => {
      detector.aim(new Float64Array(detector.stride), 0);
      let best = 0;
      for (let round = 0; round < (isSmoke ? 1 : 40); round++) {
        const start = performance.now();
        for (const x of xs) if (detector.update(x) !== 0) detector.reset();
        best = Math.max(best, (xs.length / (performance.now() - start)) * 1e3);
      }
      return [name, best];
    }),
  );
  const river = isSmoke ? 'not run in a smoke round' : runRiver();
  console.log('\nM updates/s (bars beside river: ADWIN ≥ 1.5 ×, Page-Hinkley ≥ 10 ×; goals 4 ×, 30 ×)');
  console.table(
    Object.fromEntries(
      [...rates].map(([name, rate]) => {
        const theirs = typeof river === 'string' ? undefined : river.get(name);
        return [
          name,
          {
            ours: (rate / 1e6).toFixed(1),
            river: theirs === undefined ? '' : (theirs / 1e6).toFixed(2),
            ratio: theirs === undefined ? '' : (rate / theirs).toFixed(1),
          },
        ];
      }),
    ),
  );
  if (typeof river === 'string') console.log(river);
}

calibration();
detection();
recovery();
realSeries();
speed();
