/** Stretches that a line is drawn of. */
const STRETCHES = 300;

/**
 * A column as low and high of each of at most 300 stretches, so that a spike is seen however long it is: `[low, high, low, high, …]`, NaN
 * where a stretch has no number.
 */
export function outline(column: Float64Array): Float64Array {
  const stretches = Math.min(STRETCHES, column.length);
  const drawn = new Float64Array(2 * stretches).fill(Number.NaN);
  for (let i = 0; i < column.length; i++) {
    const x = column[i]!;
    if (!Number.isFinite(x)) continue;
    const at = 2 * Math.floor((i * stretches) / column.length);
    // A comparison with NaN is false: the first number takes its place.
    if (!(drawn[at]! <= x)) drawn[at] = x;
    if (!(drawn[at + 1]! >= x)) drawn[at + 1] = x;
  }
  return drawn;
}
