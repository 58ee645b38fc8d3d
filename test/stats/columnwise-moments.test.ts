import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DecayedMoments } from '../../src/stats/decayed-moments.js';
import { isObservation } from '../../src/stats/is-observation.js';
import { runningColumn } from '../../src/stats/running-column.js';
import { WindowMoments } from '../../src/stats/window-moments.js';

describe.each([
  ['DecayedMoments', () => new DecayedMoments({ halfLife: 12 })],
  ['DecayedMoments that forget at once', () => new DecayedMoments({ alpha: 0.8 })],
  ['DecayedMoments that begin with an endless past', () => new DecayedMoments({ halfLife: 5, adjust: false })],
  ['WindowMoments', () => new WindowMoments({ length: 23 })],
  ['WindowMoments of a square', () => new WindowMoments({ length: 25 })],
  ['WindowMoments of one', () => new WindowMoments({ length: 1 })],
])('%s over a column', (_name, make) => {
  it('says and learns what it does value by value, to the last bit, up to what is no observation', () => {
    const value = fc.oneof(
      { weight: 30, arbitrary: fc.double({ min: -1e6, max: 1e6, noNaN: true }) },
      { weight: 3, arbitrary: fc.constantFrom(5, -0, 1e12) },
      { weight: 1, arbitrary: fc.constantFrom(Number.NaN, Number.NEGATIVE_INFINITY) },
    );
    fc.assert(
      fc.property(fc.array(value, { maxLength: 120 }), fc.nat(40), fc.constantFrom(0, 1), (list, learnt, ddof) => {
        const xs = Float64Array.from(list);
        const column = make();
        const single = make();
        const start = Math.min(learnt, xs.length);
        for (const x of xs.subarray(0, start)) for (const statistic of [column, single]) statistic.update(x);
        const columns = Array.from({ length: 6 }, () => new Float64Array(xs.length));
        const [deviations, variances, means, expected, known, middles] = columns;
        const stopped = column.updateColumn(xs, start, xs.length, ddof, deviations!, variances!, means);
        let i = start;
        for (; i < xs.length && isObservation(xs[i]!); i++) {
          expected![i] = single.deviation(xs[i]!);
          known![i - start] = single.variance(ddof);
          middles![i - start] = single.mean;
          single.update(xs[i]!);
        }
        expect(stopped).toBe(i);
        expect(deviations).toEqual(expected);
        expect(variances).toEqual(known);
        expect(means).toEqual(middles);
        expect(column.state).toEqual(single.state);
      }),
    );
  });
  it('answers after each value what it answers one by one, to the last bit, whatever is missing', () => {
    const value = fc.oneof(
      { weight: 30, arbitrary: fc.double({ min: -1e6, max: 1e6, noNaN: true }) },
      { weight: 3, arbitrary: fc.constantFrom(5, -0, 1e12, Number.NaN, Number.POSITIVE_INFINITY, 1e200) },
    );
    fc.assert(
      fc.property(fc.array(value, { maxLength: 60 }), fc.nat(1100), fc.constantFrom(0, 1), (list, filler, ddof) => {
        const xs = Float64Array.from([...list, ...Array.from({ length: filler }, (_, i) => (i * 7919) % 101), ...list]);
        const [column, single] = [make(), make()];
        const [means, deviations, middles, expected] = Array.from({ length: 4 }, () => new Float64Array(xs.length));
        runningColumn(column, xs, means!, deviations!, ddof);
        for (const [i, x] of xs.entries()) {
          single.update(x);
          middles![i] = single.mean;
          expected![i] = Math.sqrt(single.variance(ddof));
        }
        expect(means).toEqual(middles);
        expect(deviations).toEqual(expected);
        expect(column.state).toEqual(single.state);
      }),
      { numRuns: 60 },
    );
  });
});
