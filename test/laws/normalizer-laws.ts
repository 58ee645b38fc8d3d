import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Normalizer } from '../../src/normalize/normalizer.js';

/** What the laws have to know of a normalizer. */
export interface NormalizerSubject<N extends Normalizer> {
  /** A new one; `aim` gives it a state. */
  make(): N;
  /** Observations to feed it. @defaultValue multiples of 1/8 within ±125 */
  values?: fc.Arbitrary<number>;
  /** Levels that are added to them. @defaultValue 0, 1e6 and 1.7e12 */
  levels?: readonly number[];
  /** The only level at which a series counts as flat. @defaultValue any */
  isFlatAt?: number;
  /** Score of the value of a flat series. @defaultValue 0 */
  flat?: number;
  /** By how much scores may differ when all values are moved and stretched; absent: they may differ at will. */
  equivariance?: number;
  /** Scores from here on are the end of the output, where an inverse has no more to go by. @defaultValue Infinity */
  end?: number;
}

const runs = { numRuns: 60 };
const START = 1_700_000_000_000;

/** Gives a normalizer a state of its own. */
export function freshly<N extends Normalizer>(normalizer: N): N {
  normalizer.aim(new Float64Array(normalizer.stride), 0);
  return normalizer;
}

/** Lets it learn a series, one value every 100 ms, and refreshes it. */
export function taught<N extends Normalizer>(normalizer: N, xs: Iterable<number>, from = 0): N {
  let time = START + from * 100;
  for (const x of xs) {
    normalizer.advance(time);
    normalizer.learn(x, time);
    time += 100;
  }
  normalizer.refresh();
  return normalizer;
}

/** The laws of every normalizer. Call it inside `describe`. */
export function obeysNormalizerLaws<N extends Normalizer>(subject: NormalizerSubject<N>): void {
  const { make, flat = 0, isFlatAt, end = Number.POSITIVE_INFINITY, equivariance } = subject;
  const { values = fc.integer({ min: -1000, max: 1000 }).map((n) => n / 8), levels = [0, 1e6, 1.7e12] } = subject;
  const series = fc
    .tuple(fc.array(values, { minLength: 1, maxLength: 80 }), fc.constantFrom(...levels))
    .map(([xs, level]) => xs.map((x) => x + level));

  it('is inverted: to rounding where affine, to 1e-9 of the range elsewhere', () => {
    fc.assert(
      fc.property(series, fc.double({ min: 0, max: 1, noNaN: true }), (xs, share) => {
        const normalizer = taught(freshly(make()), xs);
        const [low, high] = [Math.min(...xs), Math.max(...xs)];
        for (const x of [...xs, low + share * (high - low)]) {
          if (x < low || x > high || !(normalizer.scale > 0)) continue;
          const y = normalizer.normalize(x);
          if (Math.abs(y) >= end) continue;
          const size = Math.max(Math.abs(x), Math.abs(normalizer.center), normalizer.scale);
          const rounding = 4 * Number.EPSILON * size;
          const allowed = normalizer.affine ? rounding : rounding + 1e-9 * (high - low);
          const back = normalizer.denormalize(y);
          expect(Math.abs(back - x) <= allowed, `${x} to ${y} to ${back}, not within ${allowed}`).toBe(true);
        }
      }),
      runs,
    );
  });

  it('does in one step what refresh, normalize and learn do one after the other', () => {
    fc.assert(
      fc.property(series, (xs) => {
        const one = freshly(make());
        const other = freshly(make());
        xs.forEach((x, i) => {
          const time = START + i * 100;
          other.refresh();
          const expected = other.count > 0 ? other.normalize(x) : Number.NaN;
          const members = [other.count, other.center, other.scale];
          other.learn(x, time);
          expect(one.step(x, time)).toBe(expected);
          expect([one.count, one.center, one.scale]).toEqual(members);
        });
        expect(one.state).toEqual(other.state);
      }),
      runs,
    );
  });

  it('never falls while x rises', () => {
    fc.assert(
      fc.property(series, fc.array(values, { maxLength: 20 }), (xs, others) => {
        const normalizer = taught(freshly(make()), xs);
        const rising = [...xs, ...others].sort((a, b) => a - b);
        let before = Number.NEGATIVE_INFINITY;
        for (const x of rising) {
          const y = normalizer.normalize(x);
          expect(y).toBeGreaterThanOrEqual(before - 1e-13 * Math.abs(y));
          before = y;
        }
      }),
      runs,
    );
  });

  if (equivariance !== undefined) {
    it('gives the same scores in another unit', () => {
      fc.assert(
        fc.property(fc.array(values, { minLength: 2, maxLength: 80 }), fc.constantFrom(0.25, 8, 1024), (xs, unit) => {
          const one = taught(freshly(make()), xs);
          const other = taught(
            freshly(make()),
            xs.map((x) => unit * x),
          );
          for (const x of xs)
            expect(Math.abs(one.normalize(x) - other.normalize(unit * x))).toBeLessThanOrEqual(equivariance);
        }),
        runs,
      );
    });
  }

  it('scores a flat series, and a single value, as documented', () => {
    fc.assert(
      fc.property(
        isFlatAt === undefined ? values : fc.constant(isFlatAt),
        fc.constantFrom(...levels),
        fc.integer({ min: 1, max: 100 }),
        (x, level, length) => {
          const normalizer = taught(freshly(make()), new Array<number>(length).fill(x + level));
          expect(normalizer.normalize(x + level)).toBeCloseTo(flat, 12);
          expect(normalizer.denormalize(normalizer.normalize(x + level))).toBeCloseTo(x + level, 3);
        },
      ),
      runs,
    );
  });

  it('goes on bit for bit from a copy of its state', () => {
    fc.assert(
      fc.property(series, series, fc.nat(5), (before, after, offset) => {
        const original = taught(freshly(make()), before);
        const copy = new Float64Array(offset + original.state.length);
        copy.set(original.state, offset);
        const restored = make();
        restored.aim(copy, offset);
        restored.refresh();
        for (const x of [...before, ...after]) expect(restored.normalize(x)).toBe(original.normalize(x));
        taught(original, after, before.length);
        taught(restored, after, before.length);
        expect([restored.center, restored.scale, restored.count]).toEqual([
          original.center,
          original.scale,
          original.count,
        ]);
        expect(restored.state.slice(offset)).toEqual(original.state);
      }),
      runs,
    );
  });

  it('knows nothing at first, and never answers NaN to an observation once it has learnt one', () => {
    const fresh = freshly(make());
    fresh.refresh();
    expect([fresh.count, fresh.center, fresh.scale]).toEqual([0, Number.NaN, Number.NaN]);
    const wild = fc.oneof(
      values,
      values.map((x) => x * 1e100),
      fc.constantFrom(1e-300, 1e150),
    );
    fc.assert(
      fc.property(fc.array(wild, { minLength: 1, maxLength: 60 }), fc.array(wild), (xs, others) => {
        const normalizer = taught(freshly(make()), xs);
        for (const x of [...xs, ...others]) expect(normalizer.normalize(x)).not.toBeNaN();
        expect(normalizer.count).toBeGreaterThan(0);
        expect(normalizer.center).not.toBeNaN();
        expect(normalizer.scale).toBeGreaterThanOrEqual(0);
      }),
      runs,
    );
  });
}
