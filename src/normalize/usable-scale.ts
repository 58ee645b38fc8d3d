/** The largest observation over this is still a double. */
export const SMALLEST_SCALE = 1e-150;

/** `scale` as a divisor: one below 1e-150 counts as 0, which is that of a flat series, for a quotient would overflow. NaN stays NaN. */
export function usableScale(scale: number): number {
  return scale < SMALLEST_SCALE ? 0 : scale;
}
