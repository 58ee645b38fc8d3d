import { findRepeats } from './find-repeats.js';
import { GrowingBytes } from './growing-bytes.js';
import { UnreadableBatchError } from './unreadable-batch-error.js';

/** Java's producer frames blocks this way (xerial/snappy-java); others write one bare block. */
const xerialMagic = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0]);
const blockBytes = 32_768;

/** Snappy in xerial's frame, which every Kafka client reads: blocks of 32 KiB, each after its length. */
export function snappyCompress(bytes: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [xerialMagic, Buffer.from([0, 0, 0, 1, 0, 0, 0, 1])];
  for (let at = 0; at < bytes.length || at === 0; at += blockBytes) {
    const block = compressBlock(bytes, at, Math.min(at + blockBytes, bytes.length));
    const length = Buffer.allocUnsafe(4);
    length.writeUInt32BE(block.length);
    parts.push(length, block);
  }
  return Buffer.concat(parts);
}

/** @throws UnreadableBatchError when the content is damaged or larger than `maxBytes` */
export function snappyDecompress(bytes: Uint8Array, maxBytes: number): Uint8Array {
  const framed = bytes.length >= 16 && xerialMagic.every((byte, i) => bytes[i] === byte);
  const out = new GrowingBytes(framed ? bytes.length * 2 : 0, maxBytes);
  if (!framed) {
    decompressBlock(bytes, 0, bytes.length, out);
    return out.result();
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 16; at < bytes.length; ) {
    if (at + 4 > bytes.length) throw new UnreadableBatchError('its content is cut off');
    const end = at + 4 + view.getUint32(at);
    if (end > bytes.length) throw new UnreadableBatchError('its content is cut off');
    decompressBlock(bytes, at + 4, end, out);
    at = end;
  }
  return out.result();
}

/** Block format: the length as a varint, then literals (tag 0) and copies with a distance of 11, 16 or 32 bits (tags 1 to 3). */
function decompressBlock(bytes: Uint8Array, start: number, end: number, out: GrowingBytes): void {
  let at = start;
  let length = 0;
  for (let shift = 0; ; shift += 7) {
    if (at >= end || shift > 28) throw new UnreadableBatchError('its content is damaged');
    const byte = bytes[at++]!;
    length += (byte & 127) * 2 ** shift;
    if (byte < 128) break;
  }
  const until = out.length + length;
  out.reserve(length);
  while (at < end) {
    const tag = bytes[at++]!;
    const kind = tag & 3;
    if (kind === 0) {
      let count = tag >> 2;
      if (count >= 60) {
        const extra = count - 59;
        count = little(bytes, at, extra, end);
        at += extra;
      }
      if (at + count + 1 > end) throw new UnreadableBatchError('its content is cut off');
      out.append(bytes, at, at + count + 1);
      at += count + 1;
    } else {
      const width = kind === 1 ? 1 : kind === 2 ? 2 : 4;
      const low = little(bytes, at, width, end);
      at += width;
      if (kind === 1) out.repeat(((tag >> 5) << 8) | low, ((tag >> 2) & 7) + 4);
      else out.repeat(low, (tag >> 2) + 1);
    }
    if (out.length > until) throw new UnreadableBatchError('its content is longer than it says');
  }
  if (out.length !== until) throw new UnreadableBatchError('its content is shorter than it says');
}

function little(bytes: Uint8Array, at: number, width: number, end: number): number {
  if (at + width > end) throw new UnreadableBatchError('its content is cut off');
  let value = 0;
  for (let i = width - 1; i >= 0; i--) value = value * 256 + bytes[at + i]!;
  return value;
}

function compressBlock(bytes: Uint8Array, start: number, end: number): Uint8Array {
  const out = Buffer.allocUnsafe(32 + (end - start) + Math.ceil((end - start) / 6));
  let at = 0;
  let size = end - start;
  while (size > 127) {
    out[at++] = (size & 127) | 128;
    size >>>= 7;
  }
  out[at++] = size;
  findRepeats(bytes, start, end, 0, (literal, until, length, distance) => {
    const count = until - literal;
    if (count > 0) {
      if (count <= 60) out[at++] = (count - 1) << 2;
      else if (count <= 256) {
        out[at++] = 60 << 2;
        out[at++] = count - 1;
      } else {
        out[at++] = 61 << 2;
        out[at++] = (count - 1) & 255;
        out[at++] = (count - 1) >> 8;
      }
      out.set(bytes.subarray(literal, until), at);
      at += count;
    }
    for (let left = length; left > 0; ) {
      const now = Math.min(left, 64);
      out[at++] = ((now - 1) << 2) | 2;
      out[at++] = distance & 255;
      out[at++] = distance >> 8;
      left -= now;
    }
  });
  return out.subarray(0, at);
}
