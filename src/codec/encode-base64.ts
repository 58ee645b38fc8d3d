import type { ByteWriter } from './byte-writer.js';

const LETTERS = Uint8Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/', (letter) =>
  letter.charCodeAt(0),
);

/** Appends `bytes` as base64 (RFC 4648), padded. O(length). */
export function encodeBase64(bytes: Uint8Array, out: ByteWriter): void {
  const { length } = bytes;
  out.reserve(4 * Math.ceil(length / 3));
  const to = out.bytes;
  let at = out.length;
  let i = 0;
  for (; i + 2 < length; i += 3) {
    const word = (bytes[i]! << 16) | (bytes[i + 1]! << 8) | bytes[i + 2]!;
    to[at++] = LETTERS[word >> 18]!;
    to[at++] = LETTERS[(word >> 12) & 63]!;
    to[at++] = LETTERS[(word >> 6) & 63]!;
    to[at++] = LETTERS[word & 63]!;
  }
  if (i < length) {
    const isTwo = i + 1 < length;
    const word = (bytes[i]! << 16) | (isTwo ? bytes[i + 1]! << 8 : 0);
    to[at++] = LETTERS[word >> 18]!;
    to[at++] = LETTERS[(word >> 12) & 63]!;
    to[at++] = isTwo ? LETTERS[(word >> 6) & 63]! : 61;
    to[at++] = 61;
  }
  out.length = at;
}
