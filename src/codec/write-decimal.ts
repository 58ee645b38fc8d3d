import { DecimalScales } from './decimal-scales.js';

const ZERO = 48;
const MINUS = 45;
const PLUS = 43;
const POINT = 46;
const EXPONENT = 101;
const UPPER = 100_000_000;
/** Far above the error of what is computed in two doubles (2⁻⁴⁷), far below what anything turns on but by chance. */
const MARGIN = 2 ** -40;

const scales = new DecimalScales();
const view = new Float64Array(1);
const words = new Int32Array(view.buffer);
const highWord = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1 ? 1 : 0;
/** The two digits of 0 to 99, one pair behind the other. */
const PAIRS = Uint8Array.from({ length: 200 }, (_, i) => ZERO + (i % 2 === 0 ? Math.floor(i / 20) : (i >> 1) % 10));

/** Most bytes that a number takes. */
export const LONGEST_DECIMAL = 26;

/**
 * Writes the shortest decimal that reads back as `x`, the nearest of them to `x`, in the notation of `String(x)`; −0 keeps its sign.
 *
 * Sought as in Schubfach (Giulietti 2020): of `y = x / 10^k`, with 10^k the power next to the last place of `x` from below, at most one
 * multiple of 10 reads back as `x`. Where there is one it is, without its zeros, the shortest; else the integer nearest to `y` is. y is
 * taken in two doubles (Dekker 1971), its 16 or 17 digits in two integers. Where the answer turns on less than the error of that,
 * which by chance is one number in 10¹⁰, and below 2⁻¹⁰²², `String` decides. O(1).
 *
 * @param x finite
 * @param bytes with room for `LONGEST_DECIMAL` from `at` on
 * @returns where the text ends
 */
export function writeDecimal(x: number, bytes: Uint8Array, at: number): number {
  if ((x | 0) === x) return x === 0 && 1 / x < 0 ? writeText('-0', bytes, at) : writeInteger(x, bytes, at);
  view[0] = x;
  const high = words[highWord]!;
  const low = words[1 - highWord]!;
  const exponent = (high >>> 20) & 0x7ff;
  if (exponent === 0 || exponent === 0x7ff) return writeText(String(x), bytes, at);

  // y = x / 10^k = product + rest, product an integer below 2^57.
  const scale = scales.at(exponent - 1075);
  const { parts } = scales;
  const c = parts[scale]!;
  const cUpper = parts[scale + 1]!;
  const cLower = parts[scale + 2]!;
  const upper = ((((high & 0xfffff) | 0x100000) << 5) | (low >>> 27)) * 2 ** 27;
  const lower = low & 0x07ffffff;
  const m = upper + lower;
  const product = m * c;
  const rest = upper * cUpper - product + upper * cLower + lower * cUpper + lower * cLower + m * parts[scale + 3]!;
  // The same as head · 10^8 + tail + fraction.
  const whole = Math.floor(rest);
  const fraction = rest - whole;
  let head = (product * 1e-8) | 0;
  let tail = (product - head * UPPER + whole) | 0;
  if (tail < 0) {
    head--;
    tail += UPPER;
  } else if (tail >= UPPER) {
    head++;
    tail -= UPPER;
  }

  // Both answers and the one of them that it is without a branch, which would be as likely as not to be guessed wrong.
  const last = tail % 10;
  const beyond = last + fraction; // the multiple of 10 below
  const up = 10 * ((beyond * 0.2) | 0);
  const distance = Math.abs(beyond - up);
  // The neighbour below a power of two is half as far as that above.
  const isPower = low === 0 && (high & 0xfffff) === 0;
  const excess = distance - (isPower ? c / 4 : c / 2);
  if (isPower ? excess >= -MARGIN : !(Math.abs(excess) > MARGIN && Math.abs(fraction - 0.5) > MARGIN))
    return writeText(String(x), bytes, at);
  const nearest = (fraction + 0.5) | 0;
  view[0] = excess;
  tail += nearest + ((up - last - nearest) & (words[highWord]! >> 31));
  if (tail >= UPPER) {
    head++;
    tail -= UPPER;
  }
  let from = at;
  bytes[from] = MINUS;
  from += high >>> 31;
  return writeDigits(head, tail, scales.powerAt(scale), bytes, from);
}

/** Writes `(head · 10^8 + tail) · 10^power`, `head` having 8 or 9 digits. */
function writeDigits(head: number, tail: number, power: number, bytes: Uint8Array, at: number): number {
  const width = 8 + ((99_999_999 - head) >>> 31);
  const places = width + 8 + power; // before the point
  const isSmall = places <= 0 && places > -6;
  let from = at;
  if (isSmall) {
    bytes[from++] = ZERO;
    bytes[from++] = POINT;
    for (let i = places; i < 0; i++) bytes[from++] = ZERO;
  } else from++; // the point will need a place
  const upper = (head / 10_000) | 0;
  const first = (upper / 10_000) | 0;
  bytes[from] = ZERO + first;
  let end = from + width - 8; // over it, where there is no ninth digit
  writeFour(upper - first * 10_000, bytes, end);
  writeFour(head - upper * 10_000, bytes, end + 4);
  end += 8;
  if (tail !== 0) {
    const middle = (tail / 10_000) | 0;
    writeFour(middle, bytes, end);
    const final = tail - middle * 10_000;
    end += 4;
    if (final !== 0) {
      writeFour(final, bytes, end);
      end += 4;
    }
  }
  end -= (bytes[end - 1]! - ZERO - 1) >>> 31; // one zero in half of all, more in few
  while (bytes[end - 1] === ZERO) end--;
  if (isSmall) return end;
  const digits = end - from;
  if (places > 0 && places <= 21) {
    if (digits <= places) {
      bytes.copyWithin(at, from, end);
      bytes.fill(ZERO, end - 1, at + places);
      return at + places;
    }
    for (let i = 0; i < places; i++) bytes[at + i] = bytes[from + i]!;
    bytes[at + places] = POINT;
    return end;
  }
  bytes[at] = bytes[from]!;
  if (digits > 1) bytes[from] = POINT;
  else end--;
  bytes[end++] = EXPONENT;
  bytes[end++] = places > 0 ? PLUS : MINUS;
  return writeInteger(Math.abs(places - 1), bytes, end);
}

/** Writes an integer of 32 bits. */
function writeInteger(x: number, bytes: Uint8Array, at: number): number {
  let from = at;
  let rest = x;
  if (x < 0) {
    bytes[from++] = MINUS;
    rest = -x;
  }
  let end = from + 1;
  for (let power = 10; rest >= power; power *= 10) end++;
  for (let i = end - 1; i >= from; i--) {
    const next = Math.floor(rest / 10);
    bytes[i] = ZERO + rest - next * 10;
    rest = next;
  }
  return end;
}

/** Writes an integer below 10,000 with all its zeros. */
function writeFour(x: number, bytes: Uint8Array, at: number): void {
  const upper = 2 * ((x / 100) | 0);
  const lower = 2 * x - 100 * upper;
  bytes[at] = PAIRS[upper]!;
  bytes[at + 1] = PAIRS[upper + 1]!;
  bytes[at + 2] = PAIRS[lower]!;
  bytes[at + 3] = PAIRS[lower + 1]!;
}

function writeText(text: string, bytes: Uint8Array, at: number): number {
  for (let i = 0; i < text.length; i++) bytes[at + i] = text.charCodeAt(i);
  return at + text.length;
}
