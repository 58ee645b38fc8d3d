/** A target as a number; NaN for what is not known, and for what is neither true nor false where that is asked. */
export function targetNumber(given: unknown, isBinary: boolean): number {
  const target = typeof given === 'boolean' ? Number(given) : typeof given === 'number' ? given : Number.NaN;
  return Number.isFinite(target) && (!isBinary || target === 0 || target === 1) ? target : Number.NaN;
}
