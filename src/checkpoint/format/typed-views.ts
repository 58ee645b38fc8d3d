import { CorruptCheckpointError } from '../../errors.js';

/** The bytes of a typed array, where they lie. */
export function bytesOf(array: ArrayBufferView): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

/** `payload` as doubles: a view where it is aligned, else a copy. @throws CorruptCheckpointError when its length is no multiple of 8 */
export function doublesOf(payload: Uint8Array, what: string): Float64Array {
  if (payload.length % 8 !== 0)
    throw new CorruptCheckpointError(`${what}: ${payload.length} bytes are no whole number of doubles`);
  const { buffer, byteOffset } = payload.byteOffset % 8 === 0 ? payload : payload.slice();
  return new Float64Array(buffer, byteOffset, payload.length / 8);
}

/** `payload` as unsigned 32-bit words: a view where it is aligned, else a copy. @throws CorruptCheckpointError as above, of 4 */
export function wordsOf(payload: Uint8Array, what: string): Uint32Array {
  if (payload.length % 4 !== 0)
    throw new CorruptCheckpointError(`${what}: ${payload.length} bytes are no whole number of words`);
  const { buffer, byteOffset } = payload.byteOffset % 4 === 0 ? payload : payload.slice();
  return new Uint32Array(buffer, byteOffset, payload.length / 4);
}
