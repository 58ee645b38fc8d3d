import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { advise } from '../../src/advise/advise.js';
import { textbookSeries } from '../support/textbook-series.js';

const only = (values: Iterable<number>) => advise(values)[0]!;
const traitsOf = (values: Iterable<number>) => only(values).profile.traits.map(({ name }) => name);

describe('advise', () => {
  it.each([
    ['normal', 'z-score'],
    ['heavyTailed', 'robust'],
    ['spiky', 'robust'],
    ['bounded', 'min-max'],
    ['saturated', 'min-max'],
    ['lognormal', 'power'],
    ['exponential', 'power'],
    ['sparse', 'max-abs'],
    ['counts', 'power'],
    ['levels', 'adaptive'],
    ['scales', 'adaptive'],
    ['ramp', 'adaptive'],
    ['randomWalk', 'adaptive'],
    ['correlated', 'z-score'],
    ['daily', 'z-score'],
    ['angle', 'sin-cos'],
    ['normalized', 'none'],
    ['share', 'none'],
    ['quantized', 'z-score'],
    ['meter', 'none'],
    ['toggle', 'none'],
    ['flat', 'none'],
  ] as const)('is right about the textbook case: %s → %s', (name, method) => {
    const advice = only(textbookSeries(3)[name]());
    expect(advice.options.method, advice.reasons.join('; ')).toBe(method);
    expect(advice.reasons.length).toBeGreaterThan(0);
  });

  it('does not mind the unit, but for what zero and the unit interval mean', () => {
    const cases = fc.constantFrom('normal', 'heavyTailed', 'levels', 'bounded', 'daily', 'correlated');
    const scales = fc.double({ min: -6, max: 6, noNaN: true });
    fc.assert(
      fc.property(cases, scales, (name, power) => {
        const series = textbookSeries(4, 600)[name as 'normal']();
        const factor = 2 ** Math.round(power * 3.32);
        const [plain, scaled] = [only(series), only(series.map((x) => x * factor))];
        expect(scaled.options).toEqual(plain.options);
        // A density is per unit.
        const gains = (advice: typeof plain) =>
          Object.fromEntries(advice.candidates.map(({ label, gain }) => [label, gain]));
        for (const label of ['adaptive', 'min-max']) expect(gains(scaled)[label]).toBeCloseTo(gains(plain)[label]!, 6);
        // The bins of a sketch are not where they were.
        expect(gains(scaled).robust).toBeCloseTo(gains(plain).robust!, 2);
      }),
      { numRuns: 12 },
    );
  });

  it('answers whatever it is given, and recommends only what can be configured', () => {
    const value = fc.oneof(
      fc.double(),
      fc.integer({ min: -3, max: 3 }),
      fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, 0, 1e150, -1e150, 1e300, 5e-324),
    );
    const series = fc.array(value, { maxLength: 250 });
    fc.assert(
      fc.property(series, (values) => {
        for (const { options, candidates, reasons } of advise(values)) {
          expect(options.method).toBeTypeOf('string');
          expect(reasons.join()).not.toMatch(/NaN|undefined/);
          for (const { logScore } of candidates) expect(logScore).toBeLessThan(Number.POSITIVE_INFINITY);
        }
      }),
      { numRuns: 60, examples: [[[]], [[Number.NaN]], [[1]], [new Array(200).fill(7)], [[0, 0, 0, 1e150, -1e150]]] },
    );
  });

  it('scores each value before it is learnt: what comes later changes nothing', () => {
    const series = textbookSeries(5, 400).normal();
    const spoiled = series.map((x, i) => (i === 399 ? 1e9 : x));
    const [plain, other] = [series, spoiled].map(
      (values) => only(values).candidates.find(({ label }) => label === 'z-score')!,
    );
    // One value of 370 may cost no more than the fall-back law allows.
    expect(plain!.logScore - other!.logScore).toBeLessThan(60 / 370);
  });

  it('reads records by field and key, and leaves key and time out of it', () => {
    const { normal, levels } = textbookSeries(6, 300);
    const [a, b] = [normal(), levels()];
    const records = Array.from(a, (_, i) => ({
      id: `d${i % 2}`,
      ts: i * 60_000,
      t: a[i],
      inner: { p: b[i] },
      note: 'x',
    }));
    const advice = advise(records, { key: 'id', time: 'ts' });
    expect(advice.map(({ field }) => field)).toEqual(['t', 'inner.p']);
    expect(advice[0]!.profile).toMatchObject({ seriesCount: 2, values: 300, missing: 0 });
    expect(advice[0]!.profile.series[0]).toMatchObject({ key: 'd0', count: 150, timeStep: 120_000 });
    expect(advise(records, { fields: ['t'], records: 100 })[0]!.profile.values).toBe(100);
  });

  it('counts what is missing and what is no number', () => {
    const values = Array.from({ length: 200 }, (_, i) => (i % 10 === 0 ? null : i % 10 === 1 ? 'off' : i * 7.3));
    const [advice] = advise(
      values.map((v) => ({ v })),
      { fields: ['v'] },
    );
    expect(advice!.profile).toMatchObject({ values: 200, missing: 40, texts: 20 });
  });

  it('finds the cycle, the steps of rounding, the correlation and the stretch without life', () => {
    const { daily, quantized, correlated, normal } = textbookSeries(7);
    const season = only(daily()).profile.series[0]!.season;
    expect(season.period).toBe(96);
    expect(season.strength).toBeGreaterThan(0.8);
    expect(traitsOf(quantized())).toContain('quantized');
    expect(only(quantized()).profile.series[0]!.resolution).toBe(0.5);
    // (1 + ρ) / (1 − ρ) = 19.
    expect(only(correlated()).profile.series[0]!.correlationTime).toBeGreaterThan(10);
    expect(only(correlated()).profile.series[0]!.correlationTime).toBeLessThan(30);
    expect(traitsOf(normal().map((x, i) => (i > 500 && i < 700 ? 20 : x)))).toContain('stuck');
    expect(traitsOf(normal())).toEqual([]);
  });

  it('does not call for what destroys the signal: short memories on a slow series', () => {
    const { candidates } = only(textbookSeries(8).correlated());
    const kept = (label: string) => candidates.find((candidate) => candidate.label === label)!.levelKept;
    expect(kept('z-score')).toBeGreaterThan(0.99);
    expect(kept('innovation')).toBeLessThan(0.6);
  });

  it.each([
    [{ records: 0 }, 'records'],
    [{ key: 3 as unknown as string }, 'key'],
    [{ time: 3 as unknown as string }, 'time'],
    [{ fields: 'x' as unknown as string[] }, 'fields'],
  ])('refuses %j', (options, option) => {
    expect(() => advise([1, 2, 3], options)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION', option }));
  });

  it('refuses a sample that cannot be iterated', () => {
    expect(() => advise(5 as unknown as number[])).toThrow(expect.objectContaining({ option: 'sample' }));
  });
});
