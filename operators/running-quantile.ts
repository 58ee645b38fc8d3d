import type { OperatorFunction } from 'rxjs';
import { InvalidOptionError } from '../src/errors.js';
import { type Memory, needsTime, resolveMemory } from '../src/normalize/memory.js';
import { quantilesFor } from '../src/normalize/quantiles-for.js';
import { P2Quantile } from '../src/stats/p2-quantile.js';
import type { QuantileStatistic } from '../src/stats/statistic.js';
import type { RecordAccess } from './internal/scoring-options.js';
import { type Summarized, summarizeSeries } from './internal/summarize-series.js';

export interface RunningQuantileOptions {
  /** The share of values below the answer, in [0, 1]. @defaultValue 0.5 */
  p?: number;
  /** How the past is weighed. @defaultValue `'all'` */
  memory?: Memory;
  /** How much older than the newest a value may be and still enter a time window. @defaultValue the window's length */
  allowedLateness?: number | string;
  /**
   * `'sketch'`: exact for windows, else within 1 % of the distance from the middle of the data; `'p2'`: the P² algorithm (Jain &
   * Chlamtac 1985), five markers instead of 9 kB a series, no bound on its error, for memory `'all'` only. @defaultValue `'sketch'`
   */
  algorithm?: 'sketch' | 'p2';
}

/**
 * Says after each value what the quantile is so far, that value included: the median when `p` is not given.
 *
 *     source                --5--1--3--9--|
 *     runningQuantile()     --5--3--3--4--|
 *
 * In the unit of the series. A missing value is learnt by nobody: the quantile comes again unchanged, NaN before the first.
 * On records `value` says what to read and `key` to which series it belongs; without them the stream is of plain numbers.
 *
 * @throws InvalidOptionError when called with a faulty option
 */
export function runningQuantile<T>(
  options: RunningQuantileOptions & RecordAccess<T>,
): OperatorFunction<T, Summarized<T> & { count: number; quantile: number }>;
export function runningQuantile(options?: RunningQuantileOptions): OperatorFunction<number, number>;
export function runningQuantile<T>(
  options: RunningQuantileOptions & Partial<RecordAccess<T>> = {},
): OperatorFunction<never, unknown> {
  const { p = 0.5, memory, allowedLateness, algorithm = 'sketch', ...access } = options;
  const resolved = resolveMemory(memory, allowedLateness);
  if (!(p >= 0 && p <= 1)) throw new InvalidOptionError('p', p, 'in [0, 1]');
  if (algorithm !== 'sketch' && algorithm !== 'p2')
    throw new InvalidOptionError('algorithm', algorithm, 'one of "sketch", "p2"');
  if (algorithm === 'p2' && resolved.kind !== 'all')
    throw new InvalidOptionError('algorithm', algorithm, "'sketch': P² cannot forget, so it has memory 'all' only");
  const combine = (summarized: Summarized<T>, summary: object) => Object.assign(summarized, summary);
  if (algorithm === 'p2') {
    const read =
      access.value === undefined
        ? (s: P2Quantile) => s.value
        : (s: P2Quantile) => ({ count: s.count, quantile: s.value });
    const p2 = { make: () => new P2Quantile(p), read, fingerprint: JSON.stringify(['p2', p]), timed: false };
    return summarizeSeries<T, P2Quantile, unknown>(
      p2,
      access,
      combine as (summarized: Summarized<T>, summary: unknown) => unknown,
    );
  }
  const read =
    access.value === undefined
      ? (s: QuantileStatistic) => s.quantile(p)
      : (s: QuantileStatistic) => ({ count: s.count, quantile: s.quantile(p) });
  const sketch = {
    make: () => quantilesFor(resolved),
    read,
    fingerprint: JSON.stringify(['quantiles', resolved]),
    timed: needsTime(resolved),
  };
  return summarizeSeries<T, QuantileStatistic, unknown>(
    sketch,
    access,
    combine as (summarized: Summarized<T>, summary: unknown) => unknown,
  );
}
