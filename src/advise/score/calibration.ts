import type { ResolvedField } from '../../normalize/resolve-field.js';
import { Moments } from '../../stats/moments.js';
import { lawFor, unitOf } from './law-for.js';

/** How far scores are from what their method promises: N(0, 1), or all of a range alike. */
export interface Calibration {
  /** Scores that the figures rest on. */
  count: number;
  mean: number;
  /** 1 for N(0, 1). */
  deviation: number;
  /** Share of scores beyond ±3; 0.0027 for N(0, 1). */
  beyond3: number;
  /** Largest distance of the distribution function of the scores from the promised one, in [0, 1]. */
  distance: number;
}

/** The calibration of scores of one configuration, NaN left out. Robust scores count in standard deviations of normal data. O(n log n). */
export function calibrationOf(field: ResolvedField, scores: readonly Float64Array[]): Calibration {
  const unit = unitOf(field);
  const law = lawFor(field);
  const moments = new Moments();
  const chances = new Float64Array(scores.reduce((sum, { length }) => sum + length, 0));
  let n = 0;
  let beyond = 0;
  for (const normalized of scores)
    for (const z of normalized) {
      if (Number.isNaN(z)) continue;
      moments.update(z * unit);
      chances[n++] = law.promised(z);
      if (Math.abs(z * unit) > 3) beyond++;
    }
  const sorted = chances.subarray(0, n).sort();
  let distance = 0;
  // Ties at both of their ends: scores of rounded values come in steps.
  for (let i = 0; i < n; i++) distance = Math.max(distance, (i + 1) / n - sorted[i]!, sorted[i]! - i / n);
  return {
    count: n,
    mean: moments.mean,
    deviation: Math.sqrt(moments.variance()),
    beyond3: n > 0 ? beyond / n : Number.NaN,
    distance: n > 0 ? distance : Number.NaN,
  };
}
