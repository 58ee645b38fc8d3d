import { crc32 as reference } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc32 } from '../../../src/checkpoint/format/crc32.js';

describe('crc32', () => {
  it('is the checksum of zip, whole or in pieces, wherever the bytes lie', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(200), fc.nat(3), (bytes, cut, offset) => {
        const moved = new Uint8Array(bytes.length + offset).subarray(offset);
        moved.set(bytes);
        expect(crc32(moved)).toBe(reference(bytes));
        expect(crc32(moved.subarray(cut), crc32(moved.subarray(0, cut)))).toBe(reference(bytes));
      }),
      { numRuns: 1000 },
    );
  });
  it('is 0xCBF43926 for the check text of the standard, and 0 for nothing', () => {
    expect(crc32(Uint8Array.from('123456789', (digit) => digit.charCodeAt(0)))).toBe(0xcbf43926);
    expect(crc32(new Uint8Array())).toBe(0);
  });
});
