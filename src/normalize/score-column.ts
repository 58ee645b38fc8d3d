import type { Scorer } from './scorer.js';

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
  if (times === undefined) for (let i = start; i < end; i++) out[i] = scorer.score(xs[i]!, Number.NaN);
  else for (let i = start; i < end; i++) out[i] = scorer.score(xs[i]!, times[i]!);
}
