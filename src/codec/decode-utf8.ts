/** The part of the web's TextDecoder that is used; browsers, Node and workers all have it. */
interface Utf8Decoder {
  decode(bytes: Uint8Array): string;
}
declare const TextDecoder: new (encoding: string, options: { ignoreBOM: boolean }) => Utf8Decoder;

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** The text of `bytes[start, end)`; what is no UTF-8 reads as U+FFFD. Short ASCII goes without the decoder, whose call costs more. */
export function decodeUtf8(bytes: Uint8Array, start = 0, end = bytes.length): string {
  if (end - start <= 24) {
    let text = '';
    let i = start;
    for (; i < end; i++) {
      const byte = bytes[i]!;
      if (byte >= 0x80) break;
      text += String.fromCharCode(byte);
    }
    if (i === end) return text;
  }
  return decoder.decode(bytes.subarray(start, end));
}
