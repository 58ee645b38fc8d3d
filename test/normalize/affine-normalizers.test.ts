import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createScorer } from '../../src/normalize/create-scorer.js';
import { MaxAbsNormalizer } from '../../src/normalize/max-abs-normalizer.js';
import { MinMaxNormalizer } from '../../src/normalize/min-max-normalizer.js';
import { resolveField } from '../../src/normalize/resolve-field.js';
import { scoreColumn } from '../../src/normalize/score-column.js';
import { ZScoreNormalizer } from '../../src/normalize/z-score-normalizer.js';
import { DecayedMoments } from '../../src/stats/decayed-moments.js';
import { Extent } from '../../src/stats/extent.js';
import { Moments } from '../../src/stats/moments.js';
import { WindowExtent } from '../../src/stats/window-extent.js';
import { obeysNormalizerLaws } from '../laws/normalizer-laws.js';
import { PortableStream } from '../support/portable-stream.js';

describe.each([
  ['everything', () => new Moments()],
  ['a half-life', () => new DecayedMoments({ halfLife: 20 })],
] as const)('ZScoreNormalizer over %s', (_name, statistic) => {
  obeysNormalizerLaws({
    make: () => new ZScoreNormalizer(statistic(), { ddof: 0, whenFlat: 'zero' }),
    equivariance: 1e-9,
  });
  obeysNormalizerLaws({ make: () => new ZScoreNormalizer(statistic(), { ddof: 1, whenFlat: 'center' }) });
});

describe.each([
  ['everything', () => new Extent()],
  ['a window', () => new WindowExtent({ length: 20 })],
] as const)('MinMaxNormalizer over %s', (_name, statistic) => {
  obeysNormalizerLaws({
    make: () => new MinMaxNormalizer(statistic(), { range: [0, 1], whenFlat: 'zero' }),
    equivariance: 1e-12,
  });
  obeysNormalizerLaws({
    make: () => new MinMaxNormalizer(statistic(), { range: [-1, 1], whenFlat: 'center' }),
    flat: -1,
  });
});

describe('MaxAbsNormalizer', () => {
  // A flat series other than zero is its own largest magnitude: it scores ±1, so the law of flat series is for zeros here.
  obeysNormalizerLaws({
    make: () => new MaxAbsNormalizer(new Extent(), { whenFlat: 'zero' }),
    levels: [0],
    equivariance: 1e-12,
    isFlatAt: 0,
  });
});

const A = new PortableStream(1).gaussians(1000);
const score = (xs: readonly number[] | Float64Array, options: Parameters<typeof resolveField>[0]) => {
  const scorer = createScorer(resolveField({ method: 'z-score', ...options }), {
    missing: 0,
    late: 0,
    untimed: 0,
    gated: 0,
  });
  scorer.aim(new Float64Array(scorer.stride), 0);
  return { scorer, scores: Array.from(xs, (x) => scorer.score(x, Number.NaN)) };
};

describe('z-score', () => {
  it('scores as published when it learns first', () => {
    const expected = [0, 1, 1.0633551649852688, 1.383133487114803, -1.1475722925556, 0.6958029114134149];
    const { scores } = score(A.subarray(0, 6), { order: 'learn-first', warmup: 0 });
    scores.forEach((z, i) => expect(z).toBeCloseTo(expected[i]!, 14));
  });
  it('scores as published when it scores first', () => {
    const expected = [0, 0, 1.975423333466087, 2.6533280924814058, -1.5665650038927967, 0.8020320313579733];
    const { scores } = score(A.subarray(0, 6), { warmup: 0 });
    scores.forEach((z, i) => expect(z).toBeCloseTo(expected[i]!, 14));
  });
  it("agrees with scikit-learn's partial_fit, missing values left out column by column", () => {
    const rows = [
      [1, 10, 5],
      [2, Number.NaN, 5],
      [3, 30, 5],
      [4, 40, 5],
      [Number.NaN, 50, 5],
      [6, 60, 5],
    ];
    const columns = [0, 1, 2].map(
      (k) =>
        score(
          rows.map((row) => row[k]!),
          { warmup: 0 },
        ).scorer,
    );
    const known = columns.map((scorer) => {
      scorer.denormalize(0); // reads the statistic as it is now
      return [scorer.count, scorer.center, scorer.scale];
    });
    expect(known).toEqual([
      [5, expect.closeTo(3.2, 14), expect.closeTo(1.7204650534085253, 14)],
      [5, 38, expect.closeTo(17.204650534085253, 13)],
      [6, 5, 0],
    ]);
    columns[0]!.normalizer.refresh();
    expect(columns[0]!.normalizer.normalize(1)).toBeCloseTo(-1.2787240261820123, 14);
    expect(columns[1]!.normalizer.normalize(10)).toBeCloseTo(-1.62746694241347, 14);
  });
  it('is the same at any offset', () => {
    for (const offset of [1e6, 1e9, 1.7e12]) {
      const xs = A.map((x) => x + offset);
      const { scores } = score(xs, {});
      const exact = score(
        xs.map((x) => x - offset),
        {},
      ).scores; // the rounding of the inputs is theirs, the scores are ours
      scores.forEach((z, i) => expect(Number.isNaN(z) ? 0 : Math.abs(z - exact[i]!)).toBeLessThan(1e-11));
    }
  });
  it('gives over a column what it gives value by value, to the last bit', () => {
    const value = fc.oneof(
      { weight: 8, arbitrary: fc.double({ min: -1e6, max: 1e6, noNaN: true }) },
      { weight: 2, arbitrary: fc.constantFrom(7, 1.7e12, 1e150, 5e-324, -0) },
      { weight: 1, arbitrary: fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, 1e308) },
    );
    const options = fc.record({
      warmup: fc.integer({ min: 1, max: 10 }),
      ddof: fc.constantFrom(0 as const, 1 as const),
      whenFlat: fc.constantFrom('zero' as const, 'center' as const),
      whileWarming: fc.constantFrom('null' as const, 'raw' as const),
      memory: fc.constantFrom('all' as const, { halfLife: 9 }, { halfLife: 0.4 }, { window: 12 }, { window: 30 }),
    });
    fc.assert(
      fc.property(fc.array(value, { maxLength: 80 }), options, fc.nat(80), (xs, given, cut) => {
        const { scorer, scores } = score(xs, given);
        const after = scorer.state.slice();
        scorer.aim(new Float64Array(scorer.stride), 0);
        const out = new Float64Array(xs.length);
        const column = Float64Array.from(xs);
        scoreColumn(scorer, column, out, 0, Math.min(cut, xs.length));
        scoreColumn(scorer, column, out, Math.min(cut, xs.length));
        expect(out).toEqual(Float64Array.from(scores));
        expect(scorer.state).toEqual(after);
      }),
      {
        examples: [
          [Array(20).fill(7), { warmup: 2, ddof: 1, whenFlat: 'center', whileWarming: 'raw', memory: 'all' }, 5],
        ],
      },
    );
  });
});
