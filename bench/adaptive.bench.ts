// What the methods without settings cost per value, scored and learnt, beside a z-score over everything seen: in one series, and in
// 100,000 series that take turns, whose states (up to 37 MB) do not fit the cache.
import { AdaptiveNormalizer } from '../src/normalize/adaptive-normalizer.js';
import { InnovationNormalizer } from '../src/normalize/innovation-normalizer.js';
import type { Normalizer } from '../src/normalize/normalizer.js';
import { ZScoreNormalizer } from '../src/normalize/z-score-normalizer.js';
import { Moments } from '../src/stats/moments.js';
import { compareInProcesses, type Work } from './support/compare-in-processes.js';
import { seededGaussian } from './support/seeded-gaussian.js';

const xs = seededGaussian({ seed: 42, length: 1 << 17 });
const many = 100_000;

/** Scores and learns one value of each series in turn, `values` in all; answers the sum of the scores, so that none is in vain. */
function drive(normalizer: Normalizer, page: Float64Array, series: number, values: number): number {
  const { stride } = normalizer;
  let sum = 0;
  for (let i = 0, slot = 0; i < values; i++) {
    const x = xs[(i * 13) & (xs.length - 1)]!;
    normalizer.aim(page, slot * stride);
    normalizer.refresh();
    if (normalizer.count > 0) sum += normalizer.normalize(x);
    normalizer.learn(x, Number.NaN);
    slot = slot + 1 < series ? slot + 1 : 0;
  }
  return sum;
}

/** Twenty values of each series, once every series has seen a hundred. */
function perValue(normalizer: Normalizer, series: number): Work {
  const page = new Float64Array(series * normalizer.stride);
  const observations = series === 1 ? 200_000 : 20 * series;
  drive(normalizer, page, series, process.env.BENCH_SMOKE ? observations : 5 * observations);
  const run = () => {
    if (!Number.isFinite(drive(normalizer, page, series, observations))) throw new Error('a score is no number');
  };
  return { observations, run };
}

const zScore = () => new ZScoreNormalizer(new Moments(), { ddof: 0, whenFlat: 'zero' });

await compareInProcesses(
  import.meta.url,
  {
    'z-score, one series': () => perValue(zScore(), 1),
    'adaptive, one series': () => perValue(new AdaptiveNormalizer(), 1),
    'innovation, one series': () => perValue(new InnovationNormalizer(), 1),
    'z-score, 100,000 series': () => perValue(zScore(), many),
    'adaptive, 100,000 series': () => perValue(new AdaptiveNormalizer(), many),
    'innovation, 100,000 series': () => perValue(new InnovationNormalizer(), many),
  },
  [
    ['adaptive, one series', 'z-score, one series', ''],
    ['innovation, one series', 'z-score, one series', ''],
    ['adaptive, 100,000 series', 'z-score, 100,000 series', 'bar ≤ 150 ns, goal 80'],
    ['innovation, 100,000 series', 'z-score, 100,000 series', 'bar ≤ 220 ns, goal 150'],
  ],
);
