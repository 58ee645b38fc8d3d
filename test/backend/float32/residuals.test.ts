import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BatchJob } from '../../../src/backend/backend.js';
import { Residuals } from '../../../src/backend/float32/residuals.js';
import { groupsIn, valuesIn } from '../../../src/batch/batch-layout.js';
import { newGroupMoments } from '../../../src/batch/group-moments.js';
import { layouts, numbers } from '../backend-laws.js';
import { groupOf, plainMoments } from '../plain-backend.js';

/** Moments of what a device gets to see, in its unit. */
function momentsOnDevice(job: BatchJob, { values }: Residuals) {
  const seen = { ...job, values, pivots: new Float64Array(job.pivots.length) };
  const groups = plainMoments(seen);
  return {
    count: groups.map(({ count }) => count),
    mean: groups.map(({ shift }) => Math.fround(shift)),
    m2: groups.map(({ m2 }) => Math.fround(m2)),
  };
}

const jobs = fc
  .tuple(layouts, fc.integer(), fc.constantFrom(0, -1e3, 1.7e12), fc.constantFrom(1e-120, 1e-6, 1, 1e6, 1e120))
  .map(([layout, seed, offset, scale]): BatchJob => {
    const random = numbers(seed);
    const values = Float64Array.from({ length: valuesIn(layout) }, () =>
      random() < 0.1
        ? [Number.NaN, Number.NEGATIVE_INFINITY, 1e200][Math.floor(random() * 3)]!
        : offset + scale * random(),
    );
    return { layout, values, pivots: new Float64Array(groupsIn(layout)).fill(offset) };
  });

describe('Residuals', () => {
  it('are the values less their pivot, to the digits of a float32, in a unit that float32 can square', () => {
    const residuals = new Residuals(); // one for all: arrays are reused
    fc.assert(
      fc.property(jobs, (job) => {
        residuals.pack(job);
        let missing = 0;
        const wrong = Array.from(job.values).findIndex((x, k) => {
          const q = groupOf(job.layout, k);
          const r = residuals.values[k]!;
          if (!(Math.abs(x) <= 1e150)) {
            missing++;
            return !Number.isNaN(r);
          }
          const back = r / residuals.units[q]!;
          return !(Math.abs(r) <= 2 ** 31 && Math.abs(back - (x - job.pivots[q]!)) <= 2 ** -24 * Math.abs(back));
        });
        expect(wrong).toBe(-1);
        expect(residuals.missing).toBe(missing);
        expect([...residuals.units].every((unit) => Math.log2(unit) % 1 === 0)).toBe(true);
      }),
    );
  });

  it('approach a mean that is far from the pivot, and answer moments about the pivot all the same', () => {
    fc.assert(
      fc.property(jobs, fc.constantFrom(0, 1e4, -1e7), (job, away) => {
        const residuals = new Residuals();
        // Some hundred thousand times the spread away.
        const spread = Math.max(
          1e-200,
          ...plainMoments(job).map(({ count, m2 }) => Math.sqrt(m2 / Math.max(1, count))),
        );
        const pivots = job.pivots.map((pivot) => pivot + away * spread);
        const moved = { ...job, pivots };
        residuals.pack(moved);
        let found = momentsOnDevice(moved, residuals);
        for (let i = 0; i < 4 && residuals.approach(found.count, found.mean, found.m2); i++)
          found = momentsOnDevice(moved, residuals);
        const moments = newGroupMoments(pivots.length);
        residuals.writeMoments(moments, found.count, found.mean, found.m2);
        plainMoments(job).forEach(({ count, shift, m2 }, q) => {
          expect(moments.count[q]).toBe(count);
          if (count === 0) return;
          const sd = Math.sqrt(m2 / count);
          const digits = Math.abs(pivots[q]!) * 4e-16 + Math.abs(away) * spread * 4e-16;
          expect(Math.abs(Math.sqrt(moments.m2[q]! / count) - sd)).toBeLessThanOrEqual(1e-6 * sd + digits);
          const mean = moments.shift[q]! + (pivots[q]! - job.pivots[q]!);
          expect(Math.abs(mean - shift)).toBeLessThanOrEqual(1e-6 * sd + 4 * digits);
        });
      }),
    );
  });
});
