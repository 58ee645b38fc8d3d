import type { Detector } from '../../drift/detector.js';

/**
 * Where a detector sounds the alarm on scores: indices. It is reset after each, as whoever acts on an alarm does; NaN, no score, says
 * nothing to it. O(n · cost of the detector).
 */
export function detectAlarms(detector: Detector, normalized: Float64Array): number[] {
  detector.aim(new Float64Array(detector.stride), 0);
  const alarms: number[] = [];
  for (let i = 0; i < normalized.length; i++) {
    if (detector.update(normalized[i]!) === 0) continue;
    alarms.push(i);
    detector.reset();
  }
  return alarms;
}
