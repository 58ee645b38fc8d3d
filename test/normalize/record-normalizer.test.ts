import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FieldOptions } from '../../src/normalize/field-options.js';
import { RecordNormalizer } from '../../src/normalize/record-normalizer.js';
import { SeriesTable } from '../../src/series/series-table.js';

/** Fields that are scored in registers, and some that are not. */
const OPTIONS: FieldOptions[] = [
  { method: 'z-score', warmup: 1 },
  { method: 'z-score', warmup: 3, ddof: 1 },
  { method: 'z-score', warmup: 1, whenFlat: 'center' },
  { method: 'z-score', warmup: 1, memory: { halfLife: 5 } },
  { method: 'z-score', warmup: 1, clip: 2 },
  { method: 'z-score', warmup: 1, learnWithin: 3 },
  { method: 'z-score', warmup: 1, missing: 'impute' },
  { method: 'z-score', warmup: 1, drift: {} },
  { method: 'adaptive' },
  { method: 'robust', warmup: 2 },
];

describe('scoreRecord', () => {
  it('answers and learns what score does field by field, to the last bit', () => {
    const value = fc.oneof(
      { weight: 9, arbitrary: fc.double({ min: -50, max: 50, noNaN: true }) },
      fc.constantFrom(3, 3, Number.NaN, Number.POSITIVE_INFINITY, 1e149, 1e200),
    );
    const record = fc.tuple(
      fc.integer({ min: 0, max: 3 }),
      fc.array(value, { minLength: OPTIONS.length, maxLength: OPTIONS.length }),
    );
    fc.assert(
      fc.property(fc.array(record, { maxLength: 120 }), (records) => {
        const named = OPTIONS.map((options, i) => ({ name: `f${i}`, options }));
        const [whole, single] = [0, 1].map(() => new RecordNormalizer({ named, table: new SeriesTable() }));
        const out = new Float64Array(OPTIONS.length);
        const epochs = new Int32Array(OPTIONS.length);
        const answers = records.map(([key, xs]) => {
          whole!.scoreRecord(whole!.table.slotOf(`${key}`), Float64Array.from(xs), Number.NaN, out, epochs);
          return [...out, ...epochs];
        });
        const expected = records.map(([key, xs]) => {
          const slot = single!.table.slotOf(`${key}`);
          const scores = xs.map((x, i) => single!.score(i, slot, x, Number.NaN));
          return [...scores, ...single!.fields.map(({ scorer }) => scorer!.epoch)];
        });
        expect(answers).toEqual(expected);
        expect(Buffer.compare(whole!.table.toBytes(), single!.table.toBytes())).toBe(0);
      }),
    );
  });
});
