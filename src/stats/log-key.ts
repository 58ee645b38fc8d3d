const SIZE = 256;
const view = new Float64Array(1);
const words = new Int32Array(view.buffer);
const HIGH = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1 ? 1 : 0;
/** By the upper eight bits of a significand: 1 / c and ln c, c being in the middle of those that begin so. */
const TABLE = Float64Array.from({ length: 2 * SIZE }, (_, i) => {
  const inverse = 1 / (1 + ((i >> 1) + 0.5) / SIZE);
  return i % 2 === 0 ? inverse : -Math.log(inverse);
});
/** By the exponent of a double: the power of two that takes it into [1, 2), none for those below 2⁻¹⁰²², which are left to `Math.log`; and its logarithm taken back. */
const EXPONENTS = Float64Array.from({ length: 4096 }, (_, i) => {
  const exponent = (i >> 1) - 1023;
  return i % 2 === 1 ? exponent * Math.LN2 : exponent > -1023 ? 2 ** -exponent : Number.NaN;
});
/** Above the error of the series, r³ / 3 for r up to 2⁻⁹, of logarithms up to 745 in doubles, and of what `Math.log` is off. */
const ERROR = 3e-9;

/**
 * `⌈ln(size) · density⌉` as `Math.log` gives it: the key of a logarithmic bin.
 *
 * The logarithm by a table and a short series (Tang 1990), which is inlined where a call of `Math.log` is not; where its error could matter,
 * next to the edge of a bin, `Math.log` decides. O(1).
 *
 * @param size greater than 0
 */
export function logKey(size: number, density: number): number {
  view[0] = size;
  const high = words[HIGH]!;
  const exponent = (high >>> 20) << 1;
  const entry = (high >>> 11) & 0x1fe;
  const r = size * EXPONENTS[exponent]! * TABLE[entry]! - 1;
  const place = (EXPONENTS[exponent + 1]! + TABLE[entry + 1]! + r * (1 - 0.5 * r)) * density;
  const key = Math.ceil(place);
  return Math.abs(key - place - 0.5) < 0.5 - density * ERROR ? key : byLogarithm(size, density);
}

function byLogarithm(size: number, density: number): number {
  return Math.ceil(Math.log(size) * density);
}
