/** `x` held between `-limit` and `limit`; NaN stays NaN. */
export function clip(x: number, limit: number): number {
  return x > limit ? limit : x < -limit ? -limit : x;
}
