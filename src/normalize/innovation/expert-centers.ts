import { clip } from '../../stats/clip.js';

/** 1 − 2^(−1/h) for half-lives h of 4, 32 and 512 values. */
const FAST = 0.1591035847462854;
const MEDIUM = 0.02142793791229991;
const SLOW = 0.00135288710902981;
/** Deviations learnt whole, in scales: by the fast center, and by the two others. */
const FAST_REACH = 8;
const REACH = 1.5;
/** From this age on the plain mean's gain is below all of the above. */
const SETTLED = 800;

/**
 * The four centers that the experts predict with: the last value, and robust exponential means with half-lives of 4, 32 and 512
 * values, each a plain mean until it is older than its half-life.
 *
 * State: 4 doubles at `at`, in the unit of the series. A deviation is cut at so many scales of the expert that pairs this center with a
 * scale (the short one for the fast center, the long one for the others), so that a spike moves no mean far.
 */
export class ExpertCenters {
  open(state: Float64Array, at: number, x: number): void {
    state.fill(x, at, at + 4);
  }

  /** Learns `x` as value number `count + 1`. @param precisions where the eight reciprocal scales stand; 0: no scale exists yet */
  learn(state: Float64Array, at: number, x: number, count: number, precisions: number): void {
    const mean = count < SETTLED ? 1 / (count + 1) : 0;
    const fast = x - state[at + 1]!;
    const medium = x - state[at + 2]!;
    const slow = x - state[at + 3]!;
    state[at] = x;
    state[at + 1]! += (mean > FAST ? mean : FAST) * cut(fast, state[precisions + 2]!, FAST_REACH);
    state[at + 2]! += (mean > MEDIUM ? mean : MEDIUM) * cut(medium, state[precisions + 5]!, REACH);
    state[at + 3]! += (mean > SLOW ? mean : SLOW) * cut(slow, state[precisions + 7]!, REACH);
  }
}

function cut(error: number, precision: number, reach: number): number {
  const deviation = error * precision;
  return deviation > reach || deviation < -reach ? clip(error, reach / precision) : error;
}
