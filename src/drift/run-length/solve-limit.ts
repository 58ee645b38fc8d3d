import { InvalidOptionError } from '../../errors.js';

/**
 * The limit at which `runLength`, which rises with it about exponentially, is `wanted`: by the secant method on logarithms.
 * @throws InvalidOptionError when no limit up to `most` reaches so far
 */
export function solveLimit(wanted: number, start: number, most: number, runLength: (limit: number) => number): number {
  const target = Math.log(wanted);
  let low = start / 2;
  let high = start;
  let atLow = Math.log(runLength(low)) - target;
  let atHigh = Math.log(runLength(high)) - target;
  for (let i = 0; i < 60; i++) {
    if (Math.abs(atHigh) < 1e-4) return high;
    const slope = (atHigh - atLow) / (high - low);
    const step = slope > 0 ? -atHigh / slope : 1;
    const next = Math.min(Math.max(high + step, high / 3), high * 2, most);
    if (next === high) break;
    [low, atLow] = [high, atHigh];
    high = next;
    atHigh = Math.log(runLength(high)) - target;
  }
  throw new InvalidOptionError('falseAlarmEvery', wanted, 'a run length that this detector can be set to');
}
