import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import lz4 from 'lz4js';
import snappy from 'snappyjs';
import { describe, expect, it } from 'vitest';
import { compress, decompress } from '../../../src/kafka/record-batch/compression.js';
import { crc32c } from '../../../src/kafka/record-batch/crc32c.js';
import { lz4Compress, lz4Decompress } from '../../../src/kafka/record-batch/lz4.js';
import { snappyDecompress } from '../../../src/kafka/record-batch/snappy.js';
import { zstdWritable } from '../../../src/kafka/record-batch/zstd.js';

const codecs = (['gzip', 'snappy', 'lz4', 'zstd'] as const).filter((name) => name !== 'zstd' || zstdWritable);
/** Bytes that repeat themselves now and then, as records do. */
const content = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 400 }),
      fc.nat(40).map((n) => Buffer.from('{"sensor":"pump-7","t":21.5}'.repeat(n))),
    ),
    { maxLength: 12 },
  )
  .map((parts) => Uint8Array.from(Buffer.concat(parts)));
const cap = 1 << 20;

describe('crc32c', () => {
  it('is what RFC 3720 gives', () => {
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
    expect(crc32c(new Uint8Array(32).fill(255))).toBe(0x62a8ab43);
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
  });
});

describe.each(codecs)('%s', (name) => {
  it('gives back what went in', () => {
    fc.assert(
      fc.property(content, (bytes) => {
        expect(Uint8Array.from(decompress(name, compress(name, bytes), cap))).toEqual(bytes);
      }),
    );
  });
  it('stops at the cap', () => {
    const bomb = compress(name, new Uint8Array(cap + 1));
    expect(() => decompress(name, bomb, cap)).toThrow(/larger than the cap/);
    expect(decompress(name, compress(name, new Uint8Array(cap)), cap).length).toBe(cap);
  });
  it('never does worse than refuse damaged content', () => {
    const packed = compress(name, Buffer.from('{"sensor":"pump-7","t":21.5}'.repeat(50)));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(packed.length - 1), fc.nat(255)), { minLength: 1, maxLength: 5 }),
        (changes) => {
          const damaged = Uint8Array.from(packed);
          for (const [at, byte] of changes) damaged[at] = byte;
          try {
            expect(decompress(name, damaged, cap).length).toBeLessThanOrEqual(cap);
          } catch (error) {
            expect(error).toMatchObject({ code: 'UNREADABLE_BATCH' });
          }
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('other implementations', () => {
  it('read our Snappy blocks and LZ4 frames, and we theirs', () => {
    fc.assert(
      fc.property(content, (bytes) => {
        expect(Uint8Array.from(snappyDecompress(snappy.compress(bytes), cap))).toEqual(bytes);
        if (bytes.length === 0) return;
        const block = compress('snappy', bytes.subarray(0, 32_768)).subarray(20);
        expect(Uint8Array.from(snappy.uncompress(block))).toEqual(bytes.subarray(0, 32_768));
        expect(Uint8Array.from(lz4.decompress(lz4Compress(bytes)))).toEqual(bytes);
        expect(Uint8Array.from(lz4Decompress(lz4.compress(bytes), cap))).toEqual(bytes);
      }),
    );
  });
  it('write Zstandard that is read here, on every Node, damaged or not', () => {
    // zstd -19 of "abc" 200 times, with a checksum.
    const frame = Buffer.from('KLUv/QRoVQAAGGFiYwEAUqzcEKv+qNw=', 'base64');
    expect(Buffer.from(decompress('zstd', frame, cap)).toString()).toBe('abc'.repeat(200));
    expect(() => decompress('zstd', frame, 599)).toThrow(/larger than the cap/);
    expect(() => decompress('zstd', frame.subarray(0, 12), cap)).toThrow(/content/);
    expect(() => decompress('zstd', gzipSync('x'), cap)).toThrow(/content/);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(frame.length - 1), fc.nat(255)), { minLength: 1, maxLength: 5 }),
        (changes) => {
          const damaged = Uint8Array.from(frame);
          for (const [at, byte] of changes) damaged[at] = byte;
          try {
            expect(decompress('zstd', damaged, cap).length).toBeLessThanOrEqual(cap);
          } catch (error) {
            expect(error).toMatchObject({ code: 'UNREADABLE_BATCH' });
          }
        },
      ),
      { numRuns: 2000 },
    );
  });
});
