import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TimeWindowQuantiles } from '../../src/stats/time-window-quantiles.js';
import { WindowQuantiles } from '../../src/stats/window-quantiles.js';
import { obeysStatisticLaws, timedSeries } from '../laws/statistic-laws.js';

type Quantiles = TimeWindowQuantiles | WindowQuantiles;
const read = (s: Quantiles): number[] => [
  s.count,
  s.min,
  s.max,
  s.medianDeviation(),
  ...[0, 0.1, 0.5, 0.77, 1].flatMap((p) => [s.quantile(p), s.rank(p), s.position(p), s.valueAt(p)]),
];
const few = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ min: -1, max: 1, noNaN: true }), fc.constant(-0));

describe('TimeWindowQuantiles', () => {
  obeysStatisticLaws({ make: () => new TimeWindowQuantiles({ duration: 2000 }), read });

  it('answers as a window by count over what is in time', () => {
    fc.assert(
      fc.property(
        timedSeries(few, 120),
        fc.constantFrom(500, 3000, 20000),
        fc.nat(5000),
        ({ xs, times }, duration, on) => {
          const statistic = new TimeWindowQuantiles({ duration });
          statistic.updateMany(xs, 0, xs.length, times);
          const now = Math.max(...times) + on;
          statistic.advance(now);
          const batch = new WindowQuantiles({ length: 200 });
          const counted = new Float64Array(xs.length);
          let newest = Number.NEGATIVE_INFINITY;
          for (const [i, time] of times.entries()) {
            counted[i] = newest - time < duration ? 1 : 0;
            newest = Math.max(newest, time);
          }
          for (const [i, x] of xs.entries()) if (counted[i] === 1 && now - times[i]! < duration) batch.update(x);
          expect(read(statistic)).toEqual(read(batch));
        },
      ),
    );
  });
});
