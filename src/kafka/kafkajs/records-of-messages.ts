import { RecordBatchBuilder } from '../record-batch/record-batch-builder.js';
import { RecordBatchReader } from '../record-batch/record-batch-reader.js';
import type { RecordHeader } from '../record-batch/record-header.js';
import type { Records } from '../record-batch/records.js';
import type { RawMessage } from './connection.js';

/** Messages of kafkajs as columns over one buffer. Headers of one name stand together, as kafkajs groups them. */
export function recordsOfMessages(messages: readonly RawMessage[]): { records: Records; byteLength: number } {
  const builder = new RecordBatchBuilder();
  for (const { timestamp, key, value, headers } of messages)
    builder.append(Number(timestamp), key, value, headersOf(headers));
  const { records, byteLength } = new RecordBatchReader(builder.finish(), { fromOffset: 0 }).read();
  for (let i = 0; i < messages.length; i++) records.offsets[i] = Number(messages[i]!.offset);
  return { records, byteLength };
}

function headersOf(headers: RawMessage['headers']): RecordHeader[] {
  const list: RecordHeader[] = [];
  for (const [name, values] of Object.entries(headers ?? {}))
    for (const value of Array.isArray(values) ? values : [values])
      list.push([name, value === null || value === undefined ? null : Buffer.from(value)]);
  return list;
}
