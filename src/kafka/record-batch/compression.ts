import * as zlib from 'node:zlib';
import { lz4Compress, lz4Decompress } from './lz4.js';
import { snappyCompress, snappyDecompress } from './snappy.js';
import { UnreadableBatchError } from './unreadable-batch-error.js';
import { zstdCompress, zstdDecompress } from './zstd.js';

const names = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const;

/** How the records of a batch are compressed. */
export type CompressionName = (typeof names)[number];

/** The number of a codec in a batch's attributes. */
export function compressionCode(name: CompressionName): number {
  return names.indexOf(name);
}

/** The codec of a batch's attributes, null for one that is not known. */
export function compressionName(code: number): CompressionName | null {
  return names[code] ?? null;
}

export function compress(name: Exclude<CompressionName, 'none'>, bytes: Uint8Array): Uint8Array {
  if (name === 'gzip') return zlib.gzipSync(bytes, { level: 4 });
  if (name === 'snappy') return snappyCompress(bytes);
  return name === 'lz4' ? lz4Compress(bytes) : zstdCompress(bytes);
}

/**
 * Decompresses, and stops at `maxBytes`: a bomb costs no more than the cap.
 *
 * @throws UnreadableBatchError when the content is larger than that, or no such content
 */
export function decompress(name: Exclude<CompressionName, 'none'>, bytes: Uint8Array, maxBytes: number): Uint8Array {
  try {
    if (name === 'gzip') return zlib.gunzipSync(bytes, { maxOutputLength: maxBytes });
    if (name === 'snappy') return snappyDecompress(bytes, maxBytes);
    return name === 'lz4' ? lz4Decompress(bytes, maxBytes) : zstdDecompress(bytes, maxBytes);
  } catch (cause) {
    if (cause instanceof UnreadableBatchError) throw cause;
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(maxBytes);
    throw new UnreadableBatchError(`its ${name} content is damaged: ${(cause as Error).message}`, { cause });
  }
}

function tooLarge(maxBytes: number): UnreadableBatchError {
  return new UnreadableBatchError(`its content is larger than the cap of ${maxBytes} bytes`);
}
