import { HigherMoments } from '../../stats/higher-moments.js';
import { isObservation } from '../../stats/is-observation.js';
import { SortedValues } from '../../stats/sorted-values.js';

/** How the values of a series are distributed, whatever their order. Shares are of the observations, in [0, 1]. */
export interface Shape {
  /** Observations. */
  count: number;
  /** Share of the records of the series that had none. */
  missing: number;
  /** In the unit of the series, as all down to `resolution`. */
  min: number;
  max: number;
  mean: number;
  deviation: number;
  median: number;
  lowerQuartile: number;
  upperQuartile: number;
  /** Interquartile range over that of N(0, 1): the standard deviation that the bulk of the values has. */
  bulk: number;
  /** The grid that all values lie on, measured from the smallest; 0 when there is none. */
  resolution: number;
  /** Different values. */
  distinct: number;
  /** Without unit: population skewness and kurtosis − 3; NaN of a flat series. */
  skewness: number;
  excessKurtosis: number;
  /** (q95 + q05 − 2·median) / (q95 − q05), in [−1, 1]: skew that outliers cannot make. */
  bulkSkew: number;
  /** Share of values further than 5 `bulk` from the median, which is 6e-7 of a normal series. */
  outliers: number;
  /** Smallest share of values on one side of the median that outliers have: 0.5 when they lie on both sides alike, 0 on one only. */
  outlierBalance: number;
  zeros: number;
  negatives: number;
  integers: number;
  /**
   * How far the smallest (largest) value is beyond the 1st in 200 from that end, or the 5th, over how far that is from the median:
   * about 0.3 for a normal series of 1000, nearly 0 where values pile up at a bound.
   */
  lowerReach: number;
  upperReach: number;
}

/** Interquartile range of N(0, 1). */
const NORMAL_RANGE = 1.3489795003921634;
const FAR = 5;
/** Values may be off the grid by this share of a step: they were rounded to be written. */
const OFF_GRID = 1e-3;

/** The shape of a series, NaN and what is no observation counting as missing. O(n log n). */
export function shapeOf(values: Float64Array): Shape {
  const sorted = values.filter(isObservation).sort();
  const count = sorted.length;
  const order = new SortedValues().aim(sorted, 0, count);
  const moments = new HigherMoments();
  moments.updateMany(sorted);
  const median = order.quantile(0.5);
  const [q05, q25, q75, q95] = [0.05, 0.25, 0.75, 0.95].map((p) => order.quantile(p)) as [
    number,
    number,
    number,
    number,
  ];
  const deviation = Math.sqrt(moments.variance());
  // Where half of the values are the same the middle has no width: what is around it then has to say.
  const bulk = q75 > q25 ? (q75 - q25) / NORMAL_RANGE : q95 > q05 ? (q95 - q05) / 3.2897072539029435 : deviation;
  const below = order.below(median - FAR * bulk);
  const above = count - order.upTo(median + FAR * bulk);
  const end = Math.min(0.25, Math.max(0.005, 5 / count));
  const [nearMin, nearMax] = [order.quantile(end), order.quantile(1 - end)];
  const [min, max] = [sorted[0] ?? Number.NaN, sorted[count - 1] ?? Number.NaN];
  return {
    count,
    missing: values.length === 0 ? 0 : 1 - count / values.length,
    min,
    max,
    mean: moments.mean,
    deviation,
    median,
    lowerQuartile: q25,
    upperQuartile: q75,
    bulk,
    ...gridOf(sorted),
    skewness: moments.skewness,
    excessKurtosis: moments.excessKurtosis,
    bulkSkew: q95 > q05 ? (q95 + q05 - 2 * median) / (q95 - q05) : 0,
    outliers: bulk > 0 ? (below + above) / count : 0,
    outlierBalance: below + above > 0 ? Math.min(below, above) / (below + above) : 0.5,
    zeros: (order.upTo(0) - order.below(0)) / count,
    negatives: order.below(0) / count,
    integers: sorted.reduce((sum, x) => sum + (Number.isInteger(x) ? 1 : 0), 0) / count,
    lowerReach: reach(nearMin - min, median - nearMin),
    upperReach: reach(max - nearMax, nearMax - median),
  };
}

function reach(beyond: number, width: number): number {
  return beyond === 0 ? 0 : beyond / width;
}

/** How many different values there are, and the grid they lie on: the smallest gap, if 99 of 100 others are multiples of it. */
function gridOf(sorted: Float64Array): { distinct: number; resolution: number } {
  let distinct = sorted.length === 0 ? 0 : 1;
  let gap = Number.POSITIVE_INFINITY;
  // Gaps that are a rounding of the numbers themselves are none.
  const rounding = 64 * Number.EPSILON * Math.max(Math.abs(sorted[0] ?? 0), Math.abs(sorted[sorted.length - 1] ?? 0));
  for (let i = 1; i < sorted.length; i++) {
    const step = sorted[i]! - sorted[i - 1]!;
    if (step <= rounding) continue;
    distinct++;
    if (step < gap) gap = step;
  }
  if (distinct < 3) return { distinct, resolution: distinct === 2 ? gap : 0 };
  let off = 0;
  for (const x of sorted) {
    const steps = (x - sorted[0]!) / gap;
    if (!(Math.abs(steps - Math.round(steps)) <= Math.min(0.1, OFF_GRID + steps * 1e-6))) off++;
  }
  return { distinct, resolution: off <= sorted.length / 100 ? gap : 0 };
}
