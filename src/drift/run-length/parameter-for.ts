import { InvalidOptionError } from '../../errors.js';
import { calibratedRunLengths } from './calibrated-run-lengths.js';

export type Calibrated = keyof typeof calibratedRunLengths;

/**
 * The parameter at which a detector runs so many values in control: linear between the measured points in the logarithm of the run length,
 * and beyond the last.
 * @throws InvalidOptionError for a run length below the first, which the detector's own learning does not allow
 */
export function parameterFor(name: Calibrated, runLength: number): number {
  const least = Math.ceil(Math.exp(calibratedRunLengths[name][0][1]));
  if (runLength < least) throw new InvalidOptionError('falseAlarmEvery', runLength, `at least ${least} for ${name}`);
  return interpolate(calibratedRunLengths[name], Math.log(runLength), 1, 0);
}

/** How long a detector of this parameter runs in control: the inverse of `parameterFor`. */
export function runLengthOf(name: Calibrated, parameter: number): number {
  return Math.exp(interpolate(calibratedRunLengths[name], parameter, 0, 1));
}

/** Goes on beyond the ends as between the last two points. */
function interpolate(points: readonly (readonly [number, number])[], at: number, from: 0 | 1, to: 0 | 1): number {
  let i = 1;
  while (i < points.length - 1 && points[i]![from] < at) i++;
  const [a, b] = [points[i - 1]!, points[i]!];
  return a[to] + ((at - a[from]) * (b[to] - a[to])) / (b[from] - a[from]);
}
