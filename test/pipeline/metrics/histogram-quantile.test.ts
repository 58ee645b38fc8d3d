import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Histogram } from '../../../src/pipeline/metrics/histogram.js';
import { histogramQuantile } from '../../../src/pipeline/metrics/histogram-quantile.js';

const BOUNDS = [0.1, 0.5, 1, 5, 10];

describe('histogramQuantile', () => {
  it('lies in the bucket of the true quantile', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.001, max: 9.99, noNaN: true }), { minLength: 1 }),
        fc.double({ min: 0.001, max: 1, noNaN: true }),
        (values, p) => {
          const histogram = new Histogram(Float64Array.from(BOUNDS));
          for (const value of values) histogram.observe(value);
          const sorted = [...values].sort((a, b) => a - b);
          const actual = sorted[Math.ceil(p * values.length) - 1]!;
          const upper = BOUNDS.findIndex((bound) => actual <= bound);
          const answer = histogramQuantile(BOUNDS, histogram.sample([]).counts!, p);
          expect(answer).toBeLessThanOrEqual(BOUNDS[upper]!);
          expect(answer).toBeGreaterThanOrEqual(upper === 0 ? 0 : BOUNDS[upper - 1]!);
        },
      ),
    );
  });

  it('interpolates, stays at the highest bound, and knows nothing of nothing', () => {
    expect(histogramQuantile([1, 2], [0, 4, 0], 0.5)).toBe(1.5);
    expect(histogramQuantile([1, 2], [0, 0, 7], 0.5)).toBe(2);
    expect(histogramQuantile([1, 2], [0, 0, 0], 0.5)).toBeNaN();
  });
});
