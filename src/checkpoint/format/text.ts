import { CorruptCheckpointError } from '../../errors.js';

/**
 * Text as bytes, two for each UTF-16 code unit: any string comes back as it was, lone surrogates included. Platforms' own encoders would
 * replace those, and are not the same on all of them.
 */
export function encodeText(text: string): Uint8Array {
  const bytes = new Uint8Array(2 * text.length);
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    bytes[2 * i] = unit;
    bytes[2 * i + 1] = unit >>> 8;
  }
  return bytes;
}

/** The text that `encodeText` made. @throws CorruptCheckpointError for an odd number of bytes */
export function decodeText(bytes: Uint8Array): string {
  if (bytes.length % 2 !== 0)
    throw new CorruptCheckpointError(`text: ${bytes.length} bytes are no whole number of code units`);
  let text = '';
  for (let i = 0; i < bytes.length; i += 8192) {
    const units = Array.from(
      { length: Math.min(4096, (bytes.length - i) / 2) },
      (_, k) => bytes[i + 2 * k]! | (bytes[i + 2 * k + 1]! << 8),
    );
    text += String.fromCharCode(...units);
  }
  return text;
}
