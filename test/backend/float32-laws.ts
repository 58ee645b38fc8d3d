import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Backend, BatchJob } from '../../src/backend/backend.js';
import { groupsIn, valuesIn } from '../../src/batch/batch-layout.js';
import { type GroupMoments, newGroupMoments } from '../../src/batch/group-moments.js';
import { seededNormals } from '../support/seeded-normals.js';
import { groupOf, plainMoments, plainOutput } from './plain-backend.js';

/** Where float32 would go wrong if it were left to itself: what every float32 backend has to pass beside the laws of all. */
export function obeysFloat32Laws(name: string, open: () => Promise<Backend>): void {
  describe(`${name}, in float32`, () => {
    let backend: Backend;
    beforeAll(async () => {
      backend = await open();
    });
    afterAll(() => backend?.dispose());

    /** Submits, and holds the answer against the textbook in float64. */
    async function expectRight(job: BatchJob): Promise<void> {
      const moments: GroupMoments = newGroupMoments(groupsIn(job.layout));
      const full = { ...job, moments };
      // The textbook gets a pivot inside each group: about one far away even a double has lost digits.
      const near = Float64Array.from(
        job.pivots,
        (_, q) => job.values.find((_, k) => groupOf(job.layout, k) === q && job.mask?.[k] !== 0)!,
      );
      const textbook = { ...full, pivots: near };
      const expected = plainOutput(textbook);
      const { values } = await backend.submit(full);
      plainMoments(textbook).forEach(({ count, m2 }, g) => {
        expect(moments.count[g]).toBe(count);
        const error = Math.abs(Math.sqrt(moments.m2[g]! / m2) - 1);
        expect(m2 === 0 ? moments.m2[g] : error, `deviation of group ${g}`).toBeLessThanOrEqual(m2 === 0 ? 0 : 1e-6);
      });
      let worst = 0;
      for (let k = 0; k < expected.length; k++)
        if (job.mask === undefined || job.mask[k] !== 0) worst = Math.max(worst, Math.abs(values![k]! - expected[k]!));
      expect(worst).toBeLessThanOrEqual(5e-6);
    }

    const columns = (rows: number, groups: number) => ({
      outer: 1,
      rows,
      groups,
      inner: 1,
      channels: groups,
      channelInner: 1,
    });
    const own = { kind: 'own', epsilon: 0 } as const;

    it('keeps its digits over a batch so long that parts of parts are merged', async () => {
      const rows = 300_000;
      const noise = seededNormals(7, rows);
      const values = Float64Array.from(noise, (z) => 1.7e12 + 50 * z);
      await expectRight({ layout: columns(rows, 1), values, pivots: Float64Array.of(1.7e12), scaling: own });
      const stretch = { outer: 1, rows: 3, groups: 1, inner: rows / 3, channels: 1, channelInner: rows / 3 };
      await expectRight({ layout: stretch, values, pivots: Float64Array.of(1.7e12), scaling: own });
    });

    it('does not need a pivot that is near: the level may have moved by a million deviations', async () => {
      const noise = seededNormals(8, 4000);
      const values = Float64Array.from(noise, (z, k) => (k % 2 === 0 ? 1e6 + z : 1.7e9 + 1e-3 * z));
      for (const pivot of [0, 17, -1.7e12])
        await expectRight({ layout: columns(2000, 2), values, pivots: Float64Array.of(pivot, pivot), scaling: own });
    });

    it('normalizes what float32 cannot even square', async () => {
      for (const unit of [1e-140, 1e-30, 1e30, 1e140]) {
        const values = Float64Array.from(seededNormals(9, 600), (z) => unit * (3 + z));
        const pivots = Float64Array.of(3 * unit, 2 * unit, 0);
        await expectRight({ layout: columns(200, 3), values, pivots, scaling: own });
      }
    });

    it('lets no masked value, however large, near the moments of the others', async () => {
      const values = Float64Array.from(seededNormals(10, 500), (z, k) => (k % 5 === 0 ? 1e60 : z));
      const mask = Uint8Array.from(values, (x) => (x < 1e6 ? 1 : 0));
      await expectRight({ layout: columns(500, 1), values, mask, pivots: Float64Array.of(0), scaling: own });
    });

    it('finds a flat series flat, whatever its value and its pivot', async () => {
      for (const value of [0.1, 1e9 + 1 / 3, -1.7e12])
        for (const pivot of [0, value, value + 1]) {
          const values = new Float64Array(1003).fill(value);
          await expectRight({ layout: columns(1003, 1), values, pivots: Float64Array.of(pivot), scaling: own });
        }
    });

    it('normalizes in place', async () => {
      const values = Float64Array.from(seededNormals(11, 3000), (z) => 1e9 + z);
      const job = { layout: columns(1000, 3), values, pivots: new Float64Array(3), scaling: own };
      const expected = plainOutput(job);
      const { values: out } = await backend.submit({ ...job, out: values });
      expect(out).toBe(values);
      expected.forEach((y, k) => {
        expect(Math.abs(values[k]! - y)).toBeLessThanOrEqual(5e-6);
      });
    });

    it('goes on after a job that failed', async () => {
      const job = {
        layout: columns(5, 1),
        values: Float64Array.of(1, 2, 3, 4, 5),
        pivots: new Float64Array(1),
        moments: newGroupMoments(1),
      };
      const failing = backend.submit({
        ...job,
        scaling: {
          kind: 'resolved',
          resolve: () => {
            throw new Error('no coefficients today');
          },
        },
      });
      await expect(failing).rejects.toThrow('no coefficients today');
      await expectRight({ ...job, scaling: own });
      expect(backend.memory.inFlight).toBe(0);
    });

    it('takes batch after batch of any size without holding more', async () => {
      const run = async (batches: number) => {
        for (let i = 0; i < batches; i++) {
          const layout = columns(1 + ((i * 37) % 200), 1 + (i % 5));
          const values = new Float64Array(valuesIn(layout)).fill(i);
          const pivots = new Float64Array(layout.groups).fill(i);
          if (i % 3 === 0) await backend.submit({ layout, values, pivots, scaling: own });
          else (await backend.submit({ layout, values, pivots, scaling: own, output: 'resident' })).resident!.release();
        }
      };
      await run(300);
      const before = backend.memory;
      await run(300);
      expect(backend.memory).toEqual(before);
    });
  });
}
