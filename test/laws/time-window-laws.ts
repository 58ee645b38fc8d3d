import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isObservation } from '../../src/stats/is-observation.js';
import type { LatenessAware, Statistic } from '../../src/stats/statistic.js';
import { type Agree, feed, type LawSubject, type TimedSeries, timedSeries } from './statistic-laws.js';

/** Event times in ms: the length of the window and what it takes of lateness. */
export interface TimeWindowLengths {
  duration: number;
  allowedLateness: number;
}

/** What a window in event time has to hold after a series: told from the definition, value by value. */
function held(all: TimedSeries, { duration, allowedLateness }: TimeWindowLengths, clock: number): TimedSeries {
  let newest = Number.NEGATIVE_INFINITY;
  const kept: [number, number][] = [];
  for (const [i, x] of all.xs.entries()) {
    const time = all.times[i]!;
    if (!isObservation(x) || !Number.isFinite(time) || newest - time > allowedLateness) continue;
    newest = Math.max(newest, time);
    kept.push([x, time]);
  }
  const last = Math.max(newest, clock);
  const inside = kept.filter(([, time]) => time > last - duration).sort(([, s], [, t]) => s - t);
  return { xs: Float64Array.from(inside, ([x]) => x), times: Float64Array.from(inside, ([, time]) => time) };
}

/** The laws of windows in event time: the answers are those of a new one over what is in the window, whatever the order of delivery. */
export function obeysTimeWindowLaws<S extends Statistic & LatenessAware>(
  subject: LawSubject<S>,
  lengths: TimeWindowLengths,
  agree: Agree<S>,
): void {
  const { make, values = fc.double({ min: -1e6, max: 1e6, noNaN: true }) } = subject;
  const spiky = fc.oneof(
    { weight: 9, arbitrary: values },
    { weight: 1, arbitrary: fc.constantFrom(1e150, -1e12, Number.NaN) },
  );

  // Each value up to a quarter of the window late: many of them fall among the older half of it.
  const late = fc.nat(Math.ceil(lengths.duration / 4));
  const disordered = fc.array(fc.tuple(spiky, late), { maxLength: 80, size: 'max' }).map((pairs) => ({
    xs: Float64Array.from(pairs, ([x]) => x),
    times: Float64Array.from(pairs, ([, by], i) => (i * lengths.duration) / 20 - by),
  }));

  it('has no memory of what has left the window, however values are delivered and the clock is turned', () => {
    fc.assert(
      fc.property(
        fc.oneof(timedSeries(spiky, 80), disordered),
        fc.integer({ min: -500, max: 3 * lengths.duration }),
        (all, ahead) => {
          const statistic = make();
          for (let i = 0; i < all.xs.length; i++) {
            statistic.update(all.xs[i]!, all.times[i]!);
            const seen = { xs: all.xs.subarray(0, i + 1), times: all.times.subarray(0, i + 1) };
            const whole = held(seen, lengths, Number.NEGATIVE_INFINITY);
            agree(statistic, feed(make(), whole), whole);
          }
          const clock = Math.max(...all.times) + ahead;
          statistic.advance(clock);
          const rest = held(all, lengths, clock);
          agree(statistic, feed(make(), rest), rest);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('learns exactly the values that are not too late', () => {
    fc.assert(
      fc.property(timedSeries(values), (all) => {
        const statistic = make();
        let newest = Number.NEGATIVE_INFINITY;
        for (const [i, x] of all.xs.entries()) {
          const time = all.times[i]!;
          const late = newest - time > lengths.allowedLateness || newest - time >= lengths.duration;
          expect(statistic.isTooLate(time)).toBe(late);
          const before = statistic.state.slice();
          statistic.update(x, time);
          if (late) expect(statistic.state).toEqual(before);
          else expect(statistic.count).toBeGreaterThan(0);
          newest = Math.max(newest, time);
        }
      }),
    );
  });

  it('learns nothing and turns no clock without a finite time', () => {
    const statistic = make();
    for (const time of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      statistic.update(1, time);
      statistic.advance(time);
    }
    expect(statistic.state).toEqual(make().state);
    expect(statistic.isTooLate(-1e300)).toBe(false);
  });

  it('takes at most twice the memory of the longest window it held, and of old ones nothing', () => {
    const statistic = make();
    for (let i = 0; i < 20_000; i++) statistic.update(i % 13, (i * lengths.duration) / 100);
    expect(statistic.count).toBe(100);
    const small = statistic.state.length;
    for (let i = 0; i < 5000; i++) statistic.update(i % 13, 200 * lengths.duration + (i * lengths.duration) / 1000);
    expect(statistic.count).toBe(1000);
    expect(statistic.state.length).toBeLessThan(14 * small);
    const entry = (statistic.state.length - make().stride) / 1000;
    expect(entry).toBeLessThanOrEqual(2 * 5);
  });
}
