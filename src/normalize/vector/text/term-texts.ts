import { decodeUtf8 } from '../../../codec/decode-utf8.js';

const SLOTS = 4096;
/** Longer terms are rare, and made anew. */
const LONGEST = 32;

/**
 * Texts of terms met before, so that one that comes again costs no new string: to make one of seven letters takes longer than all else that is
 * done for a term. At most 4,096 of up to 32 letters, by hash, the latest of those that share a place. Short ASCII alone is kept.
 */
export class TermTexts {
  #texts: (string | undefined)[] | undefined;

  /** The text of `bytes[start, end)`, valid UTF-8. */
  of(bytes: Uint8Array, start: number, end: number, hash: number): string {
    const length = end - start;
    if (length > LONGEST) return decodeUtf8(bytes, start, end);
    this.#texts ??= new Array(SLOTS).fill(undefined);
    const slot = hash & (SLOTS - 1);
    const known = this.#texts[slot];
    if (known !== undefined && isText(known, bytes, start, length)) return known;
    const text = decodeUtf8(bytes, start, end);
    // As many units as bytes: ASCII. Of other text a unit is no byte, and one text could be taken for another.
    if (text.length === length) this.#texts[slot] = text;
    return text;
  }
}

function isText(text: string, bytes: Uint8Array, start: number, length: number): boolean {
  if (text.length !== length) return false;
  for (let i = 0; i < length; i++) if (text.charCodeAt(i) !== bytes[start + i]) return false;
  return true;
}
