import type { FieldOptions } from '../../normalize/field-options.js';
import { resolveField } from '../../normalize/resolve-field.js';
import { isObservation } from '../../stats/is-observation.js';
import type { SeriesProfile } from '../profile/series-profile.js';
import type { SeriesSample } from '../sample.js';
import { type Calibration, calibrationOf } from './calibration.js';
import { levelKept } from './level-kept.js';
import { type Ruler, type SeriesScores, scoreSeries } from './score-series.js';

/** What one configuration made of a field. */
export interface FieldScore {
  options: FieldOptions;
  /** Mean natural logarithm of the density that a value had before it was learnt; higher is better, differences are nats a value. */
  logScore: number;
  /** Values that were judged. */
  count: number;
  calibration: Calibration;
  /** See `levelKept`. */
  levelKept: number;
  /** New epochs per 1000 values. */
  epochs: number;
  /** By stretches of time: sum of log scores and number of values, so that two configurations can be compared. */
  blocks: { sum: Float64Array; count: Float64Array };
  series: readonly SeriesScores[];
}

/** A series, what it is like, and how densities are measured on it. */
export interface JudgedSeries extends SeriesSample {
  readonly profile: SeriesProfile;
  readonly ruler: Ruler;
  /** First value that is judged: the one after the 30th observation. */
  readonly judged: number;
}

const WARMUP = 30;
const BLOCKS = 16;

/** Prepares a series to be judged. */
export function judgedSeries(sample: SeriesSample, profile: SeriesProfile): JudgedSeries {
  const { bulk, deviation, median, resolution, zeros } = profile;
  const width = bulk > 0 ? bulk : deviation > 0 ? deviation : 1;
  let judged = 0;
  for (let seen = 0; judged < sample.values.length && seen < WARMUP; judged++)
    if (isObservation(sample.values[judged]!)) seen++;
  return {
    ...sample,
    profile,
    judged,
    ruler: {
      half: Math.max(resolution / 2, 5e-4 * width),
      center: median,
      width,
      atom: zeros >= 0.5 ? 0 : Number.NaN,
    },
  };
}

/**
 * Runs a configuration over all series of a field.
 * @throws InvalidOptionError for faulty options
 */
export function scoreField(options: FieldOptions, series: readonly JudgedSeries[]): FieldScore {
  const field = resolveField(options);
  const scored = series.map((one) => scoreSeries(field, one, one.ruler, one.judged));
  const sum = new Float64Array(BLOCKS * series.length);
  const count = new Float64Array(BLOCKS * series.length);
  scored.forEach(({ logScores }, s) => {
    for (let i = 0; i < logScores.length; i++) {
      if (Number.isNaN(logScores[i]!)) continue;
      const block = s * BLOCKS + Math.floor((i * BLOCKS) / logScores.length);
      sum[block]! += logScores[i]!;
      count[block]! += 1;
    }
  });
  const total = count.reduce((a, b) => a + b, 0);
  const values = scored.reduce((a, { normalized }) => a + normalized.length, 0);
  const { correlationTime, season } = series[0]?.profile ?? { correlationTime: 1, season: { period: 0 } };
  return {
    options,
    logScore: sum.reduce((a, b) => a + b, 0) / total,
    count: total,
    calibration: calibrationOf(
      field,
      scored.map(({ normalized }, s) => normalized.subarray(series[s]!.judged)),
    ),
    levelKept: levelKept(
      scored.map(({ normalized }, s) => ({
        values: series[s]!.values.subarray(series[s]!.judged),
        normalized: normalized.subarray(series[s]!.judged),
      })),
      Math.max(64, Math.round(8 * correlationTime), 2 * season.period),
    ),
    epochs: (1000 * scored.reduce((a, { renormalizations }) => a + renormalizations.length, 0)) / Math.max(1, values),
    blocks: { sum, count },
    series: scored,
  };
}

/** By how much `a` beats `b`, in nats a value, and the standard error of that, from stretches of time. */
export function advantage(a: FieldScore, b: FieldScore): { gain: number; error: number } {
  const gain = a.logScore - b.logScore;
  let [squares, n] = [0, 0];
  for (let k = 0; k < a.blocks.sum.length; k++) {
    const size = a.blocks.count[k]!;
    if (size === 0) continue;
    const deviation = a.blocks.sum[k]! - b.blocks.sum[k]! - gain * size;
    squares += deviation * deviation;
    n++;
  }
  return { gain, error: n > 1 ? Math.sqrt((squares * n) / (n - 1)) / a.count : Number.POSITIVE_INFINITY };
}
