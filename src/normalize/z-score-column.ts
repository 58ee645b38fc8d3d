import { isObservation } from '../stats/is-observation.js';
import type { ScoringRules } from './scorer.js';
import { SMALLEST_SCALE } from './usable-scale.js';
import type { ZScoreNormalizer } from './z-score-normalizer.js';

const SMALLEST_VARIANCE = SMALLEST_SCALE * SMALLEST_SCALE;

/**
 * Z-scores over a column with the state held in registers: `refresh`, `normalize` and `Moments.update` in one loop, to the last bit what
 * they answer one by one. Written out because the state would go through memory three times a value otherwise.
 *
 * `state` at `offset` is that of `Moments`. Goes from `start` until the first value that is no observation, or that finds the series still
 * warming up, and returns its index.
 */
export function zScoreColumn(
  { ddof, whenFlat }: ZScoreNormalizer,
  { warmup }: ScoringRules,
  state: Float64Array,
  offset: number,
  xs: Float64Array,
  out: Float64Array,
  start: number,
  end: number,
): number {
  let count = state[offset]!;
  let mean = state[offset + 1]!;
  let low = state[offset + 2]!;
  let m2 = state[offset + 3]!;
  let m2Low = state[offset + 4]!;
  if (count < warmup || count <= ddof) return start;
  let i = start;
  for (; i < end; i++) {
    const x = xs[i]!;
    if (!isObservation(x)) break;
    const delta = x - mean - low;
    const variance = (m2 + m2Low) / (count - ddof);
    out[i] = variance >= SMALLEST_VARIANCE ? delta / Math.sqrt(variance) : whenFlat === 'zero' ? 0 : delta;
    count += 1;
    const addend = delta * (1 / count) + low;
    const sum = mean + addend;
    const part = sum - mean;
    low = mean - (sum - part) + (addend - part);
    mean = sum;
    const square = delta * (x - mean - low) + m2Low;
    const total = m2 + square;
    m2Low = square - (total - m2);
    m2 = total;
  }
  state[offset] = count;
  state[offset + 1] = mean;
  state[offset + 2] = low;
  state[offset + 3] = m2;
  state[offset + 4] = m2Low;
  return i;
}
