import { Moments } from '../../stats/moments.js';

export interface RecoveryOptions {
  /** Scores that a mean is taken over. @defaultValue 50 */
  window?: number;
  /** How near to 0 that mean must come. @defaultValue 0.3 */
  tolerance?: number;
  /** Values after the change that are looked at. @defaultValue 1000 */
  horizon?: number;
  /** The scores as they would be without the change: subtracted first, so that what the series does by itself does not count. */
  unchanged?: Float64Array;
}

/** How scores take a change. NaN where too little is there. */
export interface Recovery {
  /** Of the scores before the change: standard deviation, and share beyond ±3. */
  deviationBefore: number;
  beyond3Before: number;
  /** Largest |score| of the first ten values after the change: whether it was visible at all. */
  jump: number;
  /** Values until the mean of the last `window` scores, all after the change, is within the tolerance; Infinity: not before the horizon. */
  recovery: number;
  /** Mean distance of that mean from 0, from the first whole window to the horizon. */
  bias: number;
  /** Values until the standard deviation of the last `window` scores is within 30 % of what it was; Infinity: not before the horizon. */
  scaleRecovery: number;
}

const VISIBLE = 10;
const SCALE_TOLERANCE = 0.3;

/**
 * How scores recover from a change that begins at index `at`. NaN stands for no score and is left out.
 * O(horizon · window) for the standard deviations, computed anew for each.
 */
export function recoveryOf(normalized: Float64Array, at: number, options: RecoveryOptions = {}): Recovery {
  const { window = 50, tolerance = 0.3, horizon = 1000, unchanged } = options;
  const before = new Moments();
  let beyond = 0;
  for (let i = 0; i < at; i++) {
    const z = normalized[i]!;
    before.update(z);
    if (Math.abs(z) > 3) beyond++;
  }
  const last = Math.min(normalized.length, at + horizon);
  let jump = Number.NaN;
  for (let i = at; i < Math.min(at + VISIBLE, last); i++) {
    const size = Math.abs(normalized[i]!);
    if (!(size <= jump) && !Number.isNaN(size)) jump = size;
  }
  const deviation = new Moments();
  const offset = new Moments();
  const distance = new Moments();
  let [recovery, scaleRecovery] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let end = at + window; end <= last; end++) {
    offset.reset();
    deviation.reset();
    const usual = new Moments();
    for (let i = end - window; i < end; i++) {
      deviation.update(normalized[i]!);
      if (unchanged !== undefined) usual.update(unchanged[i]!);
      offset.update(unchanged === undefined ? normalized[i]! : normalized[i]! - unchanged[i]!);
    }
    const mean = Math.abs(offset.mean);
    distance.update(mean);
    if (mean <= tolerance) recovery = Math.min(recovery, end - at);
    const ratio = Math.sqrt(deviation.variance() / (unchanged === undefined ? before : usual).variance());
    if (Math.abs(ratio - 1) <= SCALE_TOLERANCE) scaleRecovery = Math.min(scaleRecovery, end - at);
  }
  const isTooShort = last < at + window;
  return {
    deviationBefore: Math.sqrt(before.variance()),
    beyond3Before: before.count > 0 ? beyond / before.count : Number.NaN,
    jump,
    recovery: isTooShort ? Number.NaN : recovery,
    bias: distance.mean,
    scaleRecovery: isTooShort ? Number.NaN : scaleRecovery,
  };
}
