/** The largest observation over this is still a double. */
const SMALLEST = 1e-150;

/** `scale` as a divisor: one below 1e-150 counts as 0, which is that of a flat series, for a quotient would overflow. NaN stays NaN. */
export function usableScale(scale: number): number {
  return scale < SMALLEST ? 0 : scale;
}
