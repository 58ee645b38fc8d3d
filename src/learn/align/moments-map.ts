import { DecayedMoments } from '../../stats/decayed-moments.js';
import { Moments } from '../../stats/moments.js';
import type { MomentsStatistic } from '../../stats/statistic.js';
import { FeaturewiseMap } from './featurewise-map.js';

/**
 * Feature by feature, by mean and standard deviation: `(x − mean) / sd · sd′ + mean′`. A feature that is flat in either domain is only
 * moved. Affine; the inverse is exact up to rounding. O(features).
 */
export class MomentsMap extends FeaturewiseMap<MomentsStatistic> {
  readonly fingerprint: unknown;

  constructor(features: number, halfLife: number | undefined) {
    super(features, () => (halfLife === undefined ? new Moments() : new DecayedMoments({ halfLife })));
    this.fingerprint = ['moments', features, halfLife !== undefined];
  }

  protected move(x: number, source: MomentsStatistic, target: MomentsStatistic): number {
    const ratio = Math.sqrt(target.variance() / source.variance());
    const step = source.deviation(x);
    return target.shifted(ratio > 0 && ratio < Number.POSITIVE_INFINITY ? step * ratio : step);
  }
}
