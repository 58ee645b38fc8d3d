import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isObservation } from '../../src/stats/is-observation.js';
import type { Mergeable, Statistic } from '../../src/stats/statistic.js';

/** What the laws have to know of a statistic. */
export interface LawSubject<S extends Statistic> {
  /** A new one, with state of its own. */
  make(): S;
  /** Everything it answers, in a fixed order. */
  read(statistic: S): number[];
  /** Observations to feed it. @defaultValue doubles within ±1e6 */
  values?: fc.Arbitrary<number>;
}

/** Some observations, each with its event time. */
export interface TimedSeries {
  xs: Float64Array;
  times: Float64Array;
}

/** Whether two statistics that saw `all` give the same answers, up to rounding: throws if not. */
export type Agree<S> = (actual: S, expected: S, all: TimedSeries) => void;

const NEIGHBOUR = 0.1234567;
const NON_OBSERVATIONS = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e308, -1e308];
const moderate = fc.double({ min: -1e6, max: 1e6, noNaN: true });
const runs = { numRuns: 60 };

/** Series of up to `maxLength` observations, mostly in order of time, some late. */
export function timedSeries(values: fc.Arbitrary<number> = moderate, maxLength = 60): fc.Arbitrary<TimedSeries> {
  const step = fc.oneof(
    { weight: 5, arbitrary: fc.nat(400) },
    { weight: 1, arbitrary: fc.integer({ min: -300, max: 0 }) },
  );
  return fc.array(fc.tuple(values, step), { maxLength, size: 'max' }).map((pairs) => {
    let time = 1_700_000_000_000;
    const times = pairs.map(([, by]) => {
      time += by;
      return time;
    });
    return { xs: Float64Array.from(pairs, ([x]) => x), times: Float64Array.from(times) };
  });
}

/** One series after another. */
function concatenate(...parts: TimedSeries[]): TimedSeries {
  return {
    xs: Float64Array.from(parts.flatMap(({ xs }) => [...xs])),
    times: Float64Array.from(parts.flatMap(({ times }) => [...times])),
  };
}

/** Lets `statistic` see a series, value by value. */
export function feed<S extends Statistic>(statistic: S, { xs, times }: TimedSeries): S {
  for (let i = 0; i < xs.length; i++) statistic.update(xs[i]!, times[i]!);
  return statistic;
}

/** The state alone, without what stands around it. */
function stateOf({ state, offset, stride, growable }: Statistic): Float64Array {
  return growable ? state.slice(offset) : state.slice(offset, offset + stride);
}

function expectSameBits(actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  const differing = Array.from(expected).findIndex((x, i) => !Object.is(x, actual[i]));
  expect(actual.length === expected.length ? differing : 'length', `${actual} is not ${expected}`).toBe(-1);
}

/** A copy of a state at `offset` in a longer array, as a checkpoint or a table of series holds it. */
function relocate(statistic: Statistic, offset: number): Float64Array {
  const bits = stateOf(statistic);
  const array = new Float64Array(offset + bits.length + (statistic.growable ? 0 : offset)).fill(NEIGHBOUR);
  array.set(bits, offset);
  return array;
}

/** The laws of every statistic. Call it inside `describe`. */
export function obeysStatisticLaws<S extends Statistic>({ make, read, values }: LawSubject<S>): void {
  const series = timedSeries(values);

  it('goes on bit for bit from a copy of its state, anywhere, and touches nothing beside it', () => {
    fc.assert(
      fc.property(series, series, fc.nat(7), (before, after, offset) => {
        const original = feed(make(), before);
        const restored = make();
        restored.aim(relocate(original, offset), offset);
        expectSameBits(read(restored), read(original));
        feed(original, after);
        feed(restored, after);
        expectSameBits(read(restored), read(original));
        expectSameBits(stateOf(restored), stateOf(original));
        const end = restored.growable ? restored.state.length : offset + restored.stride;
        const neighbours = [...restored.state.subarray(0, offset), ...restored.state.subarray(end)];
        expect(neighbours.every((x) => x === NEIGHBOUR)).toBe(true);
      }),
      runs,
    );
  });

  it('takes zeros for a series that has seen nothing', () => {
    fc.assert(
      fc.property(series, (given) => {
        const zeros = make();
        zeros.aim(new Float64Array(3 + zeros.stride), 3);
        expect(zeros.count).toBe(0);
        expectSameBits(read(zeros), read(make()));
        expectSameBits(stateOf(feed(zeros, given)), stateOf(feed(make(), given)));
      }),
      runs,
    );
  });

  it('changes no bit for what is not an observation, and gets the next value right', () => {
    fc.assert(
      fc.property(series, series, fc.array(fc.constantFrom(...NON_OBSERVATIONS), { minLength: 1 }), (a, b, junk) => {
        const statistic = feed(make(), a);
        const before = stateOf(statistic);
        const time = a.times.at(-1) ?? 1_700_000_000_000;
        for (const [i, x] of junk.entries()) statistic.update(x, time + i);
        statistic.updateMany(Float64Array.from(junk), 0, junk.length, new Float64Array(junk.length).fill(time));
        expectSameBits(stateOf(statistic), before);
        expectSameBits(stateOf(feed(statistic, b)), stateOf(feed(feed(make(), a), b)));
      }),
      {
        ...runs,
        examples: NON_OBSERVATIONS.map((x) => [
          concatenate(),
          { xs: Float64Array.of(3), times: Float64Array.of(1) },
          [x],
        ]),
      },
    );
  });

  it('learns many as it learns one by one, however they are split', () => {
    fc.assert(
      fc.property(series, fc.nat(60), fc.nat(60), (given, i, j) => {
        const [low, high] = [Math.min(i, j, given.xs.length), Math.min(Math.max(i, j), given.xs.length)];
        const many = make();
        many.updateMany(given.xs, 0, low, given.times);
        many.updateMany(given.xs, low, high, given.times);
        many.updateMany(given.xs, high, undefined, given.times);
        expectSameBits(stateOf(many), stateOf(feed(make(), given)));
      }),
      runs,
    );
  });

  it('forgets everything when reset', () => {
    fc.assert(
      fc.property(series, series, (before, after) => {
        const reset = feed(make(), before);
        reset.reset();
        expect(reset.count).toBe(0);
        expectSameBits(read(reset), read(make()));
        expectSameBits(read(feed(reset, after)), read(feed(make(), after)));
      }),
      runs,
    );
  });

  it('serves two series in turn without a leak', () => {
    fc.assert(
      fc.property(series, series, (a, b) => {
        const shared = make();
        const states: Float64Array[] = [new Float64Array(shared.stride), new Float64Array(shared.stride)];
        for (let i = 0; i < Math.max(a.xs.length, b.xs.length); i++) {
          for (const [which, { xs, times }] of [a, b].entries()) {
            if (i >= xs.length) continue;
            shared.aim(states[which]!, 0).update(xs[i]!, times[i]!);
            states[which] = shared.state;
          }
        }
        expectSameBits(stateOf(shared.aim(states[0]!, 0)), stateOf(feed(make(), a)));
        expectSameBits(stateOf(shared.aim(states[1]!, 0)), stateOf(feed(make(), b)));
      }),
      runs,
    );
  });
}

/** The law of every `Mergeable`: a merge is as good as having seen both series, and what follows is as well. */
export function obeysMergeLaw<S extends Statistic & Mergeable<S>>(subject: LawSubject<S>, agree: Agree<S>): void {
  const { make, read, values } = subject;
  const series = timedSeries(values);
  const none = concatenate();
  const one: TimedSeries = { xs: Float64Array.of(1), times: Float64Array.of(1_700_000_000_100) };

  it('merges as if it had seen both series, in any order, and goes on from there', () => {
    fc.assert(
      fc.property(series, series, series, (a, b, c) => {
        const ab = feed(make(), a);
        const other = feed(make(), b);
        const untouched = stateOf(other);
        ab.merge(other);
        expectSameBits(stateOf(other), untouched);
        feed(ab, c);
        agree(ab, feed(make(), concatenate(a, b, c)), concatenate(a, b, c));
        const ba = feed(make(), b);
        ba.merge(feed(make(), a));
        agree(feed(ba, c), ab, concatenate(a, b, c));
      }),
      {
        ...runs,
        examples: [
          [none, none, one],
          [none, one, one],
          [one, none, one],
          [one, one, none],
        ],
      },
    );
  });

  it('is not changed by merging nothing, and is empty after merging nothing into nothing', () => {
    fc.assert(
      fc.property(series, (given) => {
        const statistic = feed(make(), given);
        const before = read(statistic);
        statistic.merge(make());
        expectSameBits(read(statistic), before);
      }),
      { ...runs, examples: [[none]] },
    );
  });
}

/** The law of windows by count: whatever has passed, the answers are those of a new statistic over the last `length` values. */
export function obeysWindowLaw<S extends Statistic>(subject: LawSubject<S>, length: number, agree: Agree<S>): void {
  const { make, values = moderate } = subject;
  const spiky = fc.oneof(
    { weight: 9, arbitrary: values },
    { weight: 1, arbitrary: fc.constantFrom(1e150, -1e12, Number.NaN) },
  );

  it('has no memory of what has left the window', () => {
    fc.assert(
      fc.property(timedSeries(spiky, 3 * length), timedSeries(values, 3 * length), (past, recent) => {
        const all = concatenate(past, recent);
        const observed = [...all.xs.keys()].filter((i) => isObservation(all.xs[i]!));
        const seen = observed.slice(-length);
        const last = {
          xs: Float64Array.from(seen, (i) => all.xs[i]!),
          times: Float64Array.from(seen, (i) => all.times[i]!),
        };
        agree(feed(make(), all), feed(make(), last), last);
      }),
      runs,
    );
  });
}
