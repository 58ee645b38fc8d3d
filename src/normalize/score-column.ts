import { DecayedMoments } from '../stats/decayed-moments.js';
import { WindowMoments } from '../stats/window-moments.js';
import { columnwiseZScores } from './columnwise-z-scores.js';
import type { Scorer } from './scorer.js';
import { zScoreColumn } from './z-score-column.js';
import { ZScoreNormalizer } from './z-score-normalizer.js';

/**
 * Scores and learns `xs[start..end)` of one series in turn into `out`: the same as `score` on each, to the last bit. NaN stands for null.
 * The scorer is aimed at the series already.
 * @param times event times in ms; needed where the memory is in event time
 */
export function scoreColumn(
  scorer: Scorer,
  xs: Float64Array,
  out: Float64Array,
  start = 0,
  end = xs.length,
  times?: Float64Array,
): void {
  const { normalizer, rules } = scorer;
  const zScore = scorer.isPlain && normalizer instanceof ZScoreNormalizer ? normalizer : undefined;
  const statistic = zScore?.statistic;
  const moments = zScore?.moments;
  for (let i = start; i < end; i++) {
    // In registers as far as that goes; the scorer takes what stopped it.
    if (moments !== undefined) i = zScoreColumn(zScore!, rules, moments.state, moments.offset, xs, out, i, end);
    else if (statistic instanceof DecayedMoments || statistic instanceof WindowMoments)
      i = columnwiseZScores(zScore!, statistic, rules, xs, out, i, end);
    if (i < end) out[i] = scorer.score(xs[i]!, times === undefined ? Number.NaN : times[i]!);
  }
}
