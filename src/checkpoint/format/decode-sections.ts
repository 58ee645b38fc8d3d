import { CheckpointVersionError, CorruptCheckpointError } from '../../errors.js';
import { crc32 } from './crc32.js';
import { ALIGNMENT, FILE_HEADER, MAGIC, SECTION_HEADER, VERSION } from './layout.js';

/**
 * The sections of a checkpoint in order, each payload a view of `bytes`. Allocates nothing that depends on what the bytes claim.
 *
 * @throws CorruptCheckpointError for bytes that are truncated, damaged, or no checkpoint, saying what and where
 * @throws CheckpointVersionError for a version that this release does not read
 */
export function decodeSections(bytes: Uint8Array): { tag: string; payload: Uint8Array }[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < FILE_HEADER)
    throw new CorruptCheckpointError(`header: ${bytes.length} bytes, ${FILE_HEADER} expected`);
  if (view.getUint32(0, true) !== MAGIC) throw new CorruptCheckpointError('header: not a checkpoint of streamnorm');
  if (view.getUint32(12, true) !== crc32(bytes.subarray(0, 12)))
    throw new CorruptCheckpointError('header: damaged, its CRC does not match');
  const version = view.getUint32(4, true);
  if (version !== VERSION) throw new CheckpointVersionError(version, VERSION);

  const count = view.getUint32(8, true);
  const sections: { tag: string; payload: Uint8Array }[] = [];
  let at = FILE_HEADER;
  while (sections.length < count) {
    const where = `section ${sections.length + 1} of ${count} at byte ${at}`;
    if (bytes.length - at < SECTION_HEADER) throw new CorruptCheckpointError(`${where}: truncated`);
    if (view.getUint32(at + 16, true) !== crc32(bytes.subarray(at, at + 16)))
      throw new CorruptCheckpointError(`${where}: damaged, the CRC of its header does not match`);
    const tag = String.fromCharCode(bytes[at]!, bytes[at + 1]!, bytes[at + 2]!, bytes[at + 3]!);
    const length = view.getFloat64(at + 8, true);
    const start = at + SECTION_HEADER;
    if (!(Number.isSafeInteger(length) && length >= 0 && length <= bytes.length - start))
      throw new CorruptCheckpointError(`${where}: ${tag} has ${length} bytes, ${bytes.length - start} are there`);
    const payload = bytes.subarray(start, start + length);
    if (crc32(payload) !== view.getUint32(at + 4, true))
      throw new CorruptCheckpointError(`${where}: ${tag} is damaged, its CRC does not match`);
    sections.push({ tag, payload });
    at = start + length + (-length & (ALIGNMENT - 1));
  }
  if (at !== bytes.length) throw new CorruptCheckpointError(`${bytes.length - at} bytes beyond the last section`);
  return sections;
}
