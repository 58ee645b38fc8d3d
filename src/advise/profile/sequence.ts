import { isObservation } from '../../stats/is-observation.js';
import { autocorrelation, correlationTime } from './autocorrelation.js';
import { circleOf } from './circle.js';
import { type Season, seasonOf } from './season.js';
import type { Shape } from './shape.js';
import { kpss, trendOf } from './stationarity.js';

/** What the order of the values of a series tells. */
export interface Sequence {
  /** Share of values that repeat the one before; the longest stretch of equal values. */
  repeats: number;
  longestRun: number;
  /** Share of the steps that go up, of those that do not stand still; NaN of a flat series. */
  rising: number;
  /** Successive values that say as much as one independent value; at least 1. Levels that change do not count. */
  correlationTime: number;
  /** Lag-1 autocorrelation, in [−1, 1]. */
  correlation: number;
  season: Season;
  /** From begin to end, in scales of the bulk; and Kendall's rank correlation with time, in [−1, 1]. */
  trend: { change: number; tau: number };
  /** KPSS statistics: of the level, and of the distance from the median. */
  levelChange: number;
  scaleChange: number;
  /** The unit of values that look like angles. */
  circle: 'degrees' | 'radians' | undefined;
}

/** Outliers say no more about the order than this many scales. */
const REACH = 4;
const SEGMENTS = 8;
const SHORTEST_SEGMENT = 64;

/** The order of a series of the given shape. O(n log n). */
export function sequenceOf(values: Float64Array, shape: Shape): Sequence {
  const { median, bulk } = shape;
  const v = values.map((x) =>
    isObservation(x) && bulk > 0 ? clip((x - median) / bulk) : isObservation(x) ? 0 : Number.NaN,
  );
  const seen = v.filter((x) => !Number.isNaN(x));
  const trend = trendOf(seen);
  const level = v.map((x, t) => x - (trend.change * t) / v.length);
  const local = flattened(level);
  const lags = Math.floor((2 * v.length) / 3);
  const found = seasonOf(autocorrelation(centered(level), lags), seen.length);
  const rho = autocorrelation(local, lags);
  const season = found.period > 0 ? found : seasonOf(rho, seen.length);
  const bandwidth = Math.floor(12 * (seen.length / 100) ** 0.25);
  return {
    ...runsOf(values),
    correlationTime: correlationTime(rho),
    correlation: rho[1] ?? 0,
    season,
    trend,
    levelChange: kpss(v, bandwidth),
    scaleChange: kpss(v.map(Math.abs), bandwidth),
    circle: circleOf(values.filter(isObservation), shape),
  };
}

function clip(x: number): number {
  return Math.min(Math.max(x, -REACH), REACH);
}

function centered(v: Float64Array): Float64Array {
  const mean = meanOf(v);
  return v.map((x) => x - mean);
}

/** Each eighth less its own mean: what remains of levels that change is what happens between them. */
function flattened(v: Float64Array): Float64Array {
  const length = Math.max(SHORTEST_SEGMENT, Math.ceil(v.length / SEGMENTS));
  const answer = new Float64Array(v.length);
  for (let from = 0; from < v.length; from += length) {
    const segment = v.subarray(from, from + length);
    const mean = meanOf(segment);
    segment.forEach((x, i) => {
      answer[from + i] = x - mean;
    });
  }
  return answer;
}

function meanOf(v: Float64Array): number {
  let sum = 0;
  let count = 0;
  for (const x of v)
    if (!Number.isNaN(x)) {
      sum += x;
      count++;
    }
  return count > 0 ? sum / count : 0;
}

function runsOf(values: Float64Array): Pick<Sequence, 'repeats' | 'longestRun' | 'rising'> {
  let [repeats, longestRun, run, up, steps, count] = [0, 0, 0, 0, 0, 0];
  let last = Number.NaN;
  for (const x of values) {
    if (!isObservation(x)) continue;
    count++;
    if (x === last) {
      repeats++;
      run++;
    } else {
      run = 1;
      if (count > 1) {
        steps++;
        if (x > last) up++;
      }
    }
    longestRun = Math.max(longestRun, run);
    last = x;
  }
  return { repeats: count > 1 ? repeats / (count - 1) : 0, longestRun, rising: up / steps };
}
