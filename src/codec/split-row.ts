import { decodeUtf8 } from './decode-utf8.js';

const QUOTE = 34;

/**
 * The cells of one CSV row (RFC 4180) as text, without their quotes; undefined where a quoted cell goes on after its closing quote or
 * is not closed. The slow, plain way: for headers and conversions.
 */
export function splitRow(bytes: Uint8Array, start: number, end: number, delimiter: number): string[] | undefined {
  const cells: string[] = [];
  let from = start;
  for (;;) {
    let i = from;
    if (i < end && bytes[i] === QUOTE) {
      for (i++; i < end; i++) {
        if (bytes[i] !== QUOTE) continue;
        if (i + 1 < end && bytes[i + 1] === QUOTE) i++;
        else break;
      }
      if (i >= end || (i + 1 < end && bytes[i + 1] !== delimiter)) return undefined;
      cells.push(decodeUtf8(bytes, from + 1, i).replaceAll('""', '"'));
      i++;
    } else {
      while (i < end && bytes[i] !== delimiter) i++;
      cells.push(decodeUtf8(bytes, from, i));
    }
    if (i >= end) return cells;
    from = i + 1;
  }
}
