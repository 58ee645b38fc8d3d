import { IncompatibleStateError, InvalidOptionError } from '../errors.js';
import { FadingMoments } from './fading-moments.js';
import { isObservation } from './is-observation.js';
import type { Appendable, ColumnwiseMoments } from './statistic.js';

export interface DecayedMomentsOptions {
  /** Observations after which a weight has halved. Either this or `alpha`. */
  halfLife?: number | undefined;
  /** What an observation takes from the weight of all before it: 1 − 2^(−1 / halfLife). */
  alpha?: number | undefined;
  /** Weigh truly from the first observation on; else the first one stands for an endless past. @defaultValue true */
  adjust?: boolean | undefined;
}

/**
 * Exponentially weighted mean and variance of one series, half-life in observations, in the unit of the series.
 *
 * An observation weighs 2^(−k / halfLife) after k more. With `adjust` the weights are normalized by their sum (pandas `adjust=True`);
 * without, m = αx + (1 − α)m seeded with the first observation (river, pandas `adjust=False`). Both are one update with another
 * weight of the new observation: 1, or α once there is a first (see `FadingMoments`). O(1) time, 64 bytes. A missing value changes
 * nothing and does not age the others (pandas `ignore_na=True`).
 */
export class DecayedMoments extends FadingMoments implements Appendable<DecayedMoments>, ColumnwiseMoments {
  static readonly stride: number = FadingMoments.header;
  readonly stride: number = DecayedMoments.stride;
  readonly alpha: number;
  readonly adjust: boolean;

  /** @throws InvalidOptionError unless exactly one of `halfLife` > 0 and `alpha` in (0, 1] is given */
  constructor(
    { halfLife, alpha, adjust = true }: DecayedMomentsOptions,
    state: Float64Array = new Float64Array(DecayedMoments.stride),
    offset = 0,
  ) {
    if ((halfLife === undefined) === (alpha === undefined)) {
      throw new InvalidOptionError('halfLife', halfLife, 'given, or alpha instead of it');
    }
    if (halfLife !== undefined && !(halfLife > 0 && halfLife < Number.POSITIVE_INFINITY)) {
      throw new InvalidOptionError('halfLife', halfLife, 'a finite number greater than 0');
    }
    if (alpha !== undefined && !(alpha > 0 && alpha <= 1)) {
      throw new InvalidOptionError('alpha', alpha, 'greater than 0 and at most 1');
    }
    super(state, offset);
    this.alpha = alpha ?? -Math.expm1(-Math.LN2 / halfLife!);
    this.adjust = adjust;
  }

  update(x: number, _time?: number, weight = 1): void {
    if (!(isObservation(x) && weight > 0 && weight < Number.POSITIVE_INFINITY)) return;
    const { alpha } = this;
    const seeded = !this.adjust && this.state[this.offset]! > 0;
    this.learn(x, 1 - alpha, alpha, seeded ? alpha * weight : weight);
  }

  updateColumn(
    xs: Float64Array,
    start: number,
    end: number,
    ddof: number,
    deviations: Float64Array,
    variances: Float64Array,
    means?: Float64Array,
  ): number {
    const { alpha, adjust } = this;
    return this.learnColumn(xs, start, end, ddof, alpha, adjust, deviations, variances, means);
  }

  /**
   * Goes on with what came after everything here.
   * @throws IncompatibleStateError without `adjust`: what the first observation of `later` weighs depends on there being none before
   */
  append(later: DecayedMoments): void {
    if (!this.adjust || !later.adjust || this.alpha !== later.alpha) {
      throw new IncompatibleStateError('only decayed moments with adjust and of the same half-life can be appended');
    }
    if (later.count === 0) return;
    if (this.count > 0) this.mix((1 - this.alpha) ** later.count, later, 1);
    else this.copy(later);
  }
}
