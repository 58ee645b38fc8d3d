import type { ColumnwiseMoments } from './statistic.js';

/** Values taken at once: what is kept between the two loops stays in the nearest cache. */
const STRETCH = 512;

const variances = new Float64Array(STRETCH);
const before = new Float64Array(STRETCH);

/**
 * Mean and standard deviation of what `statistic` holds after each value of a column, as `rolling` and `ewm` of pandas: to the last bit
 * what it answers when it learns them one by one, in half the time.
 *
 * In the unit of the column. NaN where nothing is known: no mean of nothing, no deviation of `ddof` values or fewer. A missing value
 * changes nothing, and has the answers of the value before.
 *
 * @param statistic `WindowMoments` or `DecayedMoments`, which goes on from what it has learnt
 * @param means as long as `xs` @param deviations as long as `xs`
 */
export function runningColumn(
  statistic: ColumnwiseMoments,
  xs: Float64Array,
  means: Float64Array,
  deviations: Float64Array,
  ddof = 0,
): void {
  for (let from = 0; from < xs.length; ) {
    const until = Math.min(from + STRETCH, xs.length);
    // What was known before a value is what is known after the one before it.
    const stopped = statistic.updateColumn(xs, from, until, ddof, deviations, variances, before);
    for (let i = from + 1; i < stopped; i++) {
      means[i - 1] = before[i - from]!;
      deviations[i - 1] = Math.sqrt(variances[i - from]!);
    }
    // The last of them, and the missing value that stopped it.
    const next = stopped < until ? stopped + 1 : stopped;
    for (let i = Math.max(from, stopped - 1); i < next; i++) {
      means[i] = statistic.mean;
      deviations[i] = Math.sqrt(statistic.variance(ddof));
    }
    from = next;
  }
}
