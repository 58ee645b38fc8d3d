/** Eight tables: table k takes a byte that is followed by k others (slicing by 8, Kounavis & Berry 2005). */
const TABLES = makeTables();

/**
 * CRC-32 (IEEE 802.3, as in zip and PNG) of `bytes`, going on from `crc`. About a gigabyte a second.
 * The bytes of several arrays in turn have the CRC of their concatenation.
 */
export function crc32(bytes: Uint8Array, crc = 0): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = TABLES;
  let c = ~crc;
  let i = 0;
  for (const end = bytes.length - 7; i < end; i += 8) {
    c ^= bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
    c =
      t7[c & 255]! ^
      t6[(c >>> 8) & 255]! ^
      t5[(c >>> 16) & 255]! ^
      t4[c >>> 24]! ^
      t3[bytes[i + 4]!]! ^
      t2[bytes[i + 5]!]! ^
      t1[bytes[i + 6]!]! ^
      t0[bytes[i + 7]!]!;
  }
  for (; i < bytes.length; i++) c = t0[(c ^ bytes[i]!) & 255]! ^ (c >>> 8);
  return ~c >>> 0;
}

type Table = Int32Array;

function makeTables(): [Table, Table, Table, Table, Table, Table, Table, Table] {
  const first = Int32Array.from({ length: 256 }, (_, byte) => {
    let c = byte;
    for (let bit = 0; bit < 8; bit++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
    return c;
  });
  const next = (table: Table) => Int32Array.from(table, (c) => first[c & 255]! ^ (c >>> 8));
  const tables = [first];
  for (let k = 1; k < 8; k++) tables.push(next(tables[k - 1]!));
  return tables as ReturnType<typeof makeTables>;
}
