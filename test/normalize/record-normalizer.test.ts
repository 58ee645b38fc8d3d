import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { MissingValueError } from '../../src/errors.js';
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

/** More of them than are scored at once. */
const PLAIN: FieldOptions[] = Array.from({ length: 11 }, (_, i) => ({
  method: 'z-score',
  warmup: 1 + (i % 2),
  ddof: i % 3 === 0 ? 1 : 0,
}));

const value = fc.oneof(
  { weight: 9, arbitrary: fc.double({ min: -50, max: 50, noNaN: true }) },
  fc.constantFrom(3, 3, Number.NaN, Number.POSITIVE_INFINITY, 1e149, 1e200),
);

/** `scoreRecord` beside `score` of each field, and what both know in the end. */
function checkRecords(options: readonly FieldOptions[]): void {
  const width = options.length;
  const record = fc.tuple(fc.integer({ min: 0, max: 3 }), fc.array(value, { minLength: width, maxLength: width }));
  fc.assert(
    fc.property(fc.array(record, { maxLength: 120 }), (records) => {
      const named = options.map((options, i) => ({ name: `f${i}`, options }));
      const [whole, single] = [0, 1].map(() => new RecordNormalizer({ named, table: new SeriesTable() }));
      const out = new Float64Array(width);
      const epochs = new Int32Array(width);
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
}

describe('scoreRecord', () => {
  it('answers and learns what score does field by field, to the last bit', () => {
    checkRecords(OPTIONS);
  });

  it('does so for many plain fields', () => {
    checkRecords(PLAIN);
  });

  it('does so where code may not be made', () => {
    vi.stubGlobal('Function', function refuse() {
      throw new EvalError('Code generation from strings disallowed for this context');
    });
    try {
      // None that code was made for before.
      checkRecords(PLAIN.map((options) => ({ ...options, warmup: 4 })));
    } finally {
      vi.unstubAllGlobals();
    }
  });

  it('learns nothing behind a missing value that is an error', () => {
    const named = ['a', 'b', 'c'].map((name) => ({
      name,
      options: { method: 'z-score', missing: name === 'b' ? 'error' : 'skip' } as const,
    }));
    const engine = new RecordNormalizer({ named, table: new SeriesTable() });
    const slot = engine.table.slotOf('k');
    const score = (b: number) =>
      engine.scoreRecord(slot, Float64Array.of(1, b, 3), Number.NaN, new Float64Array(3), new Int32Array(3));
    score(2);
    expect(() => score(Number.NaN)).toThrow(MissingValueError);
    expect(engine.fields.map(({ column }) => column!.stateOf(slot)[0])).toEqual([2, 1, 1]);
  });
});
