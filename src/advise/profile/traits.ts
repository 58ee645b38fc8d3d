import type { SeriesProfile } from './series-profile.js';
import { KPSS_LIMIT } from './stationarity.js';
import { duration, percent, significant } from './wording.js';

export type TraitName =
  | 'few'
  | 'flat'
  | 'two-valued'
  | 'counter'
  | 'angle'
  | 'normalized'
  | 'sparse'
  | 'bounded'
  | 'counts'
  | 'skewed'
  | 'heavy-tailed'
  | 'drifting'
  | 'trending'
  | 'seasonal'
  | 'correlated'
  | 'quantized'
  | 'stuck'
  | 'missing';

/** Something that stands out, and what it was seen by. */
export interface Trait {
  name: TraitName;
  evidence: string;
}

/** Fewer values than this say little about a distribution, and nothing about time. */
export const FEW = 100;

interface Test {
  name: TraitName;
  holds: (series: SeriesProfile) => boolean;
  evidence: (typical: SeriesProfile) => string;
}

const TESTS: readonly Test[] = [
  { name: 'few', holds: ({ count }) => count < FEW, evidence: ({ count }) => `only ${count} values` },
  { name: 'flat', holds: ({ distinct }) => distinct <= 1, evidence: ({ min }) => `every value is ${significant(min)}` },
  {
    name: 'two-valued',
    holds: ({ distinct }) => distinct === 2,
    evidence: ({ min, max }) => `it is either ${significant(min)} or ${significant(max)}`,
  },
  {
    name: 'counter',
    holds: ({ rising, repeats, count, distinct }) => count >= 20 && distinct > 10 && rising === 1 && repeats < 0.9,
    evidence: ({ min, max }) => `it never falls, from ${significant(min)} to ${significant(max)}`,
  },
  {
    name: 'angle',
    holds: ({ circle }) => circle !== undefined,
    evidence: ({ circle }) => `values fill ${circle === 'degrees' ? '360°' : '2π'} and jump from one end to the other`,
  },
  {
    name: 'normalized',
    holds: isNormalized,
    evidence: ({ mean, deviation, min, max }) =>
      min >= -1 && max <= 1
        ? `all values lie between ${min < 0 ? -1 : 0} and 1`
        : `mean ${mean.toFixed(2)}, standard deviation ${deviation.toFixed(2)}`,
  },
  {
    name: 'sparse',
    holds: ({ zeros, distinct }) => zeros >= 0.5 && distinct > 2,
    evidence: ({ zeros }) => `${percent(zeros)} of the values are 0`,
  },
  {
    name: 'bounded',
    holds: isBounded,
    evidence: ({ min, max }) => `values press against both ends, ${significant(min)} and ${significant(max)}`,
  },
  {
    name: 'counts',
    // Far from 0 a count is as good as a measurement.
    holds: ({ integers, min, mean, deviation, distinct }) =>
      integers === 1 && min >= 0 && distinct > 2 && mean < 5 * deviation,
    evidence: ({ mean, deviation }) =>
      `whole numbers from 0 up, mean ${significant(mean)}, variance ${significant(deviation ** 2)}`,
  },
  {
    name: 'skewed',
    holds: ({ bulkSkew, skewness }) => Math.abs(bulkSkew) >= 0.2 && Math.sign(bulkSkew) === Math.sign(skewness),
    evidence: ({ skewness, bulkSkew }) =>
      `a long tail ${bulkSkew > 0 ? 'upwards' : 'downwards'}, skewness ${skewness.toFixed(1)}`,
  },
  {
    name: 'heavy-tailed',
    holds: ({ outliers, excessKurtosis, bulkSkew }) =>
      excessKurtosis > 2 && outliers * 1000 >= 2 && Math.abs(bulkSkew) < 0.4,
    evidence: ({ outliers, excessKurtosis }) =>
      `${percent(outliers)} of the values are outliers (further than 5 scales out), kurtosis ${significant(excessKurtosis + 3)}`,
  },
  {
    name: 'drifting',
    holds: ({ levelChange, scaleChange, count }) => count >= FEW && Math.max(levelChange, scaleChange) > KPSS_LIMIT,
    evidence: ({ levelChange, scaleChange }) =>
      levelChange > KPSS_LIMIT
        ? `its level does not stay where it is${scaleChange > KPSS_LIMIT ? ', nor does its spread' : ''}`
        : 'its spread does not stay the same',
  },
  {
    name: 'trending',
    holds: ({ trend, count }) => count >= FEW && Math.abs(trend.tau) > 0.5 && Math.abs(trend.change) > 0.5,
    evidence: ({ trend }) =>
      `it ${trend.change > 0 ? 'rises' : 'falls'} by ${Math.abs(trend.change).toFixed(1)} scales from begin to end`,
  },
  {
    name: 'seasonal',
    holds: ({ season }) => season.period > 0,
    evidence: ({ season, timeStep }) =>
      `a cycle of ${season.period} values${timeStep > 0 ? ` (${duration(season.period * timeStep)})` : ''}, ${percent(season.strength)} of its variance`,
  },
  {
    name: 'correlated',
    holds: ({ correlationTime, count }) => count >= FEW && correlationTime >= 3,
    evidence: ({ correlationTime }) => `${significant(correlationTime, 2)} values in a row say as much as one`,
  },
  {
    name: 'quantized',
    holds: ({ resolution, bulk, distinct }) => distinct > 2 && resolution >= 0.1 * bulk,
    evidence: ({ resolution, distinct }) => `steps of ${significant(resolution)}, ${distinct} different values`,
  },
  {
    name: 'stuck',
    // More often the same than a coin between neighbouring steps would be.
    holds: ({ longestRun, zeros, count, distinct, repeats }) =>
      distinct > 10 && zeros < 0.5 && longestRun >= Math.max(20, count / 50) && repeats < 0.99,
    evidence: ({ longestRun }) => `stood still for ${longestRun} values`,
  },
  {
    name: 'missing',
    holds: ({ missing }) => missing > 0,
    evidence: ({ missing }) => `${percent(missing)} of the records have no number there`,
  },
];

/** What most of the series have, by number of values, in the order of weight for a recommendation. */
export function traitsOf(series: readonly SeriesProfile[]): Trait[] {
  const total = series.reduce((sum, { count }) => sum + count, 0);
  return TESTS.flatMap(({ name, holds, evidence }) => {
    const having = series.filter(holds).sort((a, b) => b.count - a.count);
    const weight = having.reduce((sum, { count }) => sum + count, 0);
    if (having.length === 0 || weight * 2 < total) return [];
    const where = having.length < series.length ? ` (${having.length} of ${series.length} series)` : '';
    return [{ name, evidence: `${evidence(having[having.length >> 1]!)}${where}` }];
  });
}

/** On the scale of N(0, 1), or of the unit interval, or of [−1, 1] already; two values are no such scale. */
function isNormalized({ mean, deviation, min, max, count, distinct, levelChange }: SeriesProfile): boolean {
  if (distinct < 10 || count < FEW) return false;
  if (min >= 0 && max <= 1) return max - min > 0.5;
  if (min >= -1 && max <= 1) return min < -0.5 && max > 0.5;
  return min < 0 && Math.abs(mean) <= 0.15 && Math.abs(deviation - 1) <= 0.15 && levelChange < KPSS_LIMIT;
}

function isBounded({ lowerReach, upperReach, count, distinct, correlationTime, trend }: SeriesProfile): boolean {
  const isLimited = lowerReach <= 0.09 && upperReach <= 0.09;
  // What wanders slowly, or only goes one way, has ends of its own making.
  return distinct > 2 && count >= FEW && count >= 20 * correlationTime && Math.abs(trend.tau) < 0.7 && isLimited;
}
