import { decodeUtf8 } from '../../codec/decode-utf8.js';

/**
 * The key in `bytes[start, end)` as text, another one for each other key: what is no UTF-8 would read as U+FFFD all over, and such keys
 * would share their statistics. Each byte from 0x80 on of a key like that becomes a lone surrogate, U+DC80 to U+DCFF, which no UTF-8 is.
 */
export function keyText(bytes: Uint8Array, start: number, end: number): string {
  const text = decodeUtf8(bytes, start, end);
  if (!text.includes('\ufffd')) return text;
  const key = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start);
  if (Buffer.from(text).equals(key)) return text; // it is in the key itself
  return key.toString('latin1').replace(/[\x80-\xff]/g, (byte) => String.fromCharCode(0xdc00 + byte.charCodeAt(0)));
}
