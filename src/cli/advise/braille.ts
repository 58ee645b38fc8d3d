/** Dots of a braille character by column (0, 1) and row (0–3). */
const DOTS = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80],
] as const;

/**
 * A line through `values` in `height` rows of `width` braille characters, between `low` and `high`: what lies beyond stands at the edge.
 * Where several values share a column of dots, it runs from the lowest to the highest of them. NaN leaves a gap.
 */
export function braille(values: Float64Array, width: number, height: number, low: number, high: number): string[] {
  const cells = Array.from({ length: height }, () => new Uint8Array(width));
  const columns = 2 * width;
  const rows = 4 * height;
  // Halves, for the distance of the largest doubles is no double.
  const share = (x: number) => (Math.min(Math.max(x, low), high) / 2 - low / 2) / (high / 2 - low / 2 || 1);
  const row = (x: number) => Math.round((rows - 1) * (1 - share(x)));
  let last = Number.NaN;
  for (let c = 0; c < columns; c++) {
    const from = Math.floor((c * values.length) / columns);
    const to = Math.max(from + 1, Math.floor(((c + 1) * values.length) / columns));
    let [top, bottom] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let i = from; i < to && i < values.length; i++) {
      if (Number.isNaN(values[i]!)) continue;
      top = Math.min(top, row(values[i]!));
      bottom = Math.max(bottom, row(values[i]!));
    }
    if (top > bottom) {
      last = Number.NaN;
      continue;
    }
    // Joined to the column before, so that a jump is a line and not two dots.
    if (!Number.isNaN(last)) {
      top = Math.min(top, last < top ? last + 1 : top);
      bottom = Math.max(bottom, last > bottom ? last - 1 : bottom);
    }
    for (let r = top; r <= bottom; r++) cells[r >> 2]![c >> 1]! |= DOTS[(c & 1) as 0 | 1][(r & 3) as 0 | 1 | 2 | 3];
    last = row(values[Math.min(to, values.length) - 1]!);
  }
  return cells.map((line) => [...line].map((bits) => String.fromCharCode(0x2800 + bits)).join(''));
}
