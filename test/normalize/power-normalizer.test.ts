import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PowerNormalizer } from '../../src/normalize/power-normalizer.js';
import { DecayedQuantileSketch } from '../../src/stats/decayed-quantile-sketch.js';
import { QuantileSketch } from '../../src/stats/quantile-sketch.js';
import type { QuantileStatistic } from '../../src/stats/statistic.js';
import { TimeDecayedQuantileSketch } from '../../src/stats/time-decayed-quantile-sketch.js';
import { TimeWindowQuantiles } from '../../src/stats/time-window-quantiles.js';
import { WindowQuantiles } from '../../src/stats/window-quantiles.js';
import { freshly, obeysNormalizerLaws, taught } from '../laws/normalizer-laws.js';
import { PortableStream } from '../support/portable-stream.js';

const statistics: readonly [string, () => QuantileStatistic][] = [
  ['window', () => new WindowQuantiles({ length: 20 })],
  ['time window', () => new TimeWindowQuantiles({ duration: 3000 })],
  ['sketch', () => new QuantileSketch({ maxBins: 256 })],
  ['decayed sketch', () => new DecayedQuantileSketch({ halfLife: 30, maxBins: 256 })],
  ['time-decayed sketch', () => new TimeDecayedQuantileSketch({ halfLife: 3000, maxBins: 256 })],
];
const moderate = fc.integer({ min: -40, max: 80 }).map((n) => n / 8);
const positive = fc.integer({ min: 1, max: 800 }).map((n) => n / 8);

describe.each(statistics)('PowerNormalizer over a %s', (_, statistic) => {
  obeysNormalizerLaws({
    make: () => new PowerNormalizer(statistic(), { family: 'yeo-johnson', whenFlat: 'zero' }),
    values: moderate,
    levels: [0, 100, 1e9],
  });
});

describe('PowerNormalizer', () => {
  obeysNormalizerLaws({
    make: () => new PowerNormalizer(new QuantileSketch(), { family: 'box-cox', whenFlat: 'zero' }),
    values: positive,
    equivariance: 0.5,
  });

  const gaussians = new PortableStream(1).gaussians(1000);
  const learnt = (
    xs: Iterable<number>,
    statistic: QuantileStatistic,
    family: 'yeo-johnson' | 'box-cox' = 'yeo-johnson',
  ) => taught(freshly(new PowerNormalizer(statistic, { family, whenFlat: 'zero' })), xs);
  /** Learns the series twice, so that the last estimate is over a window that holds it once, in another order. */
  const overWindow = (xs: Float64Array, family: 'yeo-johnson' | 'box-cox' = 'yeo-johnson') => {
    const twice = [...xs, ...xs.slice(0, 240)];
    return learnt(twice, new WindowQuantiles({ length: 1000 }), family);
  };

  it('finds the exponent that scikit-learn finds', () => {
    expect(Math.abs(overWindow(gaussians.map(Math.exp)).lambda + 0.8891825372782792)).toBeLessThan(1e-6);
  });
  it('finds nearly that over a sketch, once it has estimated all', () => {
    const four = Array.from({ length: 4 }, () => [...gaussians.map(Math.exp)]).flat();
    expect(Math.abs(learnt(four, new QuantileSketch()).lambda + 0.8891825372782792)).toBeLessThan(0.02);
  });
  it('turns a log-normal series into a normal one under Box-Cox', () => {
    const xs = gaussians.map(Math.exp);
    const normalizer = overWindow(xs, 'box-cox');
    expect(Math.abs(normalizer.lambda)).toBeLessThan(0.1);
    const scores = xs.map((x) => normalizer.normalize(x));
    const mean = scores.reduce((sum, y) => sum + y, 0) / 1000;
    const variance = scores.reduce((sum, y) => sum + (y - mean) ** 2, 0) / 1000;
    expect(mean).toBeCloseTo(0, 9);
    expect(variance).toBeCloseTo(1, 9);
  });
  it('mirrors with its data', () => {
    const xs = gaussians.map((x) => Math.exp(x) - 0.7);
    const one = overWindow(xs);
    const other = overWindow(xs.map((x) => -x));
    expect(other.lambda).toBeCloseTo(2 - one.lambda, 6);
    for (const x of [-0.6, 0, 0.4, 3]) expect(other.normalize(-x)).toBeCloseTo(-one.normalize(x), 6);
  });
  it('is a z-score far from zero, to full precision', () => {
    const near = overWindow(gaussians.map((x) => x + 1.7e12));
    for (const x of [-2, 0.5, 3]) {
      expect(Math.abs(near.normalize(x + 1.7e12) - (x + 0.0238571634925902) / Math.sqrt(1.0130192743))).toBeLessThan(
        1e-3,
      );
    }
  });
  it('neither scores nor learns what Box-Cox is not for', () => {
    const normalizer = learnt([1, 2, 0, -3, 4], new QuantileSketch(), 'box-cox');
    expect(normalizer.count).toBe(3);
    expect([normalizer.normalize(0), normalizer.normalize(-1)]).toEqual([Number.NaN, Number.NaN]);
  });
  it('scores 0 at its center and changes there as its scale says', () => {
    const normalizer = overWindow(gaussians.map(Math.exp));
    const { center, scale } = normalizer;
    expect(normalizer.normalize(center)).toBeCloseTo(0, 12);
    expect(
      (normalizer.normalize(center + 1e-4 * scale) - normalizer.normalize(center - 1e-4 * scale)) / 2e-4,
    ).toBeCloseTo(1, 5);
  });
});
