import type { ColumnwiseMoments } from '../stats/statistic.js';
import type { ScoringRules } from './scorer.js';
import { SMALLEST_SCALE } from './usable-scale.js';
import type { ZScoreNormalizer } from './z-score-normalizer.js';

const SMALLEST_VARIANCE = SMALLEST_SCALE * SMALLEST_SCALE;
/** Values taken at once: what is kept between the two loops stays in the nearest cache. */
const STRETCH = 512;

const variances = new Float64Array(STRETCH);

/**
 * Z-scores over a column of which the statistic says all deviations and variances at once, so that roots and quotients, which wait for
 * nothing, overlap. To the last bit what `ZScoreNormalizer` answers one by one.
 *
 * Goes from `start` until the first value that is no observation, or that finds the series still warming up, and returns its index.
 */
export function columnwiseZScores(
  { ddof, whenFlat }: ZScoreNormalizer,
  statistic: ColumnwiseMoments,
  { warmup }: ScoringRules,
  xs: Float64Array,
  out: Float64Array,
  start: number,
  end: number,
): number {
  if (statistic.count < warmup || statistic.count <= ddof) return start;
  const isZero = whenFlat === 'zero';
  for (let from = start; from < end; ) {
    const until = Math.min(from + STRETCH, end);
    const stopped = statistic.updateColumn(xs, from, until, ddof, out, variances);
    for (let i = from; i < stopped; i++) {
      const variance = variances[i - from]!;
      if (variance >= SMALLEST_VARIANCE) out[i] = out[i]! / Math.sqrt(variance);
      else if (isZero) out[i] = 0;
    }
    if (stopped < until) return stopped;
    from = stopped;
  }
  return end;
}
