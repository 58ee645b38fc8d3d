import { normalQuantile } from '../stats/normal-quantile.js';
import type { QuantileStatistic } from '../stats/statistic.js';
import type { WhenFlat } from './normalizer.js';
import { StatisticNormalizer } from './statistic-normalizer.js';
import { usableScale } from './usable-scale.js';

export interface RobustNormalizerOptions {
  /** The two shares whose quantiles' distance is the scale. */
  quantiles: readonly [number, number];
  /** Divide the scale by what it is for N(0, 1): on normal data it is then the standard deviation. */
  unitVariance: boolean;
  /** The scale: the distance of the quantiles, or the median distance from the median. */
  spread: 'quantiles' | 'mad';
  whenFlat: WhenFlat;
}

/**
 * Robust scaling: `(x − median) / spread`, as scikit-learn's `RobustScaler`. Output has no unit; up to half of the data may be
 * outliers without effect on it (up to the smaller of the two shares, for quantiles).
 *
 * O(cost of a quantile). As exact as the statistic: exact over windows, within the accuracy of a sketch elsewhere.
 */
export class RobustNormalizer extends StatisticNormalizer<QuantileStatistic> {
  readonly affine = true;
  readonly #mad: boolean;
  /** The shares looked up, ascending, what lies there, and which of them are the median and the ends of the spread. */
  readonly #shares: Float64Array;
  readonly #values: Float64Array;
  readonly #median: number;
  readonly #low: number;
  readonly #high: number;
  /** What the spread of N(0, 1) is taken for. */
  readonly #unit: number;
  readonly #whenFlat: WhenFlat;

  constructor(statistic: QuantileStatistic, { quantiles, unitVariance, spread, whenFlat }: RobustNormalizerOptions) {
    super(statistic);
    this.#mad = spread === 'mad';
    const [low, high] = quantiles;
    this.#shares = this.#mad ? Float64Array.of(0.5) : Float64Array.of(low, 0.5, high).sort();
    this.#values = new Float64Array(this.#shares.length);
    this.#median = this.#shares.indexOf(0.5);
    this.#low = this.#shares.indexOf(low);
    this.#high = this.#shares.indexOf(high);
    const ofNormal = this.#mad ? normalQuantile(0.75) : normalQuantile(high) - normalQuantile(low);
    this.#unit = unitVariance ? ofNormal : 1;
    this.#whenFlat = whenFlat;
  }

  refresh(): void {
    const { statistic } = this;
    this.count = statistic.count;
    if (!statistic.quantiles(this.#shares, this.#values) && !this.#mad) return;
    this.center = this.#values[this.#median]!;
    const spread = this.#mad ? statistic.medianDeviation() : this.#values[this.#high]! - this.#values[this.#low]!;
    this.scale = usableScale(spread / this.#unit);
  }

  normalize(x: number): number {
    const deviation = x - this.center;
    if (this.scale > 0) return deviation / this.scale;
    return this.#whenFlat === 'zero' ? 0 : deviation;
  }

  denormalize(y: number): number {
    if (this.scale > 0) return this.center + y * this.scale;
    return this.#whenFlat === 'zero' ? this.center : this.center + y;
  }
}
