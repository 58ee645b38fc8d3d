import { describe, expect, it } from 'vitest';
import { type Recovery, recoveryOf } from '../../../src/advise/evaluate/recovery.js';
import { scoreSeries } from '../../../src/advise/score/score-series.js';
import type { FieldOptions } from '../../../src/normalize/field-options.js';
import { resolveField } from '../../../src/normalize/resolve-field.js';
import { seededNormals } from '../../support/seeded-normals.js';

/** Forty streams of N(0, 1) that rise by 5 half-way: medians of what comes of them. */
function recoveries(options: FieldOptions): Record<keyof Recovery, number> {
  const field = resolveField(options);
  const all = Array.from({ length: 40 }, (_, stream) => {
    const values = seededNormals(500 + stream, 4000).map((x, i) => (i < 2000 ? x : x + 5));
    const series = { key: '', values, times: new Float64Array(4000).fill(Number.NaN) };
    const ruler = { half: 1, center: 0, width: 1, atom: Number.NaN };
    return recoveryOf(scoreSeries(field, series, ruler, Number.POSITIVE_INFINITY).normalized, 2000);
  });
  const middle = (name: keyof Recovery) => all.map((one) => one[name]).sort((a, b) => a - b)[20]!;
  return {
    deviationBefore: middle('deviationBefore'),
    beyond3Before: middle('beyond3Before'),
    jump: middle('jump'),
    recovery: middle('recovery'),
    bias: middle('bias'),
    scaleRecovery: middle('scaleRecovery'),
  };
}
/** The half-life that a smoothing constant stands for. */
const halfLife = (alpha: number) => Math.log(0.5) / Math.log(1 - alpha);

describe('recoveryOf', () => {
  // What other tools were measured at, on other streams of the same law; so within what that makes uncertain.
  it.each([
    ['cumulative', {}, { deviation: 1, jump: 6.6, recovery: Number.POSITIVE_INFINITY, bias: 1.99 }],
    ['α = .3', { memory: { halfLife: halfLife(0.3) } }, { deviation: 1.415, jump: 7.1, recovery: 50, bias: 0.058 }],
    ['α = .05', { memory: { halfLife: halfLife(0.05) } }, { deviation: 1.053, jump: 5.4, recovery: 72, bias: 0.087 }],
    ['α = .01', { memory: { halfLife: halfLife(0.01) } }, { deviation: 1.011, jump: 5.6, recovery: 233, bias: 0.235 }],
    ['window 100', { memory: { window: 100 } }, { deviation: 1.02, jump: 5.3, recovery: 113, bias: 0.164 }],
  ] as const)('is what others measured: %s', (_, options, expected) => {
    const found = recoveries({ method: 'z-score', ...options });
    expect(found.deviationBefore).toBeCloseTo(expected.deviation, 1);
    expect(Math.abs(found.jump / expected.jump - 1)).toBeLessThan(0.2);
    if (expected.recovery === Number.POSITIVE_INFINITY) expect(found.recovery).toBe(expected.recovery);
    else expect(found.recovery / expected.recovery).toBeCloseTo(1, 0.8);
    expect(found.bias / expected.bias).toBeCloseTo(1, 0.8);
  });

  it('sees that adaptive shows the jump, and is back as soon as it has left the fifty values', () => {
    const { deviationBefore, jump, recovery, bias } = recoveries({ method: 'adaptive' });
    expect(Math.abs(deviationBefore - 1)).toBeLessThan(0.02);
    expect(jump).toBeGreaterThan(5);
    expect(recovery).toBeLessThan(60);
    expect(bias).toBeLessThan(0.13);
  });

  it('reads what it is given, and no more', () => {
    const scores = Float64Array.from({ length: 300 }, (_, i) =>
      i < 100 ? (i % 2 ? 1 : -1) : i < 160 ? 4 : i % 2 ? 1 : -1,
    );
    // The last fifty are within ±0.3 once seven of them, at most, are fours.
    expect(recoveryOf(scores, 100)).toMatchObject({ deviationBefore: 1, beyond3Before: 0, jump: 4, recovery: 107 });
    expect(recoveryOf(scores, 100, { unchanged: scores }).recovery).toBe(50);
    expect(recoveryOf(scores, 280)).toMatchObject({ recovery: Number.NaN, bias: Number.NaN });
    expect(recoveryOf(new Float64Array(300).fill(Number.NaN), 100).jump).toBeNaN();
  });
});
