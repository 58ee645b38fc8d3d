import { clip } from '../../stats/clip.js';

// Where things stand in the state.
const LAST = 0;
const SHORT = 1;
/** Mean products: last², last·short, short², value·last, value·short. */
const PP = 2;
const PM = 3;
const MM = 4;
const VP = 5;
const VM = 6;
/** Square of the M-scale of the innovations. */
const SQUARE = 7;
const COUNT = 8;

/** 1 − 2^(−1/3): half-life of the short mean, in values. */
const SHORT_GAIN = 0.2062994740159002;
const RIDGE = 0.02;
/** Nearest to a unit root that the prediction may be. */
const STEEPEST = 0.985;
const LARGEST_INNOVATION = 8;
const SQUARE_MEMORY = 128;
const SMALLEST_SQUARE = 1e-4;
const YOUNG = 16;
const YOUNG_SCORE = 9;
/** Values that the coefficients rest on after a restart at most. */
const KEPT = 512;

/**
 * What is new in a standardized value, given the last one and a short mean of those before: the innovation, in units of its own scale.
 *
 * The two coefficients are a ridge regression on running mean products; they are never negative and sum to 0.985 at most. The innovation's
 * scale is a recursive M-scale, see `mScaleScore`. On independent values the innovation is the value.
 *
 * State: 9 doubles at `at`: `[last, short mean, five mean products, innovation scale², count]`. No unit. O(1).
 */
export class Whitening {
  static readonly stride = 9;
  readonly #memory: number;

  constructor(memory: number) {
    this.#memory = memory;
  }

  open(state: Float64Array, at: number): void {
    state[at + PP] = 1;
    state[at + MM] = 1;
    state[at + SQUARE] = 1;
  }

  /** Innovation of `v`, within ±8. */
  innovation(state: Float64Array, at: number, v: number): number {
    const ridge = RIDGE + 4 / (state[at + COUNT]! + 4);
    const pp = state[at + PP]! + ridge;
    const pm = state[at + PM]!;
    const mm = state[at + MM]! + ridge;
    const vp = state[at + VP]!;
    const vm = state[at + VM]!;
    const inverse = 1 / (pp * mm - pm * pm);
    let onLast = (vp * mm - vm * pm) * inverse;
    let onShort = (vm * pp - vp * pm) * inverse;
    const sum = onLast + onShort;
    if (sum > STEEPEST) {
      onLast *= STEEPEST / sum;
      onShort *= STEEPEST / sum;
    } else if (!(sum > 0)) onLast = onShort = 0;
    const error = v - onLast * state[at + LAST]! - onShort * state[at + SHORT]!;
    return clip(error / Math.sqrt(state[at + SQUARE]!), LARGEST_INNOVATION);
  }

  /** The short mean as it will be once `v` is learnt. */
  shortMean(state: Float64Array, at: number, v: number): number {
    const short = state[at + SHORT]!;
    return short + SHORT_GAIN * (v - short);
  }

  last(state: Float64Array, at: number): number {
    return state[at + LAST]!;
  }

  /** @param square of the innovation of `v` @param score its `mScaleScore` */
  learn(state: Float64Array, at: number, v: number, square: number, score: number, weight: number): void {
    const count = state[at + COUNT]!;
    const last = state[at + LAST]!;
    const short = state[at + SHORT]!;
    const gain = weight / (count + 2);
    const third = count / 3;
    const squareGain = weight / ((third < SQUARE_MEMORY ? third : SQUARE_MEMORY) + 2);
    const excess = (count < YOUNG ? (square < YOUNG_SCORE ? square : YOUNG_SCORE) : score) - 1;
    state[at + PP]! += gain * (last * last - state[at + PP]!);
    state[at + PM]! += gain * (last * short - state[at + PM]!);
    state[at + MM]! += gain * (short * short - state[at + MM]!);
    state[at + VP]! += gain * (v * last - state[at + VP]!);
    state[at + VM]! += gain * (v * short - state[at + VM]!);
    const grown = state[at + SQUARE]! * (1 + squareGain * excess);
    state[at + SQUARE] = grown > SMALLEST_SQUARE ? grown : SMALLEST_SQUARE;
    state[at + COUNT] = count + weight < this.#memory ? count + weight : this.#memory;
    state[at + LAST] = v;
    state[at + SHORT] = short + SHORT_GAIN * (v - short);
  }

  /** Goes on in another regime's units, from these two values. The coefficients stay: they have no unit. */
  restart(state: Float64Array, at: number, last: number, short: number): void {
    state[at + LAST] = last;
    state[at + SHORT] = short;
    if (state[at + COUNT]! > KEPT) state[at + COUNT] = KEPT;
  }

  short(state: Float64Array, at: number): number {
    return state[at + SHORT]!;
  }
}
