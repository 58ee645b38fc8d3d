import { decodeUtf8 } from './decode-utf8.js';

/** Longer texts are made anew each time: they are rarely repeated. */
const LONGEST = 64;

/**
 * Gives the text of bytes, the same string for the same bytes, so that a key that comes again costs no new text.
 *
 * A direct-mapped cache of 4,096 entries, each with a copy of its bytes: bounded however many keys there are. O(bytes).
 */
export class TextPool {
  readonly #texts: (string | undefined)[] = new Array(4096).fill(undefined);
  readonly #sizes = new Uint8Array(4096);
  readonly #copies = new Uint8Array(4096 * LONGEST);

  text(bytes: Uint8Array, start: number, end: number): string {
    const size = end - start;
    if (size > LONGEST) return decodeUtf8(bytes, start, end);
    let hash = size;
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
    const entry = (hash ^ (hash >>> 15)) & 4095;
    const copy = entry * LONGEST;
    const copies = this.#copies;
    const known = this.#texts[entry];
    if (known !== undefined && this.#sizes[entry] === size) {
      let i = 0;
      while (i < size && copies[copy + i] === bytes[start + i]) i++;
      if (i === size) return known;
    }
    for (let i = 0; i < size; i++) copies[copy + i] = bytes[start + i]!;
    this.#sizes[entry] = size;
    const text = decodeUtf8(bytes, start, end);
    this.#texts[entry] = text;
    return text;
  }
}
