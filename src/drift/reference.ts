import { InvalidOptionError } from '../errors.js';

/** What the values are compared with: a center and scale that are known, or those of the first `warmup` values. */
export type Reference = { center: number; scale: number } | { warmup: number };

/** Of center and scale in the state: count, mean, Σ(x − mean)² while they are learnt. */
const COUNT = 0;
const MEAN = 1;
const SQUARES = 2;
/** 1 / scale once the reference stands; 0 before. */
const PRECISION = 3;

/**
 * Center and scale that a control chart compares with: given, or frozen once `warmup` values are learnt (sample standard deviation).
 * As long as those are all equal it goes on learning, for there is no scale yet to compare with.
 *
 * State: 4 doubles at `at`, zeros at first. In the unit of the series.
 */
export class FrozenReference {
  static readonly stride = 4;
  readonly warmup: number;
  readonly #center: number;
  readonly #scale: number;

  /** @throws InvalidOptionError */
  constructor(reference: Reference) {
    if ('warmup' in reference) {
      const { warmup } = reference;
      if (!(Number.isSafeInteger(warmup) && warmup >= 2))
        throw new InvalidOptionError('reference.warmup', warmup, 'an integer >= 2');
      this.warmup = warmup;
      this.#center = 0;
      this.#scale = 1;
    } else {
      const { center, scale } = reference;
      if (!Number.isFinite(center)) throw new InvalidOptionError('reference.center', center, 'a finite number');
      if (!(scale > 0 && Number.isFinite(scale)))
        throw new InvalidOptionError('reference.scale', scale, 'a finite number > 0');
      this.warmup = 0;
      this.#center = center;
      this.#scale = scale;
    }
  }

  /** Values learnt, before the reference stood and after. */
  count(state: Float64Array, at: number): number {
    return state[at + COUNT]!;
  }

  /** The standardized `x`; NaN while the reference is being learnt. The value that completes the reference is judged by it as well. */
  standardize(state: Float64Array, at: number, x: number): number {
    const count = state[at + COUNT]! + 1;
    state[at + COUNT] = count;
    let precision = state[at + PRECISION]!;
    if (precision === 0) {
      precision = this.#learn(state, at, x, count);
      if (precision === 0) return Number.NaN;
    }
    return (x - state[at + MEAN]!) * precision;
  }

  #learn(state: Float64Array, at: number, x: number, count: number): number {
    if (this.warmup === 0) {
      state[at + MEAN] = this.#center;
      state[at + PRECISION] = 1 / this.#scale;
      return 1 / this.#scale;
    }
    const error = x - state[at + MEAN]!;
    state[at + MEAN]! += error / count;
    const squares = state[at + SQUARES]! + error * (x - state[at + MEAN]!);
    state[at + SQUARES] = squares;
    const precision = Math.sqrt((count - 1) / squares);
    // All equal so far, or nearly so: no reciprocal that could be used.
    if (count < this.warmup || !(precision < 1e150)) return 0;
    state[at + PRECISION] = precision;
    return precision;
  }
}
