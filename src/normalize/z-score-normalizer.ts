import type { MomentsStatistic } from '../stats/statistic.js';
import type { WhenFlat } from './normalizer.js';
import { StatisticNormalizer } from './statistic-normalizer.js';
import { SMALLEST_SCALE } from './usable-scale.js';

const SMALLEST_VARIANCE = SMALLEST_SCALE * SMALLEST_SCALE;

/**
 * Z-score: `(x − mean) / standard deviation`. Output has no unit; mean 0 and standard deviation 1 on what was learnt.
 *
 * The deviation is taken from the mean in two doubles, so that the score is right far from zero.
 */
export class ZScoreNormalizer extends StatisticNormalizer<MomentsStatistic> {
  readonly affine = true;
  readonly ddof: number;
  readonly whenFlat: WhenFlat;

  constructor(statistic: MomentsStatistic, { ddof, whenFlat }: { ddof: number; whenFlat: WhenFlat }) {
    super(statistic);
    this.ddof = ddof;
    this.whenFlat = whenFlat;
  }

  refresh(): void {
    const { statistic } = this;
    const variance = statistic.variance(this.ddof);
    this.count = statistic.count;
    this.center = statistic.mean;
    // One observation has no sample variance, but it is known to be flat so far.
    this.scale = variance >= SMALLEST_VARIANCE ? Math.sqrt(variance) : this.count > 0 ? 0 : Number.NaN;
  }

  normalize(x: number): number {
    const deviation = this.statistic.deviation(x);
    if (this.scale > 0) return deviation / this.scale;
    return this.whenFlat === 'zero' ? 0 : deviation;
  }

  denormalize(y: number): number {
    if (this.scale > 0) return this.statistic.shifted(y * this.scale);
    return this.statistic.shifted(this.whenFlat === 'zero' ? 0 : y);
  }
}
