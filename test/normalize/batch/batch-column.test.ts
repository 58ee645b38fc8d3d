import fc from 'fast-check';
import { from, lastValueFrom, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { batchNormalize, microBatch } from '../../../operators/index.js';
import { BatchColumn } from '../../../src/normalize/batch/batch-column.js';
import type { BatchNormOptions } from '../../../src/normalize/batch/batch-norm-options.js';
import { resolveBatchNorm } from '../../../src/normalize/batch/resolve-batch-norm.js';
import { SeriesTable } from '../../../src/series/series-table.js';

interface Reading {
  key: string;
  x: number;
  batch: number;
}

/** Scores micro-batches across keys, as a pipeline does. */
function scoreAll(batches: readonly (readonly Reading[])[], options: BatchNormOptions, table: SeriesTable) {
  const batchColumn = new BatchColumn(resolveBatchNorm(options));
  const column = table.column('x', batchColumn.fingerprint, batchColumn.stride, false);
  return batches.map((records) => {
    const length = records.length;
    const run = {
      length,
      values: Float64Array.from(records, ({ x }) => x),
      slots: Int32Array.from(records, ({ key }) => table.slotOf(key)),
      normalized: new Float64Array(length),
      center: new Float64Array(length),
      scale: new Float64Array(length),
      count: new Float64Array(length),
    };
    batchColumn.score(column, run);
    return run;
  });
}

const records = fc.array(
  fc.record({
    key: fc.constantFrom('a', 'b', 'c', 'd'),
    x: fc.oneof(
      { weight: 9, arbitrary: fc.double({ min: -1e3, max: 1e3, noNaN: true }).map((x) => 1e6 + x) },
      { weight: 1, arbitrary: fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY) },
    ),
    batch: fc.integer({ min: 0, max: 3 }),
  }),
  { maxLength: 60 },
);
const inBatches = (all: readonly Reading[]) => [0, 1, 2, 3].map((index) => all.filter(({ batch }) => batch === index));

describe('BatchColumn', () => {
  it('scores the values of each series as batchNormalize does those of its own micro-batches', async () => {
    await fc.assert(
      fc.asyncProperty(
        records,
        fc.constantFrom('pooled' as const, 'keras' as const, 'mxnet' as const, 'renorm' as const),
        async (all, semantics) => {
          const options = { semantics, gamma: 2, beta: -1, epsilon: 0.5 };
          const batches = inBatches(all);
          const table = new SeriesTable();
          const actual = scoreAll(batches, options, table);
          const operatorTable = new SeriesTable();
          for (const [b, batch] of batches.entries()) {
            const results = await lastValueFrom(
              from(batch).pipe(
                microBatch<Reading>({ key: ({ key }) => key, fields: { x: ({ x }) => x } }),
                batchNormalize({ ...options, table: operatorTable }),
                toArray(),
              ),
            );
            for (const { batch: own, values } of results) {
              const rows = batch.flatMap(({ key }, row) => (key === own.key ? [row] : []));
              rows.forEach((row, i) => {
                const y = values === null ? Number.NaN : values[i]!;
                const { normalized, center, scale } = actual[b]!;
                expect(normalized[row]).toEqual(Number.isNaN(y) ? Number.NaN : expect.closeTo(y, 8));
                if (Number.isNaN(y)) return;
                expect((batch[row]!.x - center[row]!) / scale[row]!).toBeCloseTo(y, 5);
              });
            }
          }
        },
      ),
    );
  });

  it('gives the same whatever other series are in the micro-batch, and says what was known before', () => {
    fc.assert(
      fc.property(records, (all) => {
        const together = scoreAll(inBatches(all), {}, new SeriesTable());
        for (const key of ['a', 'b']) {
          const alone = scoreAll(inBatches(all.filter((r) => r.key === key)), {}, new SeriesTable());
          inBatches(all).forEach((batch, b) => {
            const rows = batch.flatMap((r, row) => (r.key === key ? [row] : []));
            expect(rows.map((row) => together[b]!.normalized[row])).toEqual([...alone[b]!.normalized]);
            expect(rows.map((row) => together[b]!.count[row])).toEqual([...alone[b]!.count]);
          });
        }
      }),
    );
  });

  it('leaves out records without a series, and fills in β where it is asked to', () => {
    const batchColumn = new BatchColumn(resolveBatchNorm({ beta: 3 }), { missing: 'impute' });
    const table = new SeriesTable();
    const column = table.column('x', batchColumn.fingerprint, batchColumn.stride, false);
    const normalized = new Float64Array(4).fill(9);
    const slots = Int32Array.of(table.slotOf('a'), -1, 0, 0);
    batchColumn.score(column, { length: 4, values: Float64Array.of(1, 5, 3, Number.NaN), slots, normalized });
    expect([...normalized]).toEqual([2, 9, 4, 3]);
    expect(batchColumn.missing).toBe(1);
  });

  it('scores a series without spread 0, and a lone first value null', () => {
    const [{ normalized, scale }] = scoreAll([[{ key: 'a', x: 4, batch: 0 }, { key: 'a', x: 4, batch: 0 }, { key: 'b', x: 7, batch: 0 }]], {}, new SeriesTable()) as [ReturnType<typeof scoreAll>[0]]; // biome-ignore format: one line
    expect([...normalized]).toEqual([0, 0, Number.NaN]);
    expect([...scale]).toEqual([0, 0, Number.NaN]);
  });
});
