/** By code of a letter its six bits; 64: none. */
const BITS = new Uint8Array(128).fill(64);
[...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'].forEach((letter, bits) => {
  BITS[letter.charCodeAt(0)] = bits;
});
BITS['-'.charCodeAt(0)] = 62; // base64url
BITS['_'.charCodeAt(0)] = 63;

/** Bytes that `text` stands for if it is base64, padding aside. */
export function base64Length(text: string): number {
  let length = text.length;
  while (length > 0 && text.charCodeAt(length - 1) === 61) length--;
  return (length * 3) >>> 2;
}

/**
 * Reads base64 (RFC 4648, also its alphabet for addresses), padded or not, into `out`, which has room for `base64Length` bytes. False for
 * what is none: a letter of no alphabet, space, padding that is not at the end, a lone letter left over. O(length).
 */
export function decodeBase64(text: string, out: Uint8Array): boolean {
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) === 61) end--;
  const rest = end & 3;
  if (rest === 1 || text.length - end > 2) return false;
  const whole = end - rest;
  let at = 0;
  // Any letter of no alphabet sets bit 6 of what is gathered here; one beyond ASCII sets a higher one.
  let wrong = 0;
  for (let i = 0; i < whole; i += 4) {
    const a = text.charCodeAt(i);
    const b = text.charCodeAt(i + 1);
    const c = text.charCodeAt(i + 2);
    const d = text.charCodeAt(i + 3);
    const p = BITS[a & 127]!;
    const q = BITS[b & 127]!;
    const r = BITS[c & 127]!;
    const s = BITS[d & 127]!;
    wrong |= ((a | b | c | d) & ~127) | ((p | q | r | s) & 64);
    out[at++] = (p << 2) | (q >> 4);
    out[at++] = (q << 4) | (r >> 2);
    out[at++] = (r << 6) | s;
  }
  if (rest > 0) {
    const a = text.charCodeAt(whole);
    const b = text.charCodeAt(whole + 1);
    const c = rest === 3 ? text.charCodeAt(whole + 2) : 65;
    wrong |= ((a | b | c) & ~127) | ((BITS[a & 127]! | BITS[b & 127]! | BITS[c & 127]!) & 64);
    out[at++] = (BITS[a & 127]! << 2) | (BITS[b & 127]! >> 4);
    if (rest === 3) out[at++] = (BITS[b & 127]! << 4) | (BITS[c & 127]! >> 2);
  }
  return wrong === 0;
}
