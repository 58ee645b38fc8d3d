import type { RecordHeader } from './record-header.js';
import { Varints } from './varints.js';

/** Reads the headers that begin, with their count, at `start`: the decoder has checked that they lie inside their record. */
export function readHeaders(bytes: Uint8Array, start: number): RecordHeader[] {
  const reader = new Varints(bytes, start, bytes.length);
  const count = reader.int32();
  const headers: RecordHeader[] = [];
  for (let i = 0; i < count; i++) {
    const name = reader.slice(reader.int32());
    const length = reader.int32();
    headers.push([
      Buffer.from(name.buffer, name.byteOffset, name.length).toString('utf8'),
      length < 0 ? null : reader.slice(length),
    ]);
  }
  return headers;
}
