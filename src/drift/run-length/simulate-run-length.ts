import type { Detector } from '../detector.js';
import { normalNoise } from './normal-noise.js';

export interface Simulation {
  /** Shift of the level, in standard deviations, after `calm` values of N(0, 1). @defaultValue 0 */
  shift?: number;
  /** Values before the shift; runs that alarm before are not counted. @defaultValue 0 */
  calm?: number;
  /** @defaultValue 400 */
  runs?: number;
  /** A run ends after so many values, alarm or not. @defaultValue 10000000 */
  longest?: number;
  /** @defaultValue 1 */
  seed?: number;
}

/** Mean number of values from the shift to the alarm, in seeded runs of a detector in a state of its own. */
export function simulateRunLength(detector: Detector, simulation: Simulation = {}): number {
  const { shift = 0, calm = 0, runs = 400, longest = 10_000_000, seed = 1 } = simulation;
  const { state, offset } = detector;
  detector.aim(new Float64Array(detector.stride), 0);
  const noise = normalNoise(seed);
  let total = 0;
  let counted = 0;
  for (let run = 0; run < runs; run++) {
    detector.reset();
    let t = 0;
    let event = 0;
    while (event === 0 && t < calm + longest) {
      event = detector.update(noise() + (t < calm ? 0 : shift));
      t++;
    }
    if (t <= calm) continue;
    total += t - calm;
    counted++;
  }
  detector.aim(state, offset);
  return total / counted;
}
