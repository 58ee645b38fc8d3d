import { describe, expect, it } from 'vitest';
import { QuantileNormalizer } from '../../src/normalize/quantile-normalizer.js';
import { DecayedQuantileSketch } from '../../src/stats/decayed-quantile-sketch.js';
import { QuantileSketch } from '../../src/stats/quantile-sketch.js';
import type { QuantileStatistic } from '../../src/stats/statistic.js';
import { TimeDecayedQuantileSketch } from '../../src/stats/time-decayed-quantile-sketch.js';
import { TimeWindowQuantiles } from '../../src/stats/time-window-quantiles.js';
import { WindowQuantiles } from '../../src/stats/window-quantiles.js';
import { freshly, obeysNormalizerLaws, taught } from '../laws/normalizer-laws.js';
import { PortableStream } from '../support/portable-stream.js';

const LAST = 5.199337582605575;
const statistics: readonly [string, () => QuantileStatistic][] = [
  ['window', () => new WindowQuantiles({ length: 20 })],
  ['time window', () => new TimeWindowQuantiles({ duration: 3000 })],
  ['sketch', () => new QuantileSketch({ maxBins: 256 })],
  ['decayed sketch', () => new DecayedQuantileSketch({ halfLife: 30, maxBins: 256 })],
  ['time-decayed sketch', () => new TimeDecayedQuantileSketch({ halfLife: 3000, maxBins: 256 })],
];

describe.each(statistics)('QuantileNormalizer over a %s', (name, statistic) => {
  // What has left a window or faded is beyond the range, and is mapped to its end.
  const ends = name === 'sketch' ? {} : { end: 1 };
  obeysNormalizerLaws({
    make: () => new QuantileNormalizer(statistic(), { distribution: 'uniform' }),
    flat: 0.5,
    ...ends,
  });
});

describe('QuantileNormalizer', () => {
  obeysNormalizerLaws({
    make: () => new QuantileNormalizer(new WindowQuantiles({ length: 100 }), { distribution: 'normal' }),
    equivariance: 1e-9,
    end: LAST,
  });

  const normal = (references?: number): QuantileNormalizer =>
    taught(
      freshly(new QuantileNormalizer(new WindowQuantiles({ length: 1000 }), { distribution: 'normal', references })),
      new PortableStream(1).gaussians(1000),
    );

  it('maps as scikit-learn does with eleven references', () => {
    const normalizer = normal(11);
    expect(normalizer.normalize(-10)).toBe(-LAST);
    expect(normalizer.normalize(10)).toBe(LAST);
    expect(normalizer.normalize(0)).toBeCloseTo(0.03290719585149725, 14);
    expect(normalizer.normalize(0.5)).toBeCloseTo(0.5208368142157602, 14);
    expect(normalizer.denormalize(normalizer.normalize(0.5))).toBeCloseTo(0.5, 12);
  });
  it('maps normal data nearly to itself', () => {
    for (const x of [-1.5, -0.5, 0, 0.7, 2]) expect(Math.abs(normal().normalize(x) - x)).toBeLessThan(0.2);
  });
  it('is inverted anywhere within the range of a long series in a sketch', () => {
    const xs = new PortableStream(2).gaussians(5000);
    const sketch = new QuantileNormalizer(new QuantileSketch(), { distribution: 'normal' });
    const normalizer = taught(freshly(sketch), xs);
    for (let x = -3; x < 3; x += 0.01) expect(normalizer.denormalize(normalizer.normalize(x))).toBeCloseTo(x, 9);
  });
  it('refuses a single reference', () => {
    expect(() => normal(1)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
  });
});
