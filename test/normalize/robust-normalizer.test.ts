import { describe, expect, it } from 'vitest';
import { RobustNormalizer, type RobustNormalizerOptions } from '../../src/normalize/robust-normalizer.js';
import { DecayedQuantileSketch } from '../../src/stats/decayed-quantile-sketch.js';
import { QuantileSketch } from '../../src/stats/quantile-sketch.js';
import type { QuantileStatistic } from '../../src/stats/statistic.js';
import { TimeDecayedQuantileSketch } from '../../src/stats/time-decayed-quantile-sketch.js';
import { TimeWindowQuantiles } from '../../src/stats/time-window-quantiles.js';
import { WindowQuantiles } from '../../src/stats/window-quantiles.js';
import { freshly, obeysNormalizerLaws, taught } from '../laws/normalizer-laws.js';
import { PortableStream } from '../support/portable-stream.js';

const options: RobustNormalizerOptions = {
  quantiles: [0.25, 0.75],
  unitVariance: false,
  spread: 'quantiles',
  whenFlat: 'zero',
};
const window = () => new WindowQuantiles({ length: 1000 });
const scaled = (statistic: QuantileStatistic, changed: Partial<RobustNormalizerOptions> = {}): RobustNormalizer =>
  taught(freshly(new RobustNormalizer(statistic, { ...options, ...changed })), new PortableStream(1).gaussians(1000));

const statistics: readonly [string, () => QuantileStatistic][] = [
  ['window', () => new WindowQuantiles({ length: 20 })],
  ['time window', () => new TimeWindowQuantiles({ duration: 3000 })],
  ['sketch', () => new QuantileSketch({ maxBins: 256 })],
  ['decayed sketch', () => new DecayedQuantileSketch({ halfLife: 30, maxBins: 256 })],
  ['time-decayed sketch', () => new TimeDecayedQuantileSketch({ halfLife: 3000, maxBins: 256 })],
];

describe.each(statistics)('RobustNormalizer over a %s', (name, statistic) => {
  const equivariance = name.includes('sketch') ? 0.5 : 1e-12;
  obeysNormalizerLaws({ make: () => new RobustNormalizer(statistic(), options), equivariance });
  const byDeviation: RobustNormalizerOptions = { ...options, spread: 'mad', unitVariance: true };
  obeysNormalizerLaws({ make: () => new RobustNormalizer(statistic(), byDeviation) });
});

describe('RobustNormalizer', () => {
  it('has the center and scale of scikit-learn', () => {
    const { center, scale } = scaled(window());
    expect(center).toBeCloseTo(-0.03479070262983441, 15);
    expect(scale).toBeCloseTo(1.3738383082672954, 15);
    expect(scaled(window(), { unitVariance: true }).scale).toBeCloseTo(1.0184278618525375, 15);
  });
  it('takes the median deviation for the scale', () => {
    expect(scaled(window(), { spread: 'mad' }).scale).toBeCloseTo(0.6849528606981039, 15);
    const unit = scaled(window(), { spread: 'mad', unitVariance: true }).scale;
    expect(unit).toBeCloseTo(0.6849528606981039 / 0.6744897501960817, 14);
  });
  it('is within a percent of that over a sketch', () => {
    expect(Math.abs(scaled(new QuantileSketch()).scale / 1.3738383082672954 - 1)).toBeLessThan(0.01);
  });
  it('gives what deviates from a flat series as it is, when asked', () => {
    const normalizer = taught(freshly(new RobustNormalizer(window(), { ...options, whenFlat: 'center' })), [4, 4, 4]);
    expect([normalizer.normalize(6), normalizer.denormalize(2)]).toEqual([2, 6]);
  });
});
