import { DecayedQuantileSketch } from '../../stats/decayed-quantile-sketch.js';
import { QuantileSketch } from '../../stats/quantile-sketch.js';
import type { QuantileStatistic } from '../../stats/statistic.js';
import { FeaturewiseMap } from './featurewise-map.js';

/**
 * Feature by feature, by quantiles: the value of the other domain below which as much lies, linear between the points of the sketches; beyond
 * the ends of what was learnt it goes on in parallel. Any shape of distribution becomes the other's; what features have to do with each other
 * stays. The inverse is exact up to rounding between the
 * middles of the outermost bins of either sketch where no value comes twice, and as exact as those bins beyond. O(features · √bins).
 */
export class QuantilesMap extends FeaturewiseMap<QuantileStatistic> {
  readonly fingerprint: unknown;

  constructor(features: number, halfLife: number | undefined) {
    super(features, () => (halfLife === undefined ? new QuantileSketch() : new DecayedQuantileSketch({ halfLife })));
    this.fingerprint = ['quantiles', features, halfLife !== undefined];
  }

  protected move(x: number, source: QuantileStatistic, target: QuantileStatistic): number {
    if (x < source.min) return target.min + (x - source.min);
    if (x > source.max) return target.max + (x - source.max);
    return target.valueAt(source.position(x));
  }
}
