import { createScorer } from '../../normalize/create-scorer.js';
import type { ResolvedField } from '../../normalize/resolve-field.js';
import type { Scorer, ScoringCounters } from '../../normalize/scorer.js';
import { isObservation } from '../../stats/is-observation.js';
import type { SeriesSample } from '../sample.js';
import { lawFor } from './law-for.js';

/** What one configuration made of one series. */
export interface SeriesScores {
  /** The normalized values as the configuration puts them out; NaN stands for null. */
  readonly normalized: Float64Array;
  /** Natural logarithm of the density that each value had before it was learnt, in 1 / unit; NaN where it was not judged. */
  readonly logScores: Float64Array;
  /** Center and scale that each score was made with. */
  readonly centers: Float64Array;
  readonly scales: Float64Array;
  /** Indices of the values that opened a new epoch. */
  readonly renormalizations: readonly number[];
}

/** What the density of a value is made of besides the law. */
export interface Ruler {
  /** Half of the cell around a value, in the unit of the series. */
  half: number;
  /** A Cauchy law that everyone falls back on, so that no single value decides: its center and its scale. */
  center: number;
  width: number;
  /** A value that has a probability of its own, the same under every configuration: it gets no log score. NaN: there is none. */
  atom: number;
}

/** Share of the fall-back law. */
const FALLBACK = 0.01;

/**
 * Runs a configuration over a series: normalize first, score under the law learnt so far, learn after.
 *
 * The density of x is P(law: [z(x − h), z(x + h)]) / 2h, which has the derivative of the normalization in it, whatever the method; a
 * hundredth is that of a fall-back law of the whole series. O(n · cost of the method).
 * @param judged first value that gets a log score, so that all configurations are judged on the same ones
 */
export function scoreSeries(
  field: ResolvedField,
  { values, times }: SeriesSample,
  { half, center, width, atom }: Ruler,
  judged: number,
): SeriesScores {
  const counters: ScoringCounters = { missing: 0, late: 0, untimed: 0, gated: 0 };
  const scorer = field.method === 'none' || field.method === 'unit-norm' ? undefined : createScorer(field, counters);
  scorer?.aim(new Float64Array(scorer.stride), 0);
  const law = lawFor(field);
  const n = values.length;
  const answer = {
    normalized: new Float64Array(n),
    logScores: new Float64Array(n).fill(Number.NaN),
    centers: new Float64Array(n),
    scales: new Float64Array(n),
    renormalizations: [] as number[],
  };
  for (let i = 0; i < n; i++) {
    const x = values[i]!;
    if (isObservation(x) && isKnown(scorer, times[i]!)) {
      const low = scorer === undefined ? x - half : scorer.normalizer.normalize(x - half);
      const high = scorer === undefined ? x + half : scorer.normalizer.normalize(x + half);
      const chance = law.cell(low, high);
      const far = (x - center) / width;
      const fallback = (2 * half) / (Math.PI * width * (1 + far * far));
      if (i >= judged && x !== atom)
        answer.logScores[i] = Math.log(((1 - FALLBACK) * (chance > 0 ? chance : 0) + FALLBACK * fallback) / (2 * half));
      law.learn();
    }
    const epoch = scorer?.normalizer.epoch ?? 0;
    answer.normalized[i] = scorer === undefined ? x : scorer.score(x, times[i]!);
    answer.centers[i] = scorer?.center ?? 0;
    answer.scales[i] = scorer?.scale ?? 1;
    if (scorer !== undefined && scorer.normalizer.epoch > epoch) answer.renormalizations.push(i);
  }
  return answer;
}

/** Brings the scorer's normalizer up to date, as the score that follows will do again. */
function isKnown(scorer: Scorer | undefined, time: number): boolean {
  if (scorer === undefined) return true;
  const { normalizer, rules } = scorer;
  if (rules.timed) normalizer.advance(time);
  normalizer.refresh();
  return normalizer.count >= Math.max(1, rules.warmup);
}
