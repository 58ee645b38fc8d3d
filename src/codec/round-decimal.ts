/** Powers of ten that a double holds exactly. */
const POWERS = Float64Array.of(
  ...[1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19],
  ...[1e20, 1e21, 1e22],
);
/** Veltkamp's constant: splits a double into two halves of 26 bits. */
const SPLIT = 134217729;
/** Far above the error of the steps below (2⁻¹⁰⁰), far below half a unit in the last place (2⁻⁵³). */
const MARGIN = 2 ** -95;

/**
 * The double nearest to `(head · 10^tailDigits + tail) · 10^exponent`, or NaN where this fast way cannot be sure of it.
 *
 * Clinger (1990): when the digits and the power are exact doubles, one operation rounds right. With a tail the quotient is taken in two
 * doubles (Dekker 1971) and given out only if every number within the error bound rounds to the same double.
 *
 * @param head the first digits, an integer below 10¹⁵
 * @param tail the next ones, at most four
 */
export function roundDecimal(head: number, tail: number, tailDigits: number, exponent: number): number {
  if (exponent > 22 || exponent < -22) return head === 0 ? 0 : Number.NaN;
  if (tailDigits === 0) return exponent < 0 ? head / POWERS[-exponent]! : head * POWERS[exponent]!;
  if (exponent > 0) return Number.NaN;
  const shift = POWERS[tailDigits]!;
  const scaled = head * shift;
  const scaledLow = productError(head, shift, scaled) + tail;
  const digits = scaled + scaledLow;
  if (exponent === 0) return digits;
  const digitsLow = scaledLow - (digits - scaled);
  const power = POWERS[-exponent]!;
  const quotient = digits / power;
  const product = quotient * power;
  const correction = (digits - product - productError(quotient, power, product) + digitsLow) / power;
  const margin = quotient * MARGIN;
  const result = quotient + (correction - margin);
  return result === quotient + (correction + margin) ? result : Number.NaN;
}

/** `a · b − product` exactly, `product` being the rounded one. */
function productError(a: number, b: number, product: number): number {
  const ta = SPLIT * a;
  const aHigh = ta - (ta - a);
  const aLow = a - aHigh;
  const tb = SPLIT * b;
  const bHigh = tb - (tb - b);
  const bLow = b - bHigh;
  return aHigh * bHigh - product + aHigh * bLow + aLow * bHigh + aLow * bLow;
}
