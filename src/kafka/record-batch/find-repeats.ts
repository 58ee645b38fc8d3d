/** Told of each stretch: literal bytes `[literal, at)`, then `length` bytes repeated from `distance` back (length 0 at the end). */
export type RepeatHandler = (literal: number, at: number, length: number, distance: number) => void;

const table = new Int32Array(1 << 14);

/**
 * Finds repeats of four bytes and more within 64 KiB, greedily, by a hash of the last place of each four bytes: the search
 * that LZ4 and Snappy share. Repeats end `tail` bytes before the end. O(n).
 */
export function findRepeats(bytes: Uint8Array, start: number, end: number, tail: number, handle: RepeatHandler): void {
  table.fill(-1);
  let literal = start;
  let at = start;
  let misses = 0;
  const last = end - Math.max(tail, 4) - 4;
  while (at < last) {
    const word = read32(bytes, at);
    const slot = Math.imul(word, 0x9e3779b1) >>> 18;
    const candidate = table[slot]!;
    table[slot] = at;
    if (candidate < start || at - candidate > 65_535 || read32(bytes, candidate) !== word) {
      at += 1 + (misses++ >> 6); // text that does not repeat is passed faster and faster
      continue;
    }
    misses = 0;
    let length = 4;
    const limit = end - tail;
    while (at + length < limit && bytes[candidate + length] === bytes[at + length]) length++;
    handle(literal, at, length, at - candidate);
    at += length;
    literal = at;
  }
  handle(literal, end, 0, 0);
}

function read32(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}
