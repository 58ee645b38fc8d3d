/** Tables of 256: byte `b`, followed by `k` zero bytes, contributes `tables[k * 256 + b]`. */
const STEP = 16;
const tables = makeTables();
/** From so many bytes on a view of them pays. */
const LONG = 64;

/**
 * CRC-32C (Castagnoli, reflected polynomial 0x82F63B78) of `bytes[start, end)`, as Kafka puts it into a record batch.
 * Slicing (Kounavis & Berry 2008) by sixteen bytes a step, read four at once. Unsigned 32 bits.
 */
export function crc32c(bytes: Uint8Array, start = 0, end = bytes.length): number {
  let crc = -1;
  let i = start;
  if (end - start >= LONG) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (; i + STEP <= end; i += STEP) {
      const a = crc ^ view.getInt32(i, true);
      const b = view.getInt32(i + 4, true);
      const c = view.getInt32(i + 8, true);
      const d = view.getInt32(i + 12, true);
      crc =
        tables[3840 + (a & 255)]! ^
        tables[3584 + ((a >>> 8) & 255)]! ^
        tables[3328 + ((a >>> 16) & 255)]! ^
        tables[3072 + (a >>> 24)]! ^
        tables[2816 + (b & 255)]! ^
        tables[2560 + ((b >>> 8) & 255)]! ^
        tables[2304 + ((b >>> 16) & 255)]! ^
        tables[2048 + (b >>> 24)]! ^
        tables[1792 + (c & 255)]! ^
        tables[1536 + ((c >>> 8) & 255)]! ^
        tables[1280 + ((c >>> 16) & 255)]! ^
        tables[1024 + (c >>> 24)]! ^
        tables[768 + (d & 255)]! ^
        tables[512 + ((d >>> 8) & 255)]! ^
        tables[256 + ((d >>> 16) & 255)]! ^
        tables[d >>> 24]!;
    }
  }
  for (; i < end; i++) crc = (crc >>> 8) ^ tables[(crc ^ bytes[i]!) & 255]!;
  return ~crc >>> 0;
}

function makeTables(): Int32Array {
  const all = new Int32Array(STEP * 256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
    all[byte] = crc;
  }
  for (let i = 256; i < all.length; i++) {
    const before = all[i - 256]!;
    all[i] = (before >>> 8) ^ all[before & 255]!;
  }
  return all;
}
