import { describe, expect, it } from 'vitest';
import { InnovationNormalizer } from '../../src/normalize/innovation-normalizer.js';
import { seededNormals } from '../support/seeded-normals.js';
import { drive, goldenSeries, selfTuningLaws } from './self-tuning-laws.js';

/** Score, center, scale, heavy tail and event of every value, without allocation. */
function follow(xs: Float64Array, visit: (z: number, normalizer: InnovationNormalizer, t: number) => void): void {
  const normalizer = new InnovationNormalizer();
  normalizer.aim(new Float64Array(normalizer.stride), 0);
  for (let t = 0; t < xs.length; t++) {
    normalizer.refresh();
    const z = normalizer.count > 0 ? normalizer.normalize(xs[t]!) : 0;
    visit(z, normalizer, t);
    normalizer.learn(xs[t]!, Number.NaN);
  }
}

describe('InnovationNormalizer', () => {
  selfTuningLaws(() => new InnovationNormalizer());

  it('scores the reference series to the last digit', () => {
    const z = drive(new InnovationNormalizer(), goldenSeries).map((step) => step.z);
    expect([1, 5, 39, 40, 41, 42, 59].map((t) => z[t])).toEqual([
      1.1774100225154747, -0.9549769908348802, 0.964072436989138, 4.737756586995335, 5.679458451042376,
      -0.8695156709465879, 0.6459662721759226,
    ]);
  });
  it('takes 368 bytes a series', () => {
    expect(new InnovationNormalizer().stride * 8).toBe(368);
  });
  it('is calibrated on normal noise', () => {
    const xs = seededNormals(11, 300_000);
    let squares = 0;
    let beyond3 = 0;
    let beyond5Percent = 0;
    let counted = 0;
    follow(xs, (z, normalizer, t) => {
      if (t < 500) return;
      counted++;
      squares += z * z;
      if (Math.abs(z) > 3) beyond3++;
      if (normalizer.p < 0.05) beyond5Percent++;
    });
    expect(Math.sqrt(squares / counted)).toBeCloseTo(1.005, 2);
    expect(beyond3 / counted).toBeGreaterThan(0.0024);
    expect(beyond3 / counted).toBeLessThan(0.0036);
    expect(beyond5Percent / counted).toBeCloseTo(0.05, 2);
  });
  it('whitens: the score of a random walk is that of its steps', () => {
    let level = 0;
    const steps = seededNormals(12, 20_000);
    let squares = 0;
    let product = 0;
    let last = 0;
    follow(
      steps.map((g) => (level += g)),
      (z, _normalizer, t) => {
        if (t < 1000) return;
        squares += z * z;
        product += z * last;
        last = z;
      },
    );
    expect(squares / 19_000).toBeCloseTo(1, 0);
    expect(Math.abs(product / squares)).toBeLessThan(0.1);
  });
  it('gives heavy tails a heavy-tailed law, and p-values that stay fair', () => {
    const g = seededNormals(13, 4 * 30_000);
    const t3 = Float64Array.from({ length: 30_000 }, (_, i) => {
      const [a, b, c, d] = g.subarray(4 * i, 4 * i + 4) as unknown as [number, number, number, number];
      return a / Math.sqrt((b * b + c * c + d * d) / 3);
    });
    let rare = 0;
    let tail = 0;
    follow(t3, (_z, normalizer, t) => {
      if (t < 1000) return;
      if (normalizer.p < 0.01) rare++;
      tail += normalizer.tail;
    });
    expect(tail / 29_000).toBeGreaterThan(0.4);
    expect(rare / 29_000).toBeLessThan(0.015);
    expect(rare / 29_000).toBeGreaterThan(0.005);
  });
  it('hardly feels a single spike of any size', () => {
    const calm = seededNormals(14, 2000);
    for (const size of [20, 1e3, 1e6, 1e12]) {
      const spiked = calm.slice();
      spiked[1000]! += size;
      const next: number[] = [];
      follow(spiked, (z, _normalizer, t) => t === 1001 && next.push(z));
      follow(calm, (z, _normalizer, t) => t === 1001 && next.push(z));
      expect(Math.abs(next[0]! - next[1]!)).toBeLessThan(0.4);
    }
  });
  it('tells what the yardstick was and is when an epoch opens', () => {
    const xs = seededNormals(15, 3000).map((g, t) => (t < 2000 ? g : 40 + 6 * g));
    const seen: [number, number][] = [];
    const normalizer = new InnovationNormalizer();
    normalizer.aim(new Float64Array(normalizer.stride), 0);
    for (const [t, x] of xs.entries()) {
      normalizer.learn(x, Number.NaN);
      const { event, cause, oldCenter, oldScale, newCenter, newScale, delay } = normalizer.renormalization;
      if (event === 0) continue;
      seen.push([t, event]);
      expect(cause).toBe(Math.abs(event) === 1 ? 'level' : 'scale');
      expect(oldCenter).not.toBe(newCenter);
      expect(oldScale).toBeGreaterThan(0);
      expect(delay).toBeNaN();
      normalizer.refresh();
      expect([normalizer.center, normalizer.scale]).toEqual([newCenter, newScale]);
    }
    expect(seen.some(([t, event]) => t >= 2000 && t < 2020 && event === 1)).toBe(true);
    expect(seen.filter(([t]) => t < 2000)).toEqual([]);
  });
});
