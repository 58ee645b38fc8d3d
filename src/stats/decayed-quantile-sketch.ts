import { InvalidOptionError } from '../errors.js';
import { isObservation } from './is-observation.js';
import { PivotSketch, type QuantileSketchOptions } from './pivot-sketch.js';
import { GROWTH } from './sketch-layout.js';
import type { Appendable } from './statistic.js';

export interface DecayedQuantileSketchOptions extends QuantileSketchOptions {
  /** Observations after which a weight has halved. */
  halfLife: number;
}

/** Weights are brought down again when that of a new observation has grown to this. */
const HEAVY = 1e100;

/**
 * Quantiles of a past that fades, half-life in observations, in the unit of the series: `QuantileSketch` with weights.
 *
 * Forward decay (Cormode et al., ICDE 2009): instead of all old weights shrinking, that of the new observation grows, 2^(n / halfLife).
 * What weighs less than 2⁻²⁴ of a new observation is forgotten; `min` and `max` are then the edges of what is left, so that they are
 * right to a bin. The bins move to a new median at the latest half a half-life (within 128 and 1024 observations) after the data did.
 *
 * O(1) amortized; a quantile or a rank O(√bins). A missing value changes nothing and does not age the others. `count` is of all learnt.
 */
export class DecayedQuantileSketch extends PivotSketch implements Appendable<DecayedQuantileSketch> {
  protected readonly fading = true;
  readonly halfLife: number;
  readonly #growth: number;

  /** @throws InvalidOptionError */
  constructor(options: DecayedQuantileSketchOptions, state?: Float64Array, offset = 0) {
    const { halfLife } = options;
    if (!(halfLife > 0 && halfLife < Number.POSITIVE_INFINITY)) {
      throw new InvalidOptionError('halfLife', halfLife, 'a finite number greater than 0');
    }
    super(options, state, offset);
    this.halfLife = halfLife;
    // At a 256th of an observation all but the newest is negligible already, and one step cannot overflow.
    this.#growth = 2 ** (1 / Math.max(halfLife, 1 / 256));
  }

  update(x: number): void {
    if (!isObservation(x)) return;
    const { state, offset } = this;
    let one = (state[offset + GROWTH]! || 1) * this.#growth;
    if (one > HEAVY) {
      this.rescale(1 / one, 1);
      one = 1;
    }
    state[offset + GROWTH] = one;
    this.learn(x, one, 1);
  }

  /**
   * Adds what came after everything in here.
   * @throws IncompatibleStateError for a sketch of other options
   */
  append(later: DecayedQuantileSketch): void {
    if (later.count === 0) return;
    const { state, offset } = this;
    const one = later.state[later.offset + GROWTH]!;
    if (this.count > 0) this.rescale((one / state[offset + GROWTH]!) * this.#growth ** -later.count, one);
    state[offset + GROWTH] = one;
    this.absorb(later, 1);
  }

  protected interval(): number {
    return Math.min(Math.max(128, Math.floor(this.halfLife / 2)), 1024);
  }
}
