import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';
import { compress, decompress } from '../record-batch/compression.js';
import { UnreadableBatchError } from '../record-batch/unreadable-batch-error.js';

interface Codec {
  compress(encoder: { buffer: Buffer }): Promise<Buffer>;
  decompress(bytes: Buffer): Promise<Buffer>;
}

/** Key of the records that stand for a batch that could not be decompressed: drawn for this process, so that no one can send it. */
export const faultKey = randomBytes(16);

/** More records than any batch has. */
const faultRecords = 1 << 18;

/** The cap that holds where a consumer or a reading runs; codecs are shared by all of kafkajs, and cannot be told otherwise. */
export const decompressionCap = new AsyncLocalStorage<number>();

/**
 * Our codecs in the shape that kafkajs wants. A consumer of kafkajs cannot get past a batch whose codec throws: so a faulty
 * one becomes records with `faultKey`, whose first value is the reason; the adapter makes one fault of them.
 */
export function cappedCodecs(): ['GZIP' | 'Snappy' | 'LZ4' | 'ZSTD', Codec][] {
  const names = { GZIP: 'gzip', Snappy: 'snappy', LZ4: 'lz4', ZSTD: 'zstd' } as const;
  return (Object.keys(names) as (keyof typeof names)[]).map((name) => [
    name,
    {
      compress: async ({ buffer }) => Buffer.from(compress(names[name], buffer)),
      decompress: async (bytes) => {
        try {
          return Buffer.from(decompress(names[name], bytes, decompressionCap.getStore() ?? 33_554_432));
        } catch (error) {
          if (!(error instanceof UnreadableBatchError)) throw error;
          return faultBytes(error.message);
        }
      },
    },
  ]);
}

/** Records without a timestamp, at offsets 0, 1 …, of the fault's key; the first has the reason as its value. */
function faultBytes(reason: string): Buffer {
  const value = Buffer.from(reason.slice(0, 60).replace(/[^\x20-\x7e]/g, '?'));
  const first = Buffer.concat([
    Buffer.from([0, 0, 0, 32]),
    faultKey,
    Buffer.from([value.length * 2]),
    value,
    Buffer.from([0]),
  ]);
  const records = Buffer.alloc(2 + first.length + faultRecords * 26);
  let at = varint(records, 0, first.length);
  at += first.copy(records, at);
  for (let i = 1; i < faultRecords; i++) {
    const offset = Buffer.alloc(5);
    const width = varint(offset, 0, i);
    at = varint(records, at, 2 + width + 1 + 16 + 1 + 1);
    records[at++] = 0;
    records[at++] = 0;
    at += offset.copy(records, at, 0, width);
    records[at++] = 32;
    at += faultKey.copy(records, at);
    records[at++] = 1; // no value
    records[at++] = 0;
  }
  return records.subarray(0, at);
}

/** Writes the zigzag varint of a number that is not negative. */
function varint(bytes: Buffer, start: number, value: number): number {
  let at = start;
  let rest = value * 2;
  for (; rest > 127; rest >>>= 7) bytes[at++] = (rest & 127) | 128;
  bytes[at++] = rest;
  return at;
}
