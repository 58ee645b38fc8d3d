/** What files say where a value is missing, in lower case. */
const WORDS = ['', 'na', 'n/a', '#n/a', 'nan', 'null', 'none', 'nil', '-', 'inf', 'infinity'].map((word) =>
  Uint8Array.from(word, (letter) => letter.charCodeAt(0)),
);

/**
 * Whether a cell that is no number says that the value is missing: empty, NA, N/A, #N/A, NaN, null, None, nil, `-`, and ±Inf, ±Infinity
 * and ±NaN, none of which is a value; upper or lower case, spaces around it aside.
 */
export function isMissingWord(bytes: Uint8Array, start: number, end: number): boolean {
  let from = start;
  let stop = end;
  while (from < stop && (bytes[from] === 32 || bytes[from] === 9)) from++;
  while (stop > from && (bytes[stop - 1] === 32 || bytes[stop - 1] === 9)) stop--;
  const isSigned = stop - from > 1 && (bytes[from] === 43 || bytes[from] === 45);
  if (isSigned) from++;
  const size = stop - from;
  if (size > 8) return false;
  return WORDS.some((word, index) => {
    if (word.length !== size || (isSigned && index !== 4 && index < 9)) return false;
    for (let i = 0; i < size; i++) {
      const byte = bytes[from + i]!;
      if ((byte >= 65 && byte <= 90 ? byte | 32 : byte) !== word[i]) return false;
    }
    return true;
  });
}
