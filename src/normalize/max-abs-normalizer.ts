import type { ExtentStatistic } from '../stats/statistic.js';
import type { WhenFlat } from './normalizer.js';
import { StatisticNormalizer } from './statistic-normalizer.js';
import { usableScale } from './usable-scale.js';

/**
 * Max-abs: `x / max |x|`, into [−1, 1] on what was learnt. Zero stays zero, so that sparse series stay sparse.
 *
 * A series of zeros is flat and answers 0; with `whenFlat: 'center'`, x itself.
 */
export class MaxAbsNormalizer extends StatisticNormalizer<ExtentStatistic> {
  readonly affine = true;
  readonly #whenFlat: WhenFlat;

  constructor(statistic: ExtentStatistic, { whenFlat }: { whenFlat: WhenFlat }) {
    super(statistic);
    this.#whenFlat = whenFlat;
  }

  refresh(): void {
    this.count = this.statistic.count;
    this.scale = usableScale(Math.max(Math.abs(this.statistic.min), Math.abs(this.statistic.max)));
    this.center = this.scale >= 0 ? 0 : Number.NaN;
  }

  normalize(x: number): number {
    if (this.scale > 0) return x / this.scale;
    return this.#whenFlat === 'zero' ? 0 : x;
  }

  denormalize(y: number): number {
    if (this.scale > 0) return y * this.scale;
    return this.#whenFlat === 'zero' ? 0 : y;
  }
}
