import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Normalizer } from '../../src/normalize/normalizer.js';
import type { Renormalization } from '../../src/normalize/renormalization.js';
import { seededNormals, seededUniform } from '../support/seeded-normals.js';

export type SelfTuning = Normalizer & { readonly renormalization: Renormalization };

/** What one value of a series came to. */
interface Step {
  z: number;
  center: number;
  scale: number;
  event: number;
  epoch: number;
}

/** Scores, then learns each of `xs` in the series at `offset`. */
export function drive(normalizer: SelfTuning, xs: Iterable<number>, state?: Float64Array, offset = 0): Step[] {
  const page = state ?? new Float64Array(offset + normalizer.stride);
  return Array.from(xs, (x) => {
    normalizer.aim(page, offset);
    normalizer.refresh();
    const { center, scale } = normalizer;
    const z = normalizer.count > 0 ? normalizer.normalize(x) : 0;
    normalizer.learn(x, Number.NaN);
    return { z, center, scale, event: normalizer.renormalization.event, epoch: normalizer.epoch };
  });
}

export const goldenSeries = Array.from({ length: 60 }, (_, t) => ((7919 * t) % 101) / 10 + (t >= 40 ? 20 : 0));

/** A series with noise, level shifts, a scale change, spikes, a stuck stretch and coarse values. */
export function eventfulSeries(seed: number, length = 3000): Float64Array {
  const uniform = seededUniform(seed + 100);
  const noise = seededNormals(seed, length);
  return noise.map((g, t) => {
    const part = Math.floor((6 * t) / length);
    if (part === 3 && t % 7 < 3) return 4;
    const x = part === 1 ? g + 6 : part === 2 ? 5 * g : part === 5 ? Math.round(2 * g) / 2 : g;
    return uniform() < 0.01 ? x + 20 : x;
  });
}

const observation = fc.oneof(
  fc.double({ min: -1e150, max: 1e150, noNaN: true }),
  fc.double({ min: -5, max: 5, noNaN: true }),
  fc.constantFrom(0, -0, 1, 1e150, -1e150, 5e-324, -5e-324, 1e-310, 1e-300, 1e-160, -1e-150, 1e9, 1e9 + 1),
);
/** Values in runs, so that epochs, stuck stretches and shadows happen. */
const observations = fc
  .array(fc.tuple(observation, fc.integer({ min: 1, max: 40 }), fc.double({ min: -1, max: 1, noNaN: true })), {
    maxLength: 12,
  })
  .map((runs) =>
    runs.flatMap(([x, length, slope]) => Array.from({ length }, (_, i) => clamp(x * (1 + slope * (i % 5))))),
  );

function clamp(x: number): number {
  return Math.max(-1e150, Math.min(1e150, x));
}

/** The laws that both methods without settings obey. */
export function selfTuningLaws(create: () => SelfTuning): void {
  it('answers a number for every observation, whatever came before', () => {
    fc.assert(
      fc.property(observations, (xs) => {
        for (const [i, { z, center, scale }] of drive(create(), xs).entries()) {
          expect(z, `score ${i}`).not.toBeNaN();
          if (i > 0)
            expect(Number.isFinite(center) && scale >= 0 && scale < Number.POSITIVE_INFINITY, `yardstick ${i}`).toBe(
              true,
            );
        }
      }),
    );
  });
  it('goes on as on an ordinary series after the widest and the finest values', () => {
    for (const extreme of [
      [1e150, -1e150],
      [5e-324, -5e-324, 0],
      [1e-310, 3e-310],
      [1e150, 1e150, 5e-324, -1e150],
    ]) {
      const before = Array.from({ length: 200 }, (_, i) => extreme[i % extreme.length]!);
      const after = drive(create(), [...before, ...seededNormals(3, 30_000)]).slice(-1000);
      expect(after.some(({ z }) => Number.isNaN(z))).toBe(false);
    }
  });
  it('leaves no trace of what is no observation', () => {
    const normalizer = create();
    const state = new Float64Array(normalizer.stride);
    drive(normalizer, eventfulSeries(1, 500), state);
    const before = state.slice();
    for (const x of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1.1e150, -1e308]) {
      normalizer.refresh();
      expect(normalizer.normalize(x)).toBeNaN();
      normalizer.learn(x, Number.NaN);
      expect(state).toEqual(before);
      expect(normalizer.renormalization.event).toBe(0);
    }
  });
  it('scores without learning', () => {
    const normalizer = create();
    const state = new Float64Array(normalizer.stride);
    for (const x of eventfulSeries(2, 600)) {
      const before = state.slice();
      normalizer.aim(state, 0);
      normalizer.refresh();
      if (normalizer.count > 0) {
        const z = normalizer.normalize(x);
        normalizer.normalize(x + 1);
        expect(normalizer.normalize(x)).toBe(z);
      }
      expect(state).toEqual(before);
      normalizer.learn(x, Number.NaN);
    }
  });
  it('learns the same whether or not the value was scored, or another was', () => {
    const xs = eventfulSeries(3);
    const scored = new Float64Array(create().stride);
    const learnt = scored.slice();
    const misled = scored.slice();
    drive(create(), xs, scored);
    const learner = create();
    learner.aim(learnt, 0);
    for (const x of xs) learner.learn(x, Number.NaN);
    const other = create();
    for (const x of xs) {
      other.aim(misled, 0);
      other.refresh();
      if (other.count > 0) other.normalize(x + 1);
      other.learn(x, Number.NaN);
    }
    expect(learnt).toEqual(scored);
    expect(misled).toEqual(scored);
  });
  it('goes on bit for bit from a copy of its state, wherever it stands', () => {
    const xs = eventfulSeries(4);
    const whole = new Float64Array(create().stride);
    const steps = drive(create(), xs, whole);
    for (const cut of [1, 2, 700, 1501, 2100]) {
      const part = new Float64Array(create().stride);
      drive(create(), xs.subarray(0, cut), part);
      const moved = new Float64Array(part.length + 8).fill(123);
      moved.set(part, 5);
      expect(drive(create(), xs.subarray(cut), moved, 5)).toEqual(steps.slice(cut));
      expect(moved.subarray(5, 5 + part.length)).toEqual(whole);
      expect([...moved.subarray(0, 5), ...moved.subarray(5 + part.length)]).toEqual(new Array(8).fill(123));
    }
  });
  it('keeps two series apart when one instance serves both', () => {
    const normalizer = create();
    const one = eventfulSeries(5, 1200);
    const two = eventfulSeries(6, 1200).map((x) => 1000 - 50 * x);
    const page = new Float64Array(2 * normalizer.stride);
    const scores: [Step[], Step[]] = [[], []];
    for (let t = 0; t < one.length; t++) {
      scores[0].push(...drive(normalizer, one.subarray(t, t + 1), page));
      scores[1].push(...drive(normalizer, two.subarray(t, t + 1), page, normalizer.stride));
    }
    expect(scores).toEqual([drive(create(), one), drive(create(), two)]);
  });
  it('does not depend on unit and origin', () => {
    const xs = eventfulSeries(7);
    const plain = drive(create(), xs);
    for (const factor of [2 ** 40, -(2 ** -60)]) {
      const turned = drive(
        create(),
        xs.map((x) => factor * x),
      );
      const sign = Math.sign(factor);
      expect(turned.map(({ z }) => sign * z)).toEqual(plain.map(({ z }) => (z === 0 ? sign * z : z)));
    }
    const shifted = drive(
      create(),
      xs.map((x) => 1000 + 3 * Math.fround(x)),
    );
    const rounded = drive(
      create(),
      xs.map((x) => Math.fround(x)),
    );
    for (const [i, { z }] of shifted.entries()) expect(z).toBeCloseTo(rounded[i]!.z, 6);
  });
  it('is affine in x, with center and scale as given, and inverts itself', () => {
    const normalizer = create();
    const state = new Float64Array(normalizer.stride);
    let checked = 0;
    for (const x of eventfulSeries(8, 1500)) {
      normalizer.aim(state, 0);
      normalizer.refresh();
      const { center, scale } = normalizer;
      if (scale > 0) {
        for (const probe of [x, x + 100 * scale, center]) {
          const z = normalizer.normalize(probe);
          expect(Math.abs(z - (probe - center) / scale)).toBeLessThan(
            1e-12 * (1 + Math.abs(z) + Math.abs(center / scale)),
          );
          expect(Math.abs(normalizer.denormalize(z) - probe)).toBeLessThan(
            1e-13 * (Math.abs(probe) + Math.abs(center) + 100 * scale),
          );
          checked++;
        }
      }
      normalizer.learn(x, Number.NaN);
    }
    expect(checked).toBeGreaterThan(4000);
  });
  it('knows nothing before the first value', () => {
    const normalizer = create();
    normalizer.aim(new Float64Array(normalizer.stride), 0);
    normalizer.refresh();
    expect([normalizer.count, normalizer.epoch, normalizer.center, normalizer.scale]).toEqual([
      0,
      0,
      Number.NaN,
      Number.NaN,
    ]);
  });
  it('scores 0 while the series is constant, and its first change by how long it was', () => {
    for (const [length, size] of [
      [1, 1.1774100225154747],
      [7, 2.039333980337618],
      [1000, 3.532230067546424],
    ] as const) {
      const constant = new Array<number>(length).fill(7);
      const up = drive(create(), [...constant, 7.25, 7.5]);
      const down = drive(create(), [...constant, -3]);
      expect(
        up.slice(0, length).every(({ z, scale, center }, i) => z === 0 && (i === 0 || (scale === 0 && center === 7))),
      ).toBe(true);
      expect(up[length]!.z).toBe(size);
      expect(down[length]!.z).toBe(-size);
      expect(up[length + 1]!.scale).toBeGreaterThan(0);
    }
  });
  it('counts what it learnt and the epochs it opened', () => {
    const normalizer = create();
    const state = new Float64Array(normalizer.stride);
    const xs = eventfulSeries(9);
    const steps = drive(normalizer, xs, state);
    expect(normalizer.count).toBe(xs.length);
    let events = 0;
    for (const { event, epoch } of steps) {
      if (event !== 0) events++;
      expect(epoch).toBe(events);
    }
    expect(events).toBeGreaterThan(1);
  });
}
