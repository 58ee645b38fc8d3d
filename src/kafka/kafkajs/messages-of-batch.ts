import type { Message, ProducerBatch } from 'kafkajs';
import type { ProduceBatch } from '../port.js';
import { RecordBatchReader } from '../record-batch/record-batch-reader.js';
import type { RecordHeader } from '../record-batch/record-header.js';

/** What kafkajs is to send, in rounds: each holds at most one batch of each partition, split by bytes as the list was. */
export function roundsOf(batches: readonly ProduceBatch[]): NonNullable<ProducerBatch['topicMessages']>[] {
  const rounds: Map<string, Message[]>[] = [];
  for (const { topic, partition, records } of batches)
    records.batches().forEach((builder, round) => {
      rounds[round] ??= new Map();
      const topics = rounds[round];
      const messages = topics.get(topic) ?? [];
      topics.set(topic, messages);
      const { records: read } = new RecordBatchReader(builder.finish(), { fromOffset: 0 }).read();
      for (let i = 0; i < read.length; i++)
        messages.push({
          key: asBuffer(read.key(i)),
          value: asBuffer(read.value(i)),
          timestamp: String(read.timestamps[i]),
          partition,
          headers: grouped(read.headers(i)),
        });
    });
  return rounds.map((topics) => [...topics].map(([topic, messages]) => ({ topic, messages })));
}

function grouped(headers: readonly RecordHeader[]): Record<string, Buffer | Buffer[]> {
  const all: Record<string, Buffer | Buffer[]> = Object.create(null);
  for (const [name, value] of headers) {
    const before = all[name];
    const bytes = asBuffer(value) ?? Buffer.alloc(0); // kafkajs cannot write a header without a value
    if (before === undefined) all[name] = bytes;
    else all[name] = [...(Array.isArray(before) ? before : [before]), bytes];
  }
  return all;
}

function asBuffer(bytes: Uint8Array | null): Buffer | null {
  return bytes === null ? null : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
