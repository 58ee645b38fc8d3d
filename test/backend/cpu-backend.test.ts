import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CpuBackend } from '../../src/backend/cpu/cpu-backend.js';
import { PlainTileKernels } from '../../src/backend/cpu/plain-tile-kernels.js';
import { simdTileKernels } from '../../src/backend/cpu/simd-tile-kernels.js';
import { SOURCE_SHA256 } from '../../src/backend/cpu/tile-kernels-wasm.js';
import { valuesIn } from '../../src/batch/batch-layout.js';
import { choosePivots } from '../../src/batch/choose-pivots.js';
import { newGroupMoments } from '../../src/batch/group-moments.js';
import { layouts, numbers, obeysBackendLaws } from './backend-laws.js';

obeysBackendLaws('cpu, plain kernels', () => new CpuBackend(new PlainTileKernels()));
obeysBackendLaws('cpu, SIMD kernels', () => new CpuBackend(simdTileKernels()!));

describe('CpuBackend', () => {
  it('answers the same to the last bit by SIMD and without', () => {
    const [plain, simd] = [new CpuBackend(new PlainTileKernels()), new CpuBackend(simdTileKernels()!)];
    fc.assert(
      fc.property(layouts, fc.integer(), fc.boolean(), fc.integer({ min: 0, max: 3 }), (layout, seed, isFloat, odd) => {
        const random = numbers(seed);
        const length = valuesIn(layout);
        const values = isFloat ? new Float32Array(length) : new Float64Array(length);
        for (let i = 0; i < length; i++) values[i] = random() * 10 - 3;
        for (let i = 0; i < odd; i++)
          values[Math.floor(random() * length)] = [Number.NaN, Number.POSITIVE_INFINITY, -1e200][i]!;
        const groups = layout.outer * layout.groups;
        const pivots = new Float64Array(groups);
        choosePivots(layout, values, pivots);
        const gamma = Float64Array.from({ length: layout.channels }, random);
        const answers = [plain, simd].map((backend) => {
          const moments = newGroupMoments(groups);
          const out = new (isFloat ? Float32Array : Float64Array)(length);
          backend.submit({ layout, values, pivots, gamma, moments, out, scaling: { kind: 'own', epsilon: 1e-3 } });
          return { moments, out };
        });
        expect(answers[1]!.moments).toEqual(answers[0]!.moments);
        const [expected, actual] = answers.map(({ out }) => Buffer.from(out.buffer));
        expect(actual!.equals(expected!)).toBe(true);
      }),
    );
  });

  it('takes batches wider and longer than a tile', () => {
    for (const layout of [
      { outer: 2, rows: 3, groups: 5000, inner: 1, channels: 5000, channelInner: 1 },
      { outer: 1, rows: 2, groups: 2, inner: 7001, channels: 2, channelInner: 7001 },
      { outer: 3, rows: 1, groups: 1, inner: 4999, channels: 4999, channelInner: 1 },
    ]) {
      const groups = layout.outer * layout.groups;
      const length = valuesIn(layout);
      const values = Float64Array.from({ length }, (_, k) => Math.sin(k));
      const moments = newGroupMoments(groups);
      const pivots = new Float64Array(groups);
      const out = new Float64Array(length);
      const beta = Float64Array.from({ length: layout.channels }, (_, c) => c);
      new CpuBackend().submit({ layout, values, pivots, moments, beta, out, scaling: { kind: 'own', epsilon: 0 } });
      const size = length / groups;
      expect(moments.count.every((n) => n === size)).toBe(true);
      const last = groups - 1;
      const scale = 1 / Math.sqrt(moments.m2[last]! / size);
      const y = (values[length - 1]! - moments.shift[last]!) * scale + layout.channels - 1;
      expect(out[length - 1]).toBeCloseTo(y, 9);
    }
  });

  it('normalizes in place', () => {
    const layout = { outer: 1, rows: 4, groups: 1, inner: 1, channels: 1, channelInner: 1 };
    const values = Float64Array.of(2, 4, 6, 8);
    new CpuBackend().submit({
      layout,
      values,
      pivots: Float64Array.of(4),
      out: values,
      scaling: { kind: 'own', epsilon: 0 },
    });
    expect(values[0]).toBeCloseTo(-3 / Math.sqrt(5), 15);
  });

  it('runs the kernels that their source describes', () => {
    const source = readFileSync(new URL('../../scripts/wasm/tile-kernels.ts', import.meta.url));
    expect(createHash('sha256').update(source).digest('hex'), 'node scripts/wasm/build-kernels.mjs').toBe(
      SOURCE_SHA256,
    );
  });
});
