import { InvalidOptionError } from '../errors.js';
import { isObservation } from './is-observation.js';
import { StateView } from './state-view.js';
import type { Statistic } from './statistic.js';

/** State: `[count, height 0…4, position 0…4, desired position 0…4]`; until five values are there the heights are they, sorted. */
const STRIDE = 16;
const HEIGHT = 1;
const POSITION = 6;
const DESIRED = 11;

/**
 * One running quantile of everything seen, in the unit of the series: five markers moved along a parabola.
 *
 * The P² algorithm (Jain & Chlamtac, CACM 1985). No bound on its error is known: where one is needed, `QuantileSketch` has it, at 70
 * times the state. Up to five observations: the ⌊n·p⌋-th smallest.
 *
 * O(1) time, 128 bytes. A missing value changes nothing.
 */
export class P2Quantile extends StateView implements Statistic {
  readonly stride = STRIDE;
  /** Which quantile, in [0, 1]. */
  readonly p: number;

  /** @throws InvalidOptionError unless 0 ≤ p ≤ 1 */
  constructor(p: number, state: Float64Array = new Float64Array(STRIDE), offset = 0) {
    super(state, offset);
    if (!(p >= 0 && p <= 1)) throw new InvalidOptionError('p', p, 'a number from 0 to 1');
    this.p = p;
  }

  get count(): number {
    return this.state[this.offset]!;
  }

  /** The estimate; NaN of nothing. */
  get value(): number {
    const { state, offset, p } = this;
    const count = state[offset]!;
    if (count === 0) return Number.NaN;
    return state[offset + HEIGHT + (count <= 5 ? Math.min(count - 1, Math.floor(count * p)) : 2)]!;
  }

  update(x: number): void {
    if (!isObservation(x)) return;
    const { state, offset } = this;
    const count = state[offset]!;
    state[offset] = count + 1;
    if (count < 5) this.#collect(x, count);
    else this.#move(x);
  }

  #collect(x: number, count: number): void {
    const { state, offset, p } = this;
    let i = offset + HEIGHT + count;
    for (; i > offset + HEIGHT && state[i - 1]! > x; i--) state[i] = state[i - 1]!;
    state[i] = x;
    if (count < 4) return;
    for (let marker = 0; marker < 5; marker++) {
      state[offset + POSITION + marker] = marker + 1;
      state[offset + DESIRED + marker] = 1 + 4 * rate(p, marker);
    }
  }

  #move(x: number): void {
    const { state, offset, p } = this;
    const heights = offset + HEIGHT;
    const positions = offset + POSITION;
    const desired = offset + DESIRED;
    let cell = 3;
    if (x < state[heights]!) {
      state[heights] = x;
      cell = 0;
    } else if (x >= state[heights + 4]!) state[heights + 4] = Math.max(x, state[heights + 4]!);
    else for (cell = 0; x >= state[heights + cell + 1]!; cell++);
    for (let i = cell + 1; i < 5; i++) state[positions + i]! += 1;
    for (let i = 0; i < 5; i++) state[desired + i]! += rate(p, i);
    for (let i = 1; i < 4; i++) {
      const behind = state[desired + i]! - state[positions + i]!;
      if (behind >= 1 && state[positions + i + 1]! - state[positions + i]! > 1) this.#step(i, 1);
      else if (behind <= -1 && state[positions + i - 1]! - state[positions + i]! < -1) this.#step(i, -1);
    }
  }

  /** Moves marker `i` by one place, its height along the parabola, or the line where the parabola would leave the order. */
  #step(i: number, by: 1 | -1): void {
    const { state, offset } = this;
    const at = offset + HEIGHT + i;
    const place = offset + POSITION + i;
    const [low, height, high] = [state[at - 1]!, state[at]!, state[at + 1]!];
    const [before, position, after] = [state[place - 1]!, state[place]!, state[place + 1]!];
    const rise = ((position - before + by) * (high - height)) / (after - position);
    const fall = ((after - position - by) * (height - low)) / (position - before);
    const parabolic = height + (by / (after - before)) * (rise + fall);
    const linear = height + (by * (state[at + by]! - height)) / (state[place + by]! - position);
    state[at] = low < parabolic && parabolic < high ? parabolic : linear;
    state[place] = position + by;
  }
}

/** By how much the desired position of a marker grows with each observation: 0, p/2, p, (1 + p)/2, 1. */
function rate(p: number, marker: number): number {
  return marker === 0 ? 0 : marker === 1 ? p / 2 : marker === 2 ? p : marker === 3 ? (1 + p) / 2 : 1;
}
