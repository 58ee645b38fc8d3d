/** Sixteen tables of 256: entry 256 · k + b is what byte b does when k others follow it. */
const TABLES = makeTables();
const LITTLE_ENDIAN = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

/**
 * CRC-32 (IEEE 802.3, as in zip and PNG) of `bytes`, going on from `crc`; sixteen bytes a step (slicing, Kounavis & Berry 2005).
 * The bytes of several arrays in turn have the CRC of their concatenation.
 */
export function crc32(bytes: Uint8Array, crc = 0): number {
  const { length } = bytes;
  const aligned = Math.min(length, -bytes.byteOffset & 3);
  const steps = LITTLE_ENDIAN ? (length - aligned) >>> 4 : 0;
  let c = ofBytes(bytes, 0, aligned, ~crc);
  if (steps > 0) c = ofWords(new Int32Array(bytes.buffer, bytes.byteOffset + aligned, 4 * steps), c);
  return ~ofBytes(bytes, aligned + 16 * steps, length, c) >>> 0;
}

function ofBytes(bytes: Uint8Array, start: number, end: number, crc: number): number {
  let c = crc;
  for (let i = start; i < end; i++) c = TABLES[(c ^ bytes[i]!) & 255]! ^ (c >>> 8);
  return c;
}

/** Four words a step, as they lie on a little-endian machine. */
function ofWords(words: Int32Array, crc: number): number {
  const t = TABLES;
  let c = crc;
  for (let i = 0; i < words.length; i += 4) {
    c ^= words[i]!;
    const w1 = words[i + 1]!;
    const w2 = words[i + 2]!;
    const w3 = words[i + 3]!;
    c =
      t[3840 | (c & 255)]! ^
      t[3584 | ((c >>> 8) & 255)]! ^
      t[3328 | ((c >>> 16) & 255)]! ^
      t[3072 | (c >>> 24)]! ^
      t[2816 | (w1 & 255)]! ^
      t[2560 | ((w1 >>> 8) & 255)]! ^
      t[2304 | ((w1 >>> 16) & 255)]! ^
      t[2048 | (w1 >>> 24)]! ^
      t[1792 | (w2 & 255)]! ^
      t[1536 | ((w2 >>> 8) & 255)]! ^
      t[1280 | ((w2 >>> 16) & 255)]! ^
      t[1024 | (w2 >>> 24)]! ^
      t[768 | (w3 & 255)]! ^
      t[512 | ((w3 >>> 8) & 255)]! ^
      t[256 | ((w3 >>> 16) & 255)]! ^
      t[w3 >>> 24]!;
  }
  return c;
}

function makeTables(): Int32Array {
  const tables = new Int32Array(16 * 256);
  for (let byte = 0; byte < 256; byte++) {
    let c = byte;
    for (let bit = 0; bit < 8; bit++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
    tables[byte] = c;
  }
  for (let i = 256; i < tables.length; i++) tables[i] = tables[tables[i - 256]! & 255]! ^ (tables[i - 256]! >>> 8);
  return tables;
}
