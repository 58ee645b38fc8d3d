import type { FieldOptions } from '../normalize/field-options.js';
import { candidatesFor, describeOptions } from './candidates.js';
import { collectSample, type SampleOptions } from './collect-sample.js';
import { type FieldProfile, observedSeries, profileField } from './profile/field-profile.js';
import { FEW } from './profile/traits.js';
import { type Recommendation, recommend } from './recommend.js';
import type { FieldSample } from './sample.js';
import { type FieldScore, judgedSeries, scoreField } from './score/score-field.js';

export type AdviseOptions<T> = SampleOptions<T>;

/** What one candidate made of the sample. Scores are in standard deviations of normal data. */
export interface CandidateAdvice {
  options: FieldOptions;
  /** The options in a few characters. */
  label: string;
  /** Mean natural logarithm of the density of a value before it was learnt. */
  logScore: number;
  /** That, less the one of z-score over everything: nats a value. */
  gain: number;
  /** Standard deviation of the scores; 1 for N(0, 1). */
  deviation: number;
  /** Share of scores beyond ±3; 0.0027 for N(0, 1). */
  beyond3: number;
  /** Largest distance of their distribution from the one that the method promises, in [0, 1]. */
  distance: number;
  /** Correlation of value and score within short stretches: 1 keeps what happens there. */
  levelKept: number;
  /** New epochs per 1000 values. */
  epochs: number;
}

export interface FieldAdvice extends Recommendation {
  field: string;
  profile: FieldProfile;
  /** Best log score first; empty where there is too little to score. */
  candidates: CandidateAdvice[];
}

/**
 * Says how each field of a sample is best normalized, and why: profiles it, lets every candidate normalize the sample, each value before
 * it is learnt, and weighs how likely the values were to it (prequential log score) and how its scores are distributed.
 *
 * The sample: records, or plain numbers. NaN, null and what is no number count as missing. About 30 µs a value, for some sixteen
 * candidates; memory: the sample's.
 *
 * @throws InvalidOptionError
 */
export function advise<T>(sample: Iterable<T>, options: AdviseOptions<T> = {}): FieldAdvice[] {
  return collectSample(sample, options).fields().map(adviseField);
}

/** The advice for one field. */
export function adviseField(sample: FieldSample): FieldAdvice {
  const profile = profileField(sample);
  const series = observedSeries(sample).map((one, i) => judgedSeries(one, profile.series[i]!));
  // Half of it is learnt from before the first score.
  const long = series.filter(({ profile: { count } }) => count >= FEW / 2);
  const isScorable = !profile.traits.some(({ name }) => name === 'flat') && long.length > 0;
  const scores = isScorable
    ? candidatesFor(Math.max(...long.map(({ values }) => values.length))).map((options) => scoreField(options, long))
    : [];
  const basis = scores.find(({ options: { method, memory } }) => method === 'z-score' && memory === undefined);
  return {
    field: sample.name,
    profile,
    ...recommend(profile, scores),
    candidates: scores.map((score) => candidateAdvice(score, basis!.logScore)).sort((a, b) => b.logScore - a.logScore),
  };
}

function candidateAdvice(
  { options, logScore, calibration, levelKept, epochs }: FieldScore,
  basis: number,
): CandidateAdvice {
  const { deviation, beyond3, distance } = calibration;
  return {
    options,
    label: describeOptions(options),
    logScore,
    gain: logScore - basis,
    deviation,
    beyond3,
    distance,
    levelKept,
    epochs,
  };
}
