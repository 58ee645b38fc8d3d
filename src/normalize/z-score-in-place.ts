import { isObservation } from '../stats/is-observation.js';
import { learnMoments } from '../stats/learn-moments.js';
import type { ScoringRules } from './scorer.js';
import { SMALLEST_SCALE } from './usable-scale.js';
import type { ZScoreNormalizer } from './z-score-normalizer.js';

const SMALLEST_VARIANCE = SMALLEST_SCALE * SMALLEST_SCALE;

/**
 * Scores `xs[i]` into `out[i]` and learns it, in the state of `Moments` at `offset`: to the last bit what `Scorer.score` answers, with
 * nothing said to anybody but the state and the score. False, with nothing done, where it takes the scorer: for what is no observation, and
 * while the series is warming up.
 */
export function zScoreInPlace(
  { ddof, whenFlat }: ZScoreNormalizer,
  { warmup }: ScoringRules,
  state: Float64Array,
  offset: number,
  xs: Float64Array,
  out: Float64Array,
  i: number,
): boolean {
  const x = xs[i]!;
  const count = state[offset]!;
  if (count < warmup || count <= ddof || !isObservation(x)) return false;
  const delta = x - state[offset + 1]! - state[offset + 2]!;
  const variance = (state[offset + 3]! + state[offset + 4]!) / (count - ddof);
  out[i] = variance >= SMALLEST_VARIANCE ? delta / Math.sqrt(variance) : whenFlat === 'zero' ? 0 : delta;
  learnMoments(state, offset, x, 1);
  return true;
}
