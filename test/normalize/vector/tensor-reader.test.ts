import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TensorReader } from '../../../src/normalize/vector/tensor-reader.js';
import { TENSOR_TYPES, type TensorType } from '../../../src/normalize/vector/tensor-types.js';

const reader = (shape: (number | null)[], type: TensorType = 'float64') =>
  new TensorReader({ shape, type, channels: 'last' });
const read = (from: TensorReader, value: unknown) => {
  const fault = from.read(value);
  return fault ?? Array.from(from.values.subarray(0, from.length));
};
const base64 = (numbers: { buffer: ArrayBufferLike; byteOffset: number; byteLength: number }) =>
  Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength).toString('base64');

describe('TensorReader', () => {
  it('reads the same numbers however they come', () => {
    const types = fc.constantFrom(...(Object.keys(TENSOR_TYPES) as TensorType[]));
    fc.assert(
      fc.property(types, fc.array(fc.integer({ min: 0, max: 127 }), { minLength: 6, maxLength: 6 }), (type, xs) => {
        const from = reader([2, 3], type);
        const packed = new TENSOR_TYPES[type](6);
        packed.set(xs);
        const nested = [xs.slice(0, 3), xs.slice(3)];
        const bytes = new Uint8Array(packed.buffer);
        const forms = [
          xs,
          nested,
          packed,
          Float64Array.from(xs),
          bytes,
          base64(packed),
          base64(packed).replace(/=+$/, ''),
          Buffer.from(bytes).toString('base64url'),
          JSON.stringify(nested),
          { values: xs, shape: [2, 3] },
          { data: nested },
          JSON.parse(JSON.stringify(Buffer.from(bytes))),
        ];
        for (const form of forms) {
          expect(read(from, form)).toEqual(xs);
          expect(from.shape).toEqual([2, 3]);
        }
      }),
    );
  });
  it('takes any length along one axis', () => {
    const from = reader([null, 2]);
    expect(
      read(from, [
        [1, 2],
        [3, 4],
        [5, 6],
      ]),
    ).toEqual([1, 2, 3, 4, 5, 6]);
    expect(from.shape).toEqual([3, 2]);
    expect(read(from, [1, 2])).toEqual([1, 2]);
    expect(from.shape).toEqual([1, 2]);
    expect(read(from, [1, 2, 3])).toBe(
      'expected a multiple of 2 numbers, shape [any, 2] (as float64: 16 bytes each), got 3 numbers',
    );
  });
  it('takes null and NaN among floating numbers as missing, and nothing at all as nothing', () => {
    const from = reader([3]);
    expect(read(from, [1, null, Number.NaN])).toEqual([1, Number.NaN, Number.NaN]);
    for (const nothing of [null, undefined]) {
      expect(from.read(nothing)).toBeUndefined();
      expect(from.isMissing).toBe(true);
    }
  });
  it.each<[unknown, (number | null)[], TensorType, string]>([
    [[1, 2], [3], 'float64', 'expected 3 numbers, shape [3] (as float64: 24 bytes), got 2 numbers'],
    [[[1, 2, 3]], [2, 3], 'float64', 'expected shape [2, 3], got [1, 3]'],
    [
      [
        [1, 2, 3],
        [4, 5],
      ],
      [2, 3],
      'float64',
      'expected 3 values at [1], got 2 values',
    ],
    [[[1, 2, 3], 4], [2, 3], 'float64', 'expected 3 values at [1], got 4'],
    [[1, 'x', 3], [3], 'float64', 'expected float64 at [1], got text "x"'],
    [[1, [2], 3], [3], 'float64', 'expected float64 at [1], got [2]'],
    [[1, 256, 3], [3], 'uint8', 'expected uint8 at [1], got 256'],
    [[1, 2.5, 3], [3], 'uint8', 'expected uint8 at [1], got 2.5'],
    [[1, null, 3], [3], 'uint8', 'expected uint8 at [1], got null'],
    [
      [
        [1, 2],
        [3, -1],
      ],
      [2, 2],
      'uint16',
      'expected uint16 at [1, 1], got -1',
    ],
    ['AAAA', [4], 'uint8', 'expected 4 numbers, shape [4] (as uint8: 4 bytes), got 3 bytes of base64'],
    ['AA*A', [3], 'uint8', 'expected base64 of uint8, got text "AA*A"'],
    ['ÄAAA', [3], 'uint8', 'expected base64 of uint8, got text "ÄAAA"'],
    ['[1, 2', [3], 'uint8', 'expected JSON, got text "[1, 2"'],
    [7, [3], 'uint8', 'expected 3 numbers, shape [3] (as uint8: 3 bytes), got 7'],
    [true, [1], 'float64', 'expected 1 numbers, shape [1] (as float64: 8 bytes), got true'],
    [{ x: 1 }, [1], 'float64', 'expected 1 numbers, shape [1] (as float64: 8 bytes), got an object'],
    [{ values: [1, 2], shape: [1, 2] }, [2], 'float64', 'expected shape [2], got [1,2]'],
    [{ values: [1, 2], mask: [1] }, [2], 'float64', 'expected a mask of 2 positions or 2 values, got 1'],
  ])('says of %j for the shape %j of %s what is wrong', (value, shape, type, reason) => {
    expect(reader(shape, type).read(value)).toBe(reason);
  });
});
