import { crc32 } from './crc32.js';
import { ALIGNMENT, FILE_HEADER, MAGIC, SECTION_HEADER, VERSION } from './layout.js';

/** One part of a checkpoint: a tag of four letters and its payload in pieces, which may be views of live state. */
export interface Section {
  tag: string;
  payload: readonly Uint8Array[];
}

/**
 * The bytes of a checkpoint, piece by piece, so that nothing large is copied: header, then each section with its length and CRC-32.
 * Numbers are little-endian; so is every machine that this runs on, so that typed arrays are written as they lie.
 */
export function* encodeSections(sections: readonly Section[]): Generator<Uint8Array> {
  const header = new DataView(new ArrayBuffer(FILE_HEADER));
  header.setUint32(0, MAGIC, true);
  header.setUint32(4, VERSION, true);
  header.setUint32(8, sections.length, true);
  header.setUint32(12, crc32(new Uint8Array(header.buffer, 0, 12)), true);
  yield new Uint8Array(header.buffer);
  for (const { tag, payload } of sections) {
    let crc = 0;
    let length = 0;
    for (const piece of payload) {
      crc = crc32(piece, crc);
      length += piece.length;
    }
    const head = new DataView(new ArrayBuffer(SECTION_HEADER));
    for (let i = 0; i < 4; i++) head.setUint8(i, tag.charCodeAt(i));
    head.setUint32(4, crc, true);
    head.setFloat64(8, length, true);
    head.setUint32(16, crc32(new Uint8Array(head.buffer, 0, 16)), true);
    yield new Uint8Array(head.buffer);
    yield* payload;
    const padding = -length & (ALIGNMENT - 1);
    if (padding > 0) yield new Uint8Array(padding);
  }
}
