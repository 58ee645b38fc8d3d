import { calibratedRunLengths } from './calibrated-run-lengths.js';

export type Calibrated = keyof typeof calibratedRunLengths;

/** The parameter at which a detector runs so many values in control: linear between the measured points in the logarithm of the run length. */
export function parameterFor(name: Calibrated, runLength: number): number {
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
