import { findRepeats } from './find-repeats.js';
import { GrowingBytes } from './growing-bytes.js';
import { UnreadableBatchError } from './unreadable-batch-error.js';
import { xxh32 } from './xxh32.js';

const magic = 0x184d2204;
const blockBytes = 65_536;

/** LZ4 frame (version 1): independent blocks of 64 KiB, no checksums but the header's, as Kafka's own producer writes it. */
export function lz4Compress(bytes: Uint8Array): Uint8Array {
  const header = Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0]);
  header[6] = (xxh32(header, 4, 6) >>> 8) & 255;
  const parts: Uint8Array[] = [header];
  for (let at = 0; at < bytes.length; at += blockBytes) {
    const end = Math.min(at + blockBytes, bytes.length);
    const block = compressBlock(bytes, at, end);
    const size = Buffer.allocUnsafe(4);
    const raw = block.length >= end - at;
    size.writeUInt32LE(raw ? (0x80000000 | (end - at)) >>> 0 : block.length);
    parts.push(size, raw ? bytes.subarray(at, end) : block);
  }
  parts.push(Buffer.alloc(4));
  return Buffer.concat(parts);
}

/** @throws UnreadableBatchError when the frame is damaged or its content larger than `maxBytes` */
export function lz4Decompress(bytes: Uint8Array, maxBytes: number): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 7 || view.getUint32(0, true) !== magic)
    throw new UnreadableBatchError('its content is no LZ4 frame');
  const flags = bytes[4]!;
  if (flags >> 6 !== 1) throw new UnreadableBatchError(`LZ4 frame version ${flags >> 6} is not known`);
  const out = new GrowingBytes(bytes.length * 2, maxBytes);
  let at = 7 + (flags & 8 ? 8 : 0) + (flags & 1 ? 4 : 0);
  for (;;) {
    if (at + 4 > bytes.length) throw new UnreadableBatchError('its content is cut off');
    const word = view.getUint32(at, true);
    at += 4;
    if (word === 0) return out.result();
    const size = word & 0x7fffffff;
    if (at + size > bytes.length) throw new UnreadableBatchError('its content is cut off');
    if (word >= 0x80000000) out.append(bytes, at, at + size);
    else decompressBlock(bytes, at, at + size, out);
    at += size + (flags & 16 ? 4 : 0);
  }
}

/** Sequences: a token, literals, and, but for the last, a two-byte distance and a length from 4. */
function decompressBlock(bytes: Uint8Array, start: number, end: number, out: GrowingBytes): void {
  let at = start;
  const more = (length: number): number => {
    for (let total = length; ; ) {
      if (at >= end) throw new UnreadableBatchError('its content is cut off');
      const byte = bytes[at++]!;
      total += byte;
      if (byte !== 255) return total;
    }
  };
  while (at < end) {
    const token = bytes[at++]!;
    const literals = token >> 4 === 15 ? more(15) : token >> 4;
    if (at + literals > end) throw new UnreadableBatchError('its content is cut off');
    out.append(bytes, at, at + literals);
    at += literals;
    if (at === end) return;
    if (at + 2 > end) throw new UnreadableBatchError('its content is cut off');
    const distance = bytes[at]! | (bytes[at + 1]! << 8);
    at += 2;
    out.repeat(distance, ((token & 15) === 15 ? more(15) : token & 15) + 4);
  }
}

function compressBlock(bytes: Uint8Array, start: number, end: number): Uint8Array {
  const out = Buffer.allocUnsafe(16 + (end - start) + Math.ceil((end - start) / 255));
  let at = 0;
  const extend = (rest: number): void => {
    let left = rest;
    for (; left >= 255; left -= 255) out[at++] = 255;
    out[at++] = left;
  };
  // The format wants the last five bytes to be literals, and no repeat to begin in the last twelve.
  findRepeats(bytes, start, end, 12, (literal, until, length, distance) => {
    const count = until - literal;
    const repeat = length - 4;
    out[at++] = (Math.min(count, 15) << 4) | (length > 0 ? Math.min(repeat, 15) : 0);
    if (count >= 15) extend(count - 15);
    out.set(bytes.subarray(literal, until), at);
    at += count;
    if (length === 0) return;
    out[at++] = distance & 255;
    out[at++] = distance >> 8;
    if (repeat >= 15) extend(repeat - 15);
  });
  return out.subarray(0, at);
}
