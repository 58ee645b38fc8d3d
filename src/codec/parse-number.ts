import { decodeUtf8 } from './decode-utf8.js';
import { roundDecimal } from './round-decimal.js';

/**
 * The decimal number that `bytes[start, end)` spell, spaces and tabs around it aside; NaN where they spell none.
 *
 * The same double as `Number(text)` for everything of the form `[+-] digits [. digits] [e [+-] digits]`, `.5` and `5.` included; beyond
 * the largest double ±Infinity. Not numbers: the empty text, hexadecimal, `1,5`, and the words Infinity and NaN.
 * O(bytes); no text is made but for very long or extreme decimals.
 */
export function parseNumber(bytes: Uint8Array, start: number, end: number): number {
  let i = start;
  let stop = end;
  while (i < stop && (bytes[i] === 32 || bytes[i] === 9)) i++;
  while (stop > i && (bytes[stop - 1] === 32 || bytes[stop - 1] === 9)) stop--;
  const from = i;
  const isNegative = bytes[i] === 45;
  if (i < stop && (isNegative || bytes[i] === 43)) i++;

  let head = 0; // the first 15 significant digits
  let tail = 0; // the next four
  let digits = 0;
  let exponent = 0;
  let point = -1;
  const first = i;
  for (; i < stop; i++) {
    const digit = bytes[i]! - 48;
    if (digit >= 0 && digit <= 9) {
      if (digits < 15) {
        head = head * 10 + digit;
        if (head !== 0) digits++;
      } else {
        if (digits < 19) tail = tail * 10 + digit;
        digits++;
      }
    } else if (digit === -2 && point < 0) point = i;
    else break;
  }
  if (i - first === (point < 0 ? 0 : 1)) return Number.NaN; // no digit
  if (point >= 0) exponent = point + 1 - i;
  if (i < stop) {
    if ((bytes[i]! | 32) !== 101) return Number.NaN;
    i++;
    const isDown = bytes[i] === 45;
    if (i < stop && (isDown || bytes[i] === 43)) i++;
    if (i === stop) return Number.NaN;
    let power = 0;
    for (; i < stop; i++) {
      const digit = bytes[i]! - 48;
      if (!(digit >= 0 && digit <= 9)) return Number.NaN;
      if (power < 100_000) power = power * 10 + digit;
    }
    exponent += isDown ? -power : power;
  }
  if (digits <= 19) {
    const x = roundDecimal(head, tail, digits > 15 ? digits - 15 : 0, exponent);
    if (!Number.isNaN(x)) return isNegative ? -x : x;
  }
  return Number(decodeUtf8(bytes, from, stop));
}
