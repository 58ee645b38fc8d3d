import type { FieldOptions } from '../../normalize/field-options.js';
import { resolveField } from '../../normalize/resolve-field.js';
import type { JudgedSeries } from '../score/score-field.js';
import { scoreSeries } from '../score/score-series.js';
import { type Recovery, recoveryOf } from './recovery.js';

/** What a configuration does when the user's own series changes half-way: medians over its longest series. */
export interface ChangeTests {
  /** Scales (of the bulk of the series) that the level rose by, factor that the spread grew by. */
  shift: number;
  factor: number;
  /** After the level rose. */
  level: Recovery;
  /** After the spread grew. */
  scale: Recovery;
}

const MOST_SERIES = 8;

/**
 * Lets the level of each series rise by `shift` scales, and its spread grow by `factor`, from its middle on, and looks how the scores
 * recover, against what they are without. undefined where no series is long enough: 100 values on either side.
 */
export function changeTests(
  options: FieldOptions,
  series: readonly JudgedSeries[],
  { shift = 5, factor = 3 }: { shift?: number; factor?: number } = {},
): ChangeTests | undefined {
  const long = series.filter(({ values, profile }) => values.length >= 200 && profile.bulk > 0).slice(0, MOST_SERIES);
  if (long.length === 0) return undefined;
  const field = resolveField(options);
  const levels: Recovery[] = [];
  const scales: Recovery[] = [];
  for (const one of long) {
    const at = one.values.length >> 1;
    const { bulk, median } = one.profile;
    const never = Number.POSITIVE_INFINITY;
    const run = (values: Float64Array) => scoreSeries(field, { ...one, values }, one.ruler, never).normalized;
    const unchanged = run(one.values);
    const raised = run(one.values.map((x, i) => (i < at ? x : x + shift * bulk)));
    const spread = run(one.values.map((x, i) => (i < at ? x : median + factor * (x - median))));
    levels.push(recoveryOf(raised, at, { unchanged }));
    scales.push(recoveryOf(spread, at, { unchanged }));
  }
  return { shift, factor, level: median(levels), scale: median(scales) };
}

/** The median of each figure. */
export function median(all: readonly Recovery[]): Recovery {
  const of = (name: keyof Recovery) => {
    const sorted = all
      .map((one) => one[name])
      .filter((x) => !Number.isNaN(x))
      .sort((a, b) => a - b);
    return sorted[sorted.length >> 1] ?? Number.NaN;
  };
  return {
    deviationBefore: of('deviationBefore'),
    beyond3Before: of('beyond3Before'),
    jump: of('jump'),
    recovery: of('recovery'),
    bias: of('bias'),
    scaleRecovery: of('scaleRecovery'),
  };
}
