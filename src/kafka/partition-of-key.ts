/**
 * The partition that Kafka's own producers give a key: murmur2 of its bytes, without the sign, modulo `count`. So records
 * of one key stay together whoever writes them. O(length of the key).
 */
export function partitionOfKey(key: Uint8Array, count: number): number {
  return (murmur2(key) & 0x7fffffff) % count;
}

/** MurmurHash2, 32 bits, with the seed that Kafka uses. */
export function murmur2(bytes: Uint8Array): number {
  const m = 0x5bd1e995;
  const { length } = bytes;
  let hash = 0x9747b28c ^ length;
  let i = 0;
  for (; i + 4 <= length; i += 4) {
    let k = bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
    k = Math.imul(k, m);
    k ^= k >>> 24;
    hash = Math.imul(hash, m) ^ Math.imul(k, m);
  }
  if (length - i === 3) hash ^= bytes[i + 2]! << 16;
  if (length - i >= 2) hash ^= bytes[i + 1]! << 8;
  if (length - i >= 1) hash = Math.imul(hash ^ bytes[i]!, m);
  hash = Math.imul(hash ^ (hash >>> 13), m);
  return hash ^ (hash >>> 15);
}
