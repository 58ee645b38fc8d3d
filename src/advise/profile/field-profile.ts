import { isObservation } from '../../stats/is-observation.js';
import type { FieldSample, SeriesSample } from '../sample.js';
import { sequenceOf } from './sequence.js';
import type { SeriesProfile } from './series-profile.js';
import { shapeOf } from './shape.js';
import { type Trait, traitsOf } from './traits.js';

/** What a field is like: measured series by series, its traits being those of the majority. */
export interface FieldProfile {
  name: string;
  /** Series with at least one observation. */
  seriesCount: number;
  /** Over all series: records with a place for the field, and how many of those had no number. */
  values: number;
  missing: number;
  texts: number;
  /** The series that the profile rests on, those with the most values, at most 32. */
  series: readonly SeriesProfile[];
  /** What stands out, most decisive first. */
  traits: readonly Trait[];
}

/** Series that are looked at one by one. */
const MOST_SERIES = 32;

/** Profiles a field. O(values · log values), in memory of the sample's size. */
export function profileField(sample: FieldSample): FieldProfile {
  const known = sample.series.filter(isObserved);
  const series = observedSeries(sample).map(({ key, values, times }): SeriesProfile => {
    const shape = shapeOf(values);
    return { key, ...shape, ...sequenceOf(values, shape), timeStep: medianStep(times) };
  });
  let [values, missing] = [0, 0];
  for (const one of known) {
    values += one.values.length;
    for (const x of one.values) if (!isObservation(x)) missing++;
  }
  return {
    name: sample.name,
    seriesCount: known.length,
    values,
    missing,
    texts: sample.texts,
    series,
    traits: traitsOf(series),
  };
}

/** The series with at least one observation, the longest if they are too many, in the order in which they appeared. */
export function observedSeries({ series }: FieldSample): readonly SeriesSample[] {
  const known = series.filter(isObserved);
  if (known.length <= MOST_SERIES) return known;
  const limit = known.map(({ values }) => values.length).sort((a, b) => b - a)[MOST_SERIES - 1]!;
  return known.filter(({ values }) => values.length >= limit).slice(0, MOST_SERIES);
}

function isObserved({ values }: SeriesSample): boolean {
  return values.some(isObservation);
}

function medianStep(times: Float64Array): number {
  const steps = times
    .subarray(1)
    .map((time, i) => time - times[i]!)
    .filter((step) => step > 0)
    .sort();
  return steps[steps.length >> 1] ?? 0;
}
