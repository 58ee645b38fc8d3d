import { InnovationNormalizer } from '../../src/normalize/innovation-normalizer.js';
import { DecayedMoments } from '../../src/stats/decayed-moments.js';
import { Moments } from '../../src/stats/moments.js';
import type { MomentsStatistic } from '../../src/stats/statistic.js';

const ROOT_2_PI = Math.sqrt(2 * Math.PI);
/** κ of the M-scale: by it the t2 part of the law is narrower. */
const KAPPA = 1.364989633530465;
/** Values of a series before the first that counts. */
const GRACE = 50;
const KEEP = 0.997;

/** Log densities of each value of `xs` under each predictor, by name, committed to before the value was seen. */
export interface LogScores {
  mixture: number;
  innovation: number;
  cumulative: number;
  /** By half-life. */
  halfLives: Map<number, number>;
}

const halfLives = Array.from({ length: 13 }, (_, i) => 2 ** (i + 1));

/**
 * Mean log density, nats a value. Every normal law has a standard deviation of at least the smallest change seen over √12, for values
 * come in steps. The mixture weighs its thirteen half-lives (2, 4 … 8192) by how well they predicted, .3 % shared out anew at each value.
 */
export function logScores(xs: ArrayLike<number>): LogScores {
  const experts = halfLives.map((halfLife) => new DecayedMoments({ halfLife }));
  const weights = new Float64Array(experts.length).fill(1 / experts.length);
  const densities = new Float64Array(experts.length);
  const everything = new Moments();
  const innovation = new InnovationNormalizer();
  innovation.aim(new Float64Array(innovation.stride), 0);
  const sums = new Float64Array(experts.length + 3);
  let step = Number.POSITIVE_INFINITY;
  let counted = 0;
  let changes = 0;
  for (let t = 0; t < xs.length; t++) {
    const x = xs[t]!;
    const gap = t > 0 ? Math.abs(x - xs[t - 1]!) : 0;
    const floor = step / Math.sqrt(12);
    if (changes > GRACE) {
      let mixed = 0;
      for (const [i, expert] of experts.entries()) {
        densities[i] = normal(expert, x, floor);
        mixed += weights[i]! * densities[i]!;
      }
      counted++;
      for (let i = 0; i < experts.length; i++) {
        sums[i]! += Math.log(Math.max(densities[i]!, 1e-300));
        weights[i] =
          KEEP * (mixed > 0 ? (weights[i]! * densities[i]!) / mixed : weights[i]!) + (1 - KEEP) / experts.length;
      }
      sums[experts.length]! += Math.log(Math.max(mixed, 1e-300));
      sums[experts.length + 1]! += Math.log(Math.max(normal(everything, x, floor), 1e-300));
      innovation.refresh();
      const z = innovation.normalize(x);
      const heavy = KAPPA * z;
      const density =
        ((1 - innovation.tail) * Math.exp((-z * z) / 2)) / ROOT_2_PI +
        innovation.tail * KAPPA * 0.35355339059327373 * (1 + (heavy * heavy) / 2) ** -1.5;
      sums[experts.length + 2]! += Math.log(Math.max(density / innovation.scale, 1e-300));
    }
    innovation.learn(x);
    everything.update(x);
    for (const expert of experts) expert.update(x);
    if (gap > 0) {
      changes++;
      if (gap < step) step = gap;
    }
  }
  return {
    mixture: sums[experts.length]! / counted,
    innovation: sums[experts.length + 2]! / counted,
    cumulative: sums[experts.length + 1]! / counted,
    halfLives: new Map(halfLives.map((halfLife, i) => [halfLife, sums[i]! / counted])),
  };
}

function normal(moments: MomentsStatistic, x: number, floor: number): number {
  const scale = Math.max(Math.sqrt(moments.variance()), floor);
  const z = (x - moments.mean) / scale;
  return Math.exp((-z * z) / 2) / (scale * ROOT_2_PI);
}
