import type { ExtentStatistic } from '../stats/statistic.js';
import type { WhenFlat } from './normalizer.js';
import { StatisticNormalizer } from './statistic-normalizer.js';
import { usableScale } from './usable-scale.js';

/**
 * Min-max: the running extent onto the target range, `low + (x − min) / (max − min) · (high − low)`.
 *
 * The ends are met exactly; a value outside what was learnt comes out outside the range unless it is clipped. A flat series answers
 * `low`; with `whenFlat: 'center'`, `low + (x − min)`, as scikit-learn does.
 */
export class MinMaxNormalizer extends StatisticNormalizer<ExtentStatistic> {
  readonly affine = true;
  readonly #low: number;
  readonly #high: number;
  readonly #whenFlat: WhenFlat;
  #min = Number.NaN;
  #width = Number.NaN;

  constructor(
    statistic: ExtentStatistic,
    { range, whenFlat }: { range: readonly [low: number, high: number]; whenFlat: WhenFlat },
  ) {
    super(statistic);
    [this.#low, this.#high] = range;
    this.#whenFlat = whenFlat;
  }

  refresh(): void {
    this.count = this.statistic.count;
    this.#min = this.statistic.min;
    this.#width = usableScale(this.statistic.max - this.#min);
    this.scale = this.#width / (this.#high - this.#low);
    this.center = this.#min - this.#low * this.scale;
  }

  normalize(x: number): number {
    const distance = x - this.#min;
    if (!(this.#width > 0)) return this.#whenFlat === 'zero' ? this.#low : this.#low + distance;
    const share = distance / this.#width;
    return this.#low * (1 - share) + this.#high * share;
  }

  denormalize(y: number): number {
    const above = y - this.#low;
    if (!(this.#width > 0)) return this.#whenFlat === 'zero' ? this.#min : this.#min + above;
    return this.#min + (above / (this.#high - this.#low)) * this.#width;
  }
}
