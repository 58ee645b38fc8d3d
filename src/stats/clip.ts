/**
 * `x` held between `-limit` and `limit`; NaN stays NaN.
 *
 * Three statements, for so it is 27 bytes of V8's bytecode, the most that are inlined wherever they are called.
 */
export function clip(x: number, limit: number): number {
  if (x > limit) return limit;
  if (x < -limit) return -limit;
  return x;
}
