import * as zlib from 'node:zlib';
import { Decompress } from 'fzstd';
import { InvalidOptionError } from '../../errors.js';
import { GrowingBytes } from './growing-bytes.js';
import { UnreadableBatchError } from './unreadable-batch-error.js';

/** Node has Zstandard built in from 22.15 on; before that, frames are read by fzstd and cannot be written. */
const native = zlib as unknown as {
  zstdCompressSync?: (bytes: Uint8Array) => Buffer;
  zstdDecompressSync?: (bytes: Uint8Array, options: { maxOutputLength: number }) => Buffer;
};

/** Whether this Node can write Zstandard. */
export const zstdWritable = native.zstdCompressSync !== undefined;

/** @throws InvalidOptionError on a Node before 22.15, which cannot write Zstandard */
export function zstdCompress(bytes: Uint8Array): Uint8Array {
  if (native.zstdCompressSync === undefined)
    throw new InvalidOptionError(
      'compression',
      'zstd',
      `none, gzip, snappy or lz4 on Node ${process.versions.node} (zstd needs 22.15)`,
    );
  return native.zstdCompressSync(bytes);
}

/** @throws UnreadableBatchError when the content is damaged or larger than `maxBytes` */
export function zstdDecompress(bytes: Uint8Array, maxBytes: number): Uint8Array {
  if (native.zstdDecompressSync !== undefined) return native.zstdDecompressSync(bytes, { maxOutputLength: maxBytes });
  checkWindow(bytes, maxBytes);
  const out = new GrowingBytes(bytes.length * 2, maxBytes);
  let final = false;
  const stream = new Decompress((part, isLast) => {
    out.append(part, 0, part.length);
    final ||= isLast === true;
  });
  stream.push(bytes, true);
  if (!final) throw new UnreadableBatchError('its content is cut off');
  return out.result();
}

/**
 * Refuses a frame whose header asks for more memory than the cap, before anything is allocated for it.
 * Frame header (RFC 8878, 3.1.1.1): descriptor; window byte `2^(10 + e)·(1 + m/8)`, or, in a single segment, the content's size.
 */
function checkWindow(bytes: Uint8Array, maxBytes: number): void {
  if (bytes.length < 6 || (bytes[0]! | (bytes[1]! << 8) | (bytes[2]! << 16)) !== 0x2fb528 || bytes[3] !== 0xfd)
    throw new UnreadableBatchError('its content is no Zstandard frame');
  const descriptor = bytes[4]!;
  const single = (descriptor & 32) !== 0;
  const window = bytes[5]!;
  let memory = 2 ** (10 + (window >> 3)) * (1 + (window & 7) / 8);
  if (single) {
    const width = [1, 2, 4, 8][descriptor >> 6]!;
    memory = descriptor >> 6 === 1 ? 256 : 0;
    for (let i = 0; i < width; i++) memory += (bytes[5 + [0, 1, 2, 4][descriptor & 3]! + i] ?? 0) * 256 ** i;
  }
  // A window has a floor of 1 KiB and a usual size of up to 8 MiB whatever the content is.
  if (memory > Math.max(maxBytes, 8_388_608))
    throw new UnreadableBatchError(`its content is larger than the cap of ${maxBytes} bytes`);
}
