import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TimeDecayedExtent } from '../../src/stats/time-decayed-extent.js';
import { feed, obeysStatisticLaws, timedSeries } from '../laws/statistic-laws.js';
import { readExtent } from '../support/read-extent.js';

const make = (): TimeDecayedExtent => new TimeDecayedExtent({ halfLife: 1000 });

describe('TimeDecayedExtent', () => {
  obeysStatisticLaws({ make, read: readExtent });

  it('relaxes towards the decayed mean by half in a half-life, by values and by the clock alike', () => {
    const extent = make();
    extent.update(0, 0);
    extent.update(8, 0);
    expect(readExtent(extent)).toEqual([2, 0, 8]);
    extent.advance(1000);
    expect(extent.min).toBeCloseTo(2, 14);
    expect(extent.max).toBeCloseTo(6, 14);
    extent.advance(500);
    extent.advance(3000);
    expect(extent.max).toBeCloseTo(4.5, 14);
    extent.update(4, 4000);
    expect(extent.max).toBeCloseTo(4.25, 14);
    extent.update(5, 4000);
    expect(extent.max).toBe(5);
  });

  it('takes of a late value what is left of its distance from the mean', () => {
    const extent = make();
    extent.update(10, 5000);
    extent.update(26, 3000);
    expect(extent.min).toBe(10);
    expect(extent.max).toBe(14);
    extent.update(9, 1000);
    expect(extent.min).toBe(10);
    expect(extent.max).toBe(14);
    extent.update(-100, 4000);
    expect(extent.min).toBeLessThan(-40);
  });

  it('is never turned around, and holds a value that is not late exactly', () => {
    fc.assert(
      fc.property(timedSeries(), ({ xs, times }) => {
        const extent = make();
        let newest = Number.NEGATIVE_INFINITY;
        for (const [i, x] of xs.entries()) {
          extent.update(x, times[i]!);
          const { min, max } = extent;
          expect(min <= max).toBe(true);
          if (times[i]! >= newest) expect(min <= x && x <= max).toBe(true);
          newest = Math.max(newest, times[i]!);
        }
      }),
    );
  });

  it('survives any gap, and learns nothing without a finite time', () => {
    const extent = feed(make(), { xs: Float64Array.of(1, 5), times: Float64Array.of(0, 1) });
    const before = extent.state.slice();
    for (const time of [Number.NaN, Number.POSITIVE_INFINITY]) {
      extent.update(9, time);
      extent.advance(time);
    }
    expect(extent.state).toEqual(before);
    extent.advance(1e300);
    expect(extent.max - extent.min).toBeLessThan(1e-14);
    extent.update(2, 1.1e300);
    expect([extent.min, extent.max]).toEqual([2, expect.closeTo(3, 2)]);
    expect(readExtent(make())).toEqual([0, Number.NaN, Number.NaN]);
    const empty = make();
    empty.advance(5);
    expect(empty.state).toEqual(make().state);
  });
});
