import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TimeDecayedMoments } from '../../src/stats/time-decayed-moments.js';
import { feed, obeysMergeLaw, obeysStatisticLaws, type TimedSeries, timedSeries } from '../laws/statistic-laws.js';
import { ExactMoments } from '../support/exact-moments.js';
import { expectSameMoments } from '../support/expect-same-moments.js';
import { PortableStream } from '../support/portable-stream.js';
import { readMoments } from '../support/read-moments.js';

const make = (): TimeDecayedMoments => new TimeDecayedMoments({ halfLife: 1000 });
const recursive = (): TimeDecayedMoments => new TimeDecayedMoments({ halfLife: 1000, adjust: false });

/** The series in the order of `order`. */
function deliver({ xs, times }: TimedSeries, order: readonly number[]): TimedSeries {
  return { xs: Float64Array.from(order, (i) => xs[i]!), times: Float64Array.from(order, (i) => times[i]!) };
}

describe('TimeDecayedMoments', () => {
  describe('by age alone', () => {
    obeysStatisticLaws({ make, read: readMoments });
    obeysMergeLaw<TimeDecayedMoments>({ make, read: readMoments }, expectSameMoments);
  });
  describe('as a recursion', () => {
    obeysStatisticLaws({ make: recursive, read: readMoments });
  });

  it('ends in the same state whatever the order of delivery', () => {
    fc.assert(
      fc.property(timedSeries(), fc.infiniteStream(fc.nat()), (given, picks) => {
        const order = [...given.xs.keys()].map((i) => [picks.next().value!, i] as const);
        const shuffled = deliver(
          given,
          order.sort(([p], [q]) => p - q).map(([, i]) => i),
        );
        const ordered = deliver(
          given,
          [...given.xs.keys()].sort((i, j) => given.times[i]! - given.times[j]!),
        );
        const actual = feed(make(), shuffled);
        const expected = feed(make(), ordered);
        expectSameMoments(actual, expected, given);
        expect(actual.newest).toBe(expected.newest);
        expect(Math.abs(actual.weight - expected.weight)).toBeLessThanOrEqual(1e-14 * expected.weight);
      }),
    );
  });

  it.each([0, 1e6, 1e9, 1.7e12])('is right to 1e-12 at offset %d, in order, late and merged', (offset) => {
    const xs = new PortableStream(1).gaussians(600).map((x) => x + offset);
    const uniform = new PortableStream(2);
    let time = 0;
    const times = xs.map(() => (time += Math.floor(uniform.uniform() * 400)));
    const exact = new ExactMoments(
      xs,
      times.map((t) => 2 ** ((t - time) / 1000)),
    );
    const order = [...xs.keys()].sort((i, j) => times[i]! - times[j]! + ((i * 7919) % 5000) - ((j * 7919) % 5000));
    const parts = [0, 1, 2].map((k) =>
      feed(
        make(),
        deliver(
          { xs, times },
          order.filter((i) => i % 3 === k),
        ),
      ),
    );
    parts[2]!.merge(parts[0]!);
    parts[1]!.merge(parts[2]!);
    for (const moments of [feed(make(), { xs, times }), feed(make(), deliver({ xs, times }, order)), parts[1]!]) {
      expect(Math.abs(moments.variance() / exact.variance - 1)).toBeLessThan(1e-12);
      expect(Math.abs(moments.deviation(offset) - exact.deviation(offset))).toBeLessThan(1e-13);
    }
  });

  it('has the means and variances of the recursion in event time', () => {
    const moments = recursive();
    const xs = [10, 12, 11, 15, 9];
    const means = [10, 11, 11, 11.26786803385277, 9.013427520115508];
    const variances = [0, 1, 0.35355339059327373, 1.3295958295441561, 0.03814377357243571];
    for (const [i, time] of [0, 1000, 2500, 2600, 10000].entries()) {
      moments.update(xs[i]!, time);
      expect(Math.abs(moments.mean / means[i]! - 1)).toBeLessThan(1e-15);
      expect(Math.abs(moments.variance() - variances[i]!)).toBeLessThan(1e-15);
    }
    const before = moments.state.slice();
    moments.update(99, 10000);
    moments.update(99, 5000);
    expect(moments.state).toEqual(before);
  });

  it('weighs a late value by its age', () => {
    const moments = make();
    moments.update(10, 5000);
    moments.update(20, 3000);
    expect(moments.mean).toBe(12);
    expect(moments.variance()).toBeCloseTo(16, 13);
    expect(moments.newest).toBe(5000);
  });

  it('keeps its mean however long the gap, and takes a weight that has faded to nothing for nothing', () => {
    for (const gap of [1e5, 1.1e6, 1e9, 1e300]) {
      const moments = feed(make(), { xs: Float64Array.of(3, 5), times: Float64Array.of(0, 10) });
      const before = moments.mean;
      moments.advance(gap);
      expect(moments.mean).toBe(before);
      moments.update(8, gap);
      expect(moments.mean).toBeCloseTo(8, 14);
      expect(moments.variance()).toBeLessThan(1e-20);
      moments.update(-1e6, -gap);
      expect(moments.count).toBe(4);
      expect(moments.mean).toBeCloseTo(8, 14);
      moments.update(10, gap);
      expect(moments.mean).toBeCloseTo(9, 14);
      expect(moments.variance()).toBeCloseTo(1, 14);
    }
    const extremes = feed(make(), { xs: Float64Array.of(1, 2), times: Float64Array.of(-1.7e308, 1.7e308) });
    expect([extremes.mean, extremes.variance(), extremes.variance(1)]).toEqual([2, 0, Number.NaN]);
    const late = feed(make(), { xs: Float64Array.of(1, 2), times: Float64Array.of(1.7e308, -1.7e308) });
    expect([late.mean, late.variance()]).toEqual([1, 0]);
    const apart = feed(make(), { xs: Float64Array.of(7), times: Float64Array.of(1e9) });
    apart.merge(feed(make(), { xs: Float64Array.of(3), times: Float64Array.of(0) }));
    expect([apart.count, apart.mean, apart.variance()]).toEqual([2, 7, 0]);
  });

  it('honours weights, and learns nothing without a finite time or a finite weight above 0', () => {
    const moments = make();
    moments.update(1, 0, 4);
    moments.update(4, 2000, 1);
    expect(moments.mean).toBe(2.5);
    const before = moments.state.slice();
    for (const time of [Number.NaN, Number.POSITIVE_INFINITY, undefined]) moments.update(9, time);
    for (const weight of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) moments.update(9, 3000, weight);
    expect(moments.state).toEqual(before);
  });

  it('refuses to merge where the weights would be wrong, and a half-life that is none', () => {
    const other = feed(new TimeDecayedMoments({ halfLife: 7 }), { xs: Float64Array.of(1), times: Float64Array.of(1) });
    expect(() => make().merge(other)).toThrow(expect.objectContaining({ code: 'INCOMPATIBLE_STATE' }));
    expect(() => recursive().merge(recursive())).toThrow(expect.objectContaining({ code: 'INCOMPATIBLE_STATE' }));
    for (const halfLife of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => new TimeDecayedMoments({ halfLife })).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
    }
  });

  it('has a defined answer for nothing, one value and flat series', () => {
    expect(readMoments(make())).toEqual([0, Number.NaN, Number.NaN, Number.NaN, 3, 3]);
    const flat = make();
    flat.update(7, 1e12);
    expect(readMoments(flat)).toEqual([1, 7, 0, Number.NaN, -4, 10]);
    for (let i = 0; i < 300; i++) flat.update(7, 1e12 + ((i * 37) % 101) * 50);
    expect(readMoments(flat)).toEqual([301, 7, 0, 0, -4, 10]);
  });
});
