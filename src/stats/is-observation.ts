/** The square of anything larger does not fit a double once many are summed. */
export const LARGEST_OBSERVATION = 1e150;

/** Whether `x` is learnt at all: a finite number of magnitude up to 1e150, so that squares and their sums stay finite. */
export function isObservation(x: number): boolean {
  return Math.abs(x) <= LARGEST_OBSERVATION; // false for NaN and ±Infinity
}
