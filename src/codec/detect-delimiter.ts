const CANDIDATES = [44, 59, 9];
const QUOTE = 34;
const LINE_FEED = 10;
/** Rows after the header that may decide. */
const ROWS = 20;

/**
 * The delimiter of CSV text, from its beginning: `,`, `;` or tab, as a code.
 *
 * The one that most of the first rows have as often as the header row does, outside quotes; among equals the more frequent one, then the
 * first of the list. `,` where the header row has none of them, which is one column.
 */
export function detectDelimiter(bytes: Uint8Array): number {
  let best = CANDIDATES[0]!;
  let bestScore = 0;
  for (const candidate of CANDIDATES) {
    const [header = 0, ...rows] = countPerRow(bytes, candidate);
    if (header === 0) continue;
    const agreeing = rows.filter((count) => count === header).length;
    const score = (1 + agreeing) * 1e6 + Math.min(header, 1e6 - 1);
    if (score > bestScore) {
      best = candidate;
      bestScore = score;
    }
  }
  return best;
}

/** How often the byte stands outside quotes in the header and in the whole rows after it. */
function countPerRow(bytes: Uint8Array, wanted: number): number[] {
  const counts: number[] = [];
  let count = 0;
  let isQuoted = false;
  let isEmpty = true;
  for (const byte of bytes) {
    if (byte === QUOTE) isQuoted = !isQuoted;
    else if (isQuoted) continue;
    else if (byte === wanted) count++;
    else if (byte === LINE_FEED && !isEmpty) {
      if (counts.push(count) > ROWS) return counts;
      count = 0;
      isEmpty = true;
      continue;
    }
    if (byte > 13 || byte === 9) isEmpty = false;
  }
  if (counts.length === 0) counts.push(count);
  return counts;
}
