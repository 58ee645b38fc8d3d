const prime1 = 0x9e3779b1;
const prime2 = 0x85ebca77;
const prime3 = 0xc2b2ae3d;
const prime4 = 0x27d4eb2f;
const prime5 = 0x165667b1;

/** xxHash32 with seed 0 of `bytes[start, end)`, of fewer than 16 bytes: what the header of an LZ4 frame needs. Unsigned 32 bits. */
export function xxh32(bytes: Uint8Array, start: number, end: number): number {
  let hash = (prime5 + end - start) | 0;
  let at = start;
  for (; at + 4 <= end; at += 4) {
    const word = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    hash = Math.imul(rotate(hash + Math.imul(word, prime3), 17), prime4);
  }
  for (; at < end; at++) hash = Math.imul(rotate(hash + Math.imul(bytes[at]!, prime5), 11), prime1);
  hash = Math.imul(hash ^ (hash >>> 15), prime2);
  hash = Math.imul(hash ^ (hash >>> 13), prime3);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function rotate(value: number, by: number): number {
  return (value << by) | (value >>> (32 - by));
}
