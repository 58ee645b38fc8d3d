import { InvalidOptionError } from '../errors.js';
import { isObservation } from '../stats/is-observation.js';
import type { SensorState } from './sensor-state.js';

// Where things stand in the state.
const COUNT = 0;
const LAST = 1;
/** Equal values up to the last. */
const RUN = 2;
/** Runs that are over, and repetitions in them. */
const RUNS = 3;
const REPEATS = 4;
const LOWEST = 5;
const HIGHEST = 6;
/** Recent share of values at either end, and how often each was come to. */
const AT_LOWEST = 7;
const AT_HIGHEST = 8;
const LOWEST_VISITS = 9;
const HIGHEST_VISITS = 10;
/** Values strictly between the ends. */
const INSIDE = 11;
const STATE = 12;
const STRIDE = 13;

const STATES: readonly SensorState[] = ['live', 'flat', 'saturated'];
/** A series that never changed is flat from so many values on. */
const NEVER_CHANGED = 30;
/** ln of how improbable a run must be, given how the series repeats itself, to be called flat. */
const IMPROBABLE = Math.log(1e5);
/** What a value takes from the recent shares, and the shares from which on and up to which a series is saturated. */
const TAKES = 1 / 16;
const FULL = 0.5;
const FREE = 0.2;
/** Share of values between the ends without which the ends are all there is: a switch, not a saturated sensor. */
const BETWEEN = 0.25;

export interface SensorOptions {
  /** The shortest run of equal values that is flat, if it is improbable too. @defaultValue 10 */
  flatAfter?: number;
}

/**
 * Tells a sensor that is stuck from one that measures a steady thing, and one at the end of its range from one that reads high.
 *
 * Flat: a run of equal values that is improbable (1e-5) given how often the series repeats itself, so that coarse and two-valued series are
 * not flat all the time; or 30 equal values from the start. Saturated: half of the last values or so are exactly the largest, or smallest,
 * ever seen, which was reached before, while a quarter of all values lie between. Either is over with the first value that breaks it, or
 * when the share has fallen to a fifth.
 *
 * What is no observation changes nothing. State: 13 doubles. O(1).
 */
export class SensorWatch {
  static readonly stride = STRIDE;
  readonly stride = STRIDE;
  readonly flatAfter: number;

  /** @throws InvalidOptionError */
  constructor({ flatAfter = 10 }: SensorOptions = {}) {
    if (!(Number.isSafeInteger(flatAfter) && flatAfter >= 2))
      throw new InvalidOptionError('flatAfter', flatAfter, 'an integer >= 2');
    this.flatAfter = flatAfter;
  }

  state(state: Float64Array, at: number): SensorState {
    return STATES[state[at + STATE]!]!;
  }
  /** Equal values up to the last. */
  run(state: Float64Array, at: number): number {
    return state[at + RUN]!;
  }

  /** Learns `x`, and says in which state the sensor is. */
  update(state: Float64Array, at: number, x: number): SensorState {
    if (!isObservation(x)) return this.state(state, at);
    const count = state[at + COUNT]!;
    state[at + COUNT] = count + 1;
    if (count === 0) {
      state[at + LAST] = state[at + LOWEST] = state[at + HIGHEST] = x;
      state[at + RUN] = 1;
      return 'live';
    }
    const isSame = x === state[at + LAST]!;
    if (isSame) state[at + RUN]! += 1;
    else {
      // A run that was called flat is no example of how the series repeats itself.
      if (state[at + STATE] !== 1) state[at + REPEATS]! += state[at + RUN]! - 1;
      state[at + RUNS]! += 1;
      state[at + RUN] = 1;
      state[at + LAST] = x;
    }
    this.#followEnds(state, at, x, isSame);
    const next = this.#isSaturated(state, at) ? 2 : this.#isFlat(state, at) ? 1 : 0;
    state[at + STATE] = next;
    return STATES[next]!;
  }

  #followEnds(state: Float64Array, at: number, x: number, isSame: boolean): void {
    if (x < state[at + LOWEST]!) {
      state[at + LOWEST] = x;
      state[at + AT_LOWEST] = state[at + LOWEST_VISITS] = 0;
    } else if (x > state[at + HIGHEST]!) {
      state[at + HIGHEST] = x;
      state[at + AT_HIGHEST] = state[at + HIGHEST_VISITS] = 0;
    }
    const isLowest = x === state[at + LOWEST]!;
    const isHighest = x === state[at + HIGHEST]!;
    state[at + AT_LOWEST]! += TAKES * ((isLowest ? 1 : 0) - state[at + AT_LOWEST]!);
    state[at + AT_HIGHEST]! += TAKES * ((isHighest ? 1 : 0) - state[at + AT_HIGHEST]!);
    if (isLowest && !isSame) state[at + LOWEST_VISITS]! += 1;
    if (isHighest && !isSame) state[at + HIGHEST_VISITS]! += 1;
    if (!isLowest && !isHighest) state[at + INSIDE]! += 1;
  }

  #isSaturated(state: Float64Array, at: number): boolean {
    if (state[at + INSIDE]! < BETWEEN * state[at + COUNT]!) return false;
    const enough = state[at + STATE] === 2 ? FREE : FULL;
    return (
      (state[at + AT_LOWEST]! > enough && state[at + LOWEST_VISITS]! > 1) ||
      (state[at + AT_HIGHEST]! > enough && state[at + HIGHEST_VISITS]! > 1)
    );
  }

  #isFlat(state: Float64Array, at: number): boolean {
    const run = state[at + RUN]!;
    if (run < this.flatAfter) return false;
    if (state[at + RUNS] === 0) return run >= NEVER_CHANGED;
    const repeats = state[at + REPEATS]!;
    const chance = (repeats + 1) / (repeats + state[at + RUNS]! + 2);
    return (run - 1) * -Math.log(chance) >= IMPROBABLE;
  }
}
