import type { RecordBatch } from '../../src/codec/record-batch.js';

/** A batch of the given records, with other bytes between them that nobody may read. */
export function batchOf(records: readonly Uint8Array[]): RecordBatch {
  const bytes = new Uint8Array(records.reduce((size, record) => size + record.length + 1, 1)).fill(0x39);
  const starts = new Uint32Array(records.length);
  const ends = new Uint32Array(records.length);
  let at = 1;
  records.forEach((record, i) => {
    bytes.set(record, at);
    starts[i] = at;
    ends[i] = at += record.length;
    at++;
  });
  const lines = Uint32Array.from(records, (_, i) => i);
  const { length } = records;
  return { bytes, starts, ends, length, lines, firstLine: 1, position: at, nextLine: length + 1, rejected: [] };
}
