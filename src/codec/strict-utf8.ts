import { DecodeError } from '../errors.js';

/** The part of the web's TextDecoder that is used; browsers, Node and workers all have it. */
declare const TextDecoder: new (
  encoding: string,
  options: { ignoreBOM: boolean; fatal: boolean },
) => { decode(bytes: Uint8Array): string };

const decoder = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true });

/**
 * The text of `bytes[start, end)`.
 * @throws DecodeError where it is no UTF-8, with the place of the first byte that is wrong
 */
export function strictUtf8(bytes: Uint8Array, start: number, end: number): string {
  try {
    return decoder.decode(bytes.subarray(start, end));
  } catch (cause) {
    const at = firstWrong(bytes, start, end);
    const byte = bytes[at]!.toString(16).padStart(2, '0');
    throw new DecodeError(`expected UTF-8, got the byte 0x${byte} at ${at - start}`, { cause });
  }
}

/** Where the longest beginning that is UTF-8 ends, by halving. */
function firstWrong(bytes: Uint8Array, start: number, end: number): number {
  let good = start;
  let bad = end;
  while (bad - good > 1) {
    const middle = (good + bad) >>> 1;
    // A beginning may end inside a character, which is not wrong yet: up to three bytes more decide.
    const isGood = [0, 1, 2, 3].some((more) => {
      try {
        decoder.decode(bytes.subarray(start, Math.min(end, middle + more)));
        return true;
      } catch {
        return false;
      }
    });
    if (isGood) good = middle;
    else bad = middle;
  }
  return good;
}
