import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { endOfBatch } from '../../../src/pipeline/kafka/end-of-batch.js';

/** Offsets with gaps, as transactions and compaction leave them. */
const someOffsets = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 60 }).map((steps) =>
  Float64Array.from(
    steps,
    (
      (at) => (step: number) =>
        (at += step)
    )(0),
  ),
);

function cuts(offsets: Float64Array, maxLength: number, isAligned: boolean): number[][] {
  const batches: number[][] = [];
  for (let from = 0, to = 0; from < offsets.length; from = to) {
    to = endOfBatch(recordsAt(offsets), from, maxLength, isAligned);
    batches.push([...offsets.subarray(from, to)]);
  }
  return batches;
}
const recordsAt = (offsets: Float64Array) => ({ length: offsets.length, offsets });

describe('the end of a batch of a partition', () => {
  it('is where an offset is a multiple of the length, wherever the delivery begins', () => {
    fc.assert(
      fc.property(someOffsets, fc.integer({ min: 1, max: 9 }), fc.nat(59), (offsets, maxLength, begin) => {
        const whole = cuts(offsets, maxLength, true);
        expect(whole.flat()).toEqual([...offsets]);
        for (const batch of whole)
          expect(Math.floor(batch[0]! / maxLength)).toBe(Math.floor(batch.at(-1)! / maxLength));
        // Read again from some batch on, as after a restart.
        const first = whole[begin % whole.length]![0]!;
        const rest = offsets.filter((offset) => offset >= first);
        expect(cuts(rest, maxLength, true)).toEqual(whole.slice(begin % whole.length));
      }),
    );
  });

  it('is after so many records where nothing depends on it', () => {
    expect(cuts(Float64Array.of(5, 6, 7, 9, 12), 3, false)).toEqual([
      [5, 6, 7],
      [9, 12],
    ]);
  });
});
