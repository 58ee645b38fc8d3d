import { InvalidOptionError } from '../errors.js';
import { normalCdf } from '../stats/normal-cdf.js';
import { normalQuantile } from '../stats/normal-quantile.js';
import { SortedValues } from '../stats/sorted-values.js';
import type { QuantileStatistic } from '../stats/statistic.js';
import { StatisticNormalizer } from './statistic-normalizer.js';

export interface QuantileNormalizerOptions {
  /** Distribution of the output: uniform on [0, 1], or standard normal. */
  distribution: 'uniform' | 'normal';
  /** Quantiles that the map is made of, as scikit-learn's `n_quantiles`. @defaultValue all that the statistic has */
  references?: number | undefined;
}

/** Scores end here, 1e-7 less a rounding from the end of the distribution, as scikit-learn's do. */
const LAST = 5.199337582605575;

/**
 * Maps each value to its position in the distribution of what was learnt: uniform on [0, 1], or from there to N(0, 1).
 *
 * As scikit-learn's `QuantileTransformer`: linear between the points of the summary, beyond them 0 and 1 (±5.19934), ties at the middle
 * of their stretch (there at the end of the range as well, where scikit-learn puts them at the end). Rises with x, strictly within the
 * range, so that `denormalize` inverts it there, but for the last 1e-7 on either side of the normal output.
 *
 * `center` (median) and `scale` (interquartile range) are for information. O(cost of a quantile); with references O(references).
 */
export class QuantileNormalizer extends StatisticNormalizer<QuantileStatistic> {
  readonly affine = false;
  readonly #normal: boolean;
  readonly #references: Float64Array | undefined;
  readonly #sorted = new SortedValues();
  #stale = true;

  /** @throws InvalidOptionError when `references` is not an integer from 2 to 65536 */
  constructor(statistic: QuantileStatistic, { distribution, references }: QuantileNormalizerOptions) {
    super(statistic);
    if (references !== undefined && !(Number.isInteger(references) && references >= 2 && references <= 65536)) {
      throw new InvalidOptionError('references', references, 'an integer from 2 to 65536');
    }
    this.#normal = distribution === 'normal';
    this.#references = references === undefined ? undefined : new Float64Array(references);
  }

  refresh(): void {
    const { statistic } = this;
    this.count = statistic.count;
    this.center = statistic.quantile(0.5);
    this.scale = statistic.quantile(0.75) - statistic.quantile(0.25);
    this.#stale = true;
  }

  normalize(x: number): number {
    const position = this.#references ? this.#map(this.#references).position(x) : this.statistic.position(x);
    return this.#normal ? Math.min(Math.max(normalQuantile(position), -LAST), LAST) : position;
  }

  denormalize(y: number): number {
    const position = this.#normal ? (y <= -LAST ? 0 : y >= LAST ? 1 : normalCdf(y)) : Math.min(Math.max(y, 0), 1);
    return this.#references ? this.#map(this.#references).quantile(position) : this.statistic.valueAt(position);
  }

  #map(references: Float64Array): SortedValues {
    const last = references.length - 1;
    for (let i = 0; this.#stale && i <= last; i++) references[i] = this.statistic.quantile(i / last);
    this.#stale = false;
    return this.#sorted.aim(references, 0, references.length);
  }
}
