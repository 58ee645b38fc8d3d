import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Backend, BatchJob, BatchScaling } from '../../src/backend/backend.js';
import { newBatchCoefficients } from '../../src/backend/own-coefficients.js';
import { type BatchLayout, groupsIn, valuesIn } from '../../src/batch/batch-layout.js';
import { choosePivots } from '../../src/batch/choose-pivots.js';
import { newGroupMoments } from '../../src/batch/group-moments.js';
import { plainMoments, plainOutput } from './plain-backend.js';

/** Layouts of every kind of normalization: the axes of the tensor and what shares a mean. */
export const layouts: fc.Arbitrary<BatchLayout> = fc
  .record({
    n: fc.integer({ min: 1, max: 9 }),
    c: fc.integer({ min: 1, max: 6 }),
    parts: fc.integer({ min: 1, max: 4 }),
    l: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.constantFrom(100, 700)),
    kind: fc.constantFrom(
      'batch-last',
      'batch-first',
      'layer',
      'instance-last',
      'instance-first',
      'group-last',
      'group-first',
    ),
  })
  .map(({ n, c, parts, l, kind }) => {
    const channels = c * parts;
    const last = { channels, channelInner: 1 };
    const first = { channels, channelInner: l };
    switch (kind) {
      case 'batch-last':
        return { outer: 1, rows: n * l, groups: channels, inner: 1, ...last };
      case 'batch-first':
        return { outer: 1, rows: n, groups: channels, inner: l, ...first };
      case 'layer':
        return { outer: n * l, rows: 1, groups: 1, inner: channels, ...last };
      case 'instance-last':
        return { outer: n, rows: l, groups: channels, inner: 1, ...last };
      case 'instance-first':
        return { outer: n, rows: 1, groups: channels, inner: l, ...first };
      case 'group-last':
        return { outer: n, rows: l, groups: c, inner: parts, ...last };
      default:
        return { outer: n, rows: 1, groups: c, inner: parts * l, ...first };
    }
  });

const offsets = fc.constantFrom(0, 1, -1e3, 1e6, 1.7e9, 1.7e12);
const scales = fc.constantFrom(1e-6, 1e-3, 1, 1e3, 1e6);

/** A job over `layout`, some of it missing or masked, far from zero or near. */
function jobs(precision: Backend['precision']): fc.Arbitrary<BatchJob & { unit: number }> {
  return fc
    .tuple(layouts, offsets, scales, fc.integer(), fc.boolean(), fc.boolean(), fc.boolean(), fc.boolean())
    .chain(([layout, offset, scale, seed, isMissing, isMasked, isAffine, isFloat]) =>
      fc
        .record({
          scaling: fc.constantFrom('own', 'given', 'resolved'),
          missing: fc.constantFrom('null' as const, 'center' as const),
          epsilon: fc.constantFrom(1e-5, 1e-3),
        })
        .map(({ scaling, missing, epsilon }) => {
          const random = numbers(seed);
          const length = valuesIn(layout);
          const groups = groupsIn(layout);
          const odd = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -1e200];
          // Values of a float32 array that have no digits left at this offset say nothing of a backend.
          const isNarrow = isFloat && precision === 'float64';
          const drawn = Array.from({ length }, () =>
            isMissing && random() < 0.2
              ? odd[Math.floor(random() * 4)]!
              : offset + scale * (random() + random() - 1) * 2.4,
          );
          const values = isNarrow ? Float32Array.from(drawn) : Float64Array.from(drawn);
          const mask = isMasked ? Uint8Array.from({ length }, () => (random() < 0.7 ? 1 : 0)) : undefined;
          const pivots = new Float64Array(groups);
          choosePivots(layout, values, pivots, mask);
          const coefficients = newBatchCoefficients(groups);
          for (let g = 0; g < groups; g++) {
            coefficients.shift[g] = scale * (random() - 0.5);
            coefficients.scale[g] = (random() + 0.5) / scale;
            coefficients.offset[g] = random() - 0.5;
          }
          const scalings: Record<string, BatchScaling> = {
            own: { kind: 'own', epsilon: epsilon * scale * scale },
            given: { kind: 'given', coefficients },
            resolved: {
              kind: 'resolved',
              resolve: ({ count, shift, m2 }) => ({
                shift,
                scale: count.map((n, g) => (n > 1 ? 2 / Math.sqrt(m2[g]! / (n - 1) + scale * scale) : Number.NaN)),
                offset: count.map((n) => 1 / n),
              }),
            },
          };
          const moments = newGroupMoments(groups);
          const weights = () => Float64Array.from({ length: layout.channels }, () => random() * 2 - 0.5);
          return {
            layout,
            values,
            pivots,
            moments,
            missing,
            scaling: scalings[scaling]!,
            unit: scale,
            ...(mask && { mask }),
            ...(isAffine && { gamma: weights(), beta: weights() }),
          };
        }),
    );
}

/** A small generator, so that a case is one seed. */
export function numbers(seed: number): () => number {
  let x = seed >>> 0;
  return () => {
    x = (Math.imul(1664525, x) + 1013904223) >>> 0;
    return (x >>> 8) / 2 ** 24;
  };
}

/** Same input, same output within the bars: what every backend has to pass. */
export function obeysBackendLaws(name: string, open: () => Backend | Promise<Backend>, numRuns = 150): void {
  describe(`${name} as a backend`, () => {
    let backend: Backend;
    beforeAll(async () => {
      backend = await open();
    });
    afterAll(() => backend?.dispose());
    // The bars are on the standard deviation and on the normalized value.
    const bars = () =>
      backend.precision === 'float64' ? { deviation: 1e-10, output: 1e-8 } : { deviation: 1e-6, output: 5e-6 };

    it('answers moments and outputs within the bars, at any offset, in every layout', async () => {
      await fc.assert(
        fc.asyncProperty(jobs(backend.precision), async (job) => {
          const length = valuesIn(job.layout);
          const out = backend.precision === 'float64' ? new Float64Array(length) : new Float32Array(length);
          const expected = plainOutput(job);
          const before = job.values.slice();
          const { values } = await backend.submit({ ...job, out });
          expect(values).toBe(out);
          expect(Buffer.from(job.values.buffer).equals(Buffer.from(before.buffer))).toBe(true);
          const worst = { count: 0, shift: 0, deviation: 0 };
          plainMoments(job).forEach(({ count, shift, m2 }, g) => {
            const { moments } = job;
            worst.count = Math.max(worst.count, Math.abs(moments!.count[g]! - count));
            if (count === 0) return;
            const sd = Math.sqrt(m2 / count);
            const unit = Math.max(sd, job.unit * 1e-3);
            worst.shift = Math.max(worst.shift, Math.abs(moments!.shift[g]! - shift) / unit);
            worst.deviation = Math.max(worst.deviation, Math.abs(Math.sqrt(moments!.m2[g]! / count) - sd) / unit);
          });
          expect(worst.count).toBe(0);
          expect(worst.shift).toBeLessThanOrEqual(2 * bars().output);
          expect(worst.deviation).toBeLessThanOrEqual(bars().deviation);
          // One assertion a case: thousands of them would be most of the time.
          const isClose = (y: number, k: number) =>
            Object.is(y, values![k]) || Math.abs(values![k]! - y) <= bars().output * Math.max(1, Math.abs(y));
          const wrong = expected.findIndex((y, k) => !isClose(y, k));
          expect(wrong, `value ${wrong}: ${values![wrong]}, not ${expected[wrong]}`).toBe(-1);
        }),
        { numRuns },
      );
    });

    it('answers NaN for a group in which nothing was observed, and leaves its moments at zero', async () => {
      const layout = { outer: 1, rows: 3, groups: 2, inner: 1, channels: 2, channelInner: 1 };
      const values = Float64Array.of(1, Number.NaN, 2, Number.NaN, 3, Number.NaN);
      const moments = newGroupMoments(2);
      const job = {
        layout,
        values,
        pivots: Float64Array.of(2, 0),
        moments,
        scaling: { kind: 'own', epsilon: 0 },
      } as const;
      const { values: y } = await backend.submit(job);
      expect([...y!].filter((_, k) => k % 2 === 1)).toEqual([Number.NaN, Number.NaN, Number.NaN]);
      expect(y![2]).toBe(0);
      expect(moments.count).toEqual(Float64Array.of(3, 0));
      expect([moments.shift[1], moments.m2[1]]).toEqual([0, 0]);
      expect(moments.m2[0]).toBeCloseTo(2, 5);
    });

    it('answers β where a group has no spread', async () => {
      const layout = { outer: 1, rows: 2, groups: 1, inner: 1, channels: 1, channelInner: 1 };
      for (const epsilon of [0, 1e-3]) {
        const values = Float64Array.of(1.7e12, 1.7e12);
        const pivots = Float64Array.of(1.7e12);
        const beta = Float64Array.of(0.25);
        const { values: y } = await backend.submit({ layout, values, pivots, beta, scaling: { kind: 'own', epsilon } });
        expect([...y!]).toEqual([0.25, 0.25]);
      }
    });

    it('settles jobs in the order in which they came, more of them than are in flight', async () => {
      const layout = { outer: 1, rows: 1000, groups: 1, inner: 1, channels: 1, channelInner: 1 };
      const order: number[] = [];
      const sizes = [1000, 1, 1000, 3, 7, 1000];
      await Promise.all(
        sizes.map(async (rows, i) => {
          const values = Float64Array.from({ length: rows }, (_, k) => k + i);
          const pivots = Float64Array.of(i);
          const moments = newGroupMoments(1);
          await backend.submit({ layout: { ...layout, rows }, values, pivots, moments });
          order.push(i);
          expect(moments.count[0]).toBe(rows);
          expect(moments.shift[0]).toBeCloseTo((rows - 1) / 2, 3);
        }),
      );
      expect(order).toEqual([0, 1, 2, 3, 4, 5]);
      expect(backend.memory.inFlight).toBe(0);
    });

    it('hands over its output where it is, and holds no more afterwards than before', async () => {
      const layout = { outer: 1, rows: 64, groups: 2, inner: 1, channels: 2, channelInner: 1 };
      const values = Float64Array.from({ length: 128 }, (_, k) => 1e9 + Math.sin(k));
      const pivots = Float64Array.of(1e9, 1e9);
      const job = { layout, values, pivots, shape: [64, 2], scaling: { kind: 'own', epsilon: 1e-3 } } as const;
      const expected = plainOutput(job);
      const once = async () => {
        const { resident, values: none } = await backend.submit({ ...job, output: 'resident' });
        expect(none).toBeUndefined();
        expect(resident!.kind).toBe(backend.resident);
        expect(resident!.shape).toEqual([64, 2]);
        const read = await resident!.toArray();
        expected.forEach((y, k) => {
          expect(Math.abs(read[k]! - y)).toBeLessThanOrEqual(5e-6);
        });
        resident!.release();
      };
      await once();
      await once();
      const { buffers, bytes } = backend.memory;
      for (let i = 0; i < 8; i++) await once();
      expect(backend.memory).toEqual({ buffers, bytes, inFlight: 0 });
    });
  });
}
