import { clip } from '../../stats/clip.js';
import { mScaleScore } from '../../stats/m-scale-score.js';
import { positivePart } from '../../stats/positive-part.js';
import type { Present } from './present.js';

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
const OUTLIERS = 9;

/** 1 − 2^(−1/3): half-life of the short mean, in values. */
const SHORT_GAIN = 0.2062994740159002;
const RIDGE = 0.02;
/** Times a sum of products of standardized values, below 1. */
const SMALL = 1e-6;
/** Nearest to a unit root that the prediction may be. */
const STEEPEST = 0.985;
const LARGEST_INNOVATION = 8;
/** Values that the scale of the innovations rests on at most, three of which count as one. */
const SQUARE_MEMORY = 384;
const SMALLEST_SQUARE = 1e-4;
const YOUNG = 16;
const YOUNG_SCORE = 9;
/** Square of an innovation that normal noise never has, and how slowly such a one is forgotten. */
const OUTLYING_SQUARE = 16;
const REMEMBERED = 1 - 1 / 512;
/** Values that the coefficients rest on after a restart at most. */
const KEPT = 512;

/**
 * What is new in a standardized value, given the last one and a short mean of those before: the innovation, in units of its own scale.
 *
 * The two coefficients are a ridge regression on running mean products; they are never negative and sum to 0.985 at most. The innovation's
 * scale is a recursive M-scale, see `mScaleScore`. On independent values the innovation is the value.
 *
 * State: 10 doubles at `at`: `[last, short mean, five mean products, innovation scale², count, outliers]`. No unit. O(1).
 */
export class Whitening {
  static readonly stride = 10;
  readonly #memory: number;

  constructor(memory: number) {
    this.#memory = memory;
  }

  open(state: Float64Array, at: number): void {
    state[at + PP] = 1;
    state[at + MM] = 1;
    state[at + SQUARE] = 1;
  }

  /** Says the innovation of `v`, within ±8, its square and score, and what stands beside it. */
  judge(state: Float64Array, at: number, now: Present): void {
    const ridge = RIDGE + 4 / (state[at + COUNT]! + 4);
    const pp = state[at + PP]! + ridge;
    const pm = state[at + PM]!;
    const mm = state[at + MM]! + ridge;
    const vp = state[at + VP]!;
    const vm = state[at + VM]!;
    const forLast = vp * mm - vm * pm;
    const forShort = vm * pp - vp * pm;
    // Neither counts where their sum is negative, which on independent values no processor foresees: 0 or 1 without a branch.
    const counts = Math.ceil(positivePart(forLast + forShort) * SMALL);
    let inverse = (1 / (pp * mm - pm * pm)) * counts;
    const sum = (forLast + forShort) * inverse;
    if (sum > STEEPEST) inverse *= STEEPEST / sum;
    const { v } = now;
    const last = state[at + LAST]!;
    const short = state[at + SHORT]!;
    const error = v - forLast * inverse * last - forShort * inverse * short;
    const eps = clip(error / Math.sqrt(state[at + SQUARE]!), LARGEST_INNOVATION);
    const square = eps * eps;
    now.eps = eps;
    now.square = square;
    now.score = mScaleScore(square);
    now.last = last;
    now.short = short + SHORT_GAIN * (v - short);
  }

  /** Learns what `judge` has judged. */
  learn(state: Float64Array, at: number, { v, square, score, weight, short: next }: Present): void {
    const count = state[at + COUNT]!;
    const last = state[at + LAST]!;
    const short = state[at + SHORT]!;
    const gain = weight / (count + 2);
    const squareGain = (3 * weight) / ((count < SQUARE_MEMORY ? count : SQUARE_MEMORY) + 6);
    const excess = (count < YOUNG ? (square < YOUNG_SCORE ? square : YOUNG_SCORE) : score) - 1;
    const pp = state[at + PP]!;
    const pm = state[at + PM]!;
    const mm = state[at + MM]!;
    const vp = state[at + VP]!;
    const vm = state[at + VM]!;
    state[at + PP] = pp + gain * (last * last - pp);
    state[at + PM] = pm + gain * (last * short - pm);
    state[at + MM] = mm + gain * (short * short - mm);
    state[at + VP] = vp + gain * (v * last - vp);
    state[at + VM] = vm + gain * (v * short - vm);
    const grown = state[at + SQUARE]! * (1 + squareGain * excess);
    state[at + SQUARE] = grown > SMALLEST_SQUARE ? grown : SMALLEST_SQUARE;
    state[at + COUNT] = count + weight < this.#memory ? count + weight : this.#memory;
    state[at + OUTLIERS] = state[at + OUTLIERS]! * REMEMBERED + (square > OUTLYING_SQUARE ? weight : 0);
    state[at + LAST] = v;
    state[at + SHORT] = next;
  }

  /** Goes on in another regime's units, from these two values. The coefficients stay: they have no unit. */
  restart(state: Float64Array, at: number, last: number, short: number): void {
    state[at + LAST] = last;
    state[at + SHORT] = short;
    if (state[at + COUNT]! > KEPT) state[at + COUNT] = KEPT;
  }

  /** Innovations beyond ±4 among some 500 of the last. */
  outliers(state: Float64Array, at: number): number {
    return state[at + OUTLIERS]!;
  }

  short(state: Float64Array, at: number): number {
    return state[at + SHORT]!;
  }
}
