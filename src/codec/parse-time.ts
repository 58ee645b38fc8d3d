import { parseTimeBytes } from './parse-time-bytes.js';

/** Longer texts are no times; the bytes of the one at hand are kept here. */
const bytes = new Uint8Array(64);

/**
 * Epoch milliseconds of a time: a number is taken as such, text is read as `parseTimeBytes` reads bytes (a number, or ISO 8601, which
 * without an offset is UTC); NaN for what is no time.
 */
export function parseTime(time: unknown): number {
  if (typeof time === 'number') return time;
  if (typeof time !== 'string' || time.length > bytes.length) return Number.NaN;
  for (let i = 0; i < time.length; i++) {
    const code = time.charCodeAt(i);
    if (code >= 128) return Number.NaN;
    bytes[i] = code;
  }
  return parseTimeBytes(bytes, 0, time.length);
}
