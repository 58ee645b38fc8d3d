import { describe, expect, it } from 'vitest';
import { createScorer } from '../../src/normalize/create-scorer.js';
import type { FieldOptions } from '../../src/normalize/field-options.js';
import { resolveField } from '../../src/normalize/resolve-field.js';
import { seededNormals } from '../support/seeded-normals.js';

function score(field: FieldOptions, xs: Iterable<number>) {
  const counters = { missing: 0, late: 0, untimed: 0, gated: 0 };
  const scorer = createScorer(resolveField(field), counters);
  const state = new Float64Array(scorer.stride);
  const scores = Array.from(xs, (x) => {
    scorer.aim(state, 0);
    return scorer.score(x, Number.NaN);
  });
  scorer.normalizer.refresh();
  return { scores, counters, center: scorer.center, scale: scorer.scale };
}

describe('learnWithin', () => {
  const noise = seededNormals(1, 3000);
  for (const field of [
    { method: 'z-score', memory: { halfLife: 50 } },
    { method: 'z-score', memory: { window: 100 } },
    { method: 'robust', memory: { window: 100 }, unitVariance: true },
    { method: 'min-max', memory: { window: 100 } },
  ] as FieldOptions[]) {
    it(`teaches no outlier, however large: ${JSON.stringify(field)}`, () => {
      const spiked = noise.map((g, t) => (t > 100 && t % 50 === 0 ? 1e6 : g));
      const { center, scale, counters } = score({ ...field, learnWithin: 4 }, spiked);
      expect(counters.gated).toBeGreaterThanOrEqual(57);
      expect(Math.abs(center)).toBeLessThan(4);
      expect(scale).toBeLessThan(10);
      if (field.method !== 'robust') expect(score(field, spiked).scale).toBeGreaterThan(1e4);
    });
    it(`lets a real shift in, up, down and twice over: ${JSON.stringify(field)}`, () => {
      const levels = [0, 40, -40];
      const moved = noise.map((g, t) => g + levels[Math.floor(t / 1000)]!);
      for (const until of [2000, 3000]) {
        const { scores, counters } = score({ ...field, learnWithin: 4 }, moved.subarray(0, until));
        const late = scores.slice(-300);
        // Within reach again: of min-max the level is half, not 0.
        expect(Math.abs(late.reduce((sum, z) => sum + z, 0) / 300)).toBeLessThan(0.8);
        expect(counters.gated).toBeLessThan(200);
      }
    });
  }
  it('lets a scale that grows to both sides in as well', () => {
    for (const factor of [30, 1e6]) {
      const wider = noise.map((g, t) => (t < 1000 ? g : factor * g));
      const { scale } = score({ method: 'z-score', memory: { halfLife: 50 }, learnWithin: 4 }, wider);
      expect(scale).toBeGreaterThan(factor / 2);
    }
  });
});
