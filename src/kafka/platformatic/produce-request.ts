import type { RawRequest } from './cluster.js';

export interface EncodedBatch {
  topic: string;
  partition: number;
  batch: Buffer;
}

export interface ProducedPartition {
  topic: string;
  partition: number;
  errorCode: number;
}

/**
 * Produce, version 7 (brokers from 2.1 on), of batches that are encoded already: one per partition, acks from all replicas.
 *
 *     => transactional_id acks timeout_ms [topic [partition records]]
 *     <= [topic [partition error_code base_offset log_append_time_ms log_start_offset]] throttle_time_ms
 */
export function produceRequest(
  batches: readonly EncodedBatch[],
  transactionalId: string | null,
  timeout: number,
): RawRequest<ProducedPartition[]> {
  const topics = new Map<string, EncodedBatch[]>();
  for (const batch of batches) {
    const list = topics.get(batch.topic);
    if (list === undefined) topics.set(batch.topic, [batch]);
    else list.push(batch);
  }
  return {
    key: 0,
    version: 7,
    flexible: false,
    write(writer) {
      writer
        .appendString(transactionalId, false)
        .appendInt16(-1)
        .appendInt32(timeout)
        .appendArray(
          [...topics],
          (w, [topic, list]) => {
            w.appendString(topic, false).appendArray(
              list,
              (inner, { partition, batch }) => {
                inner.appendInt32(partition).appendInt32(batch.length).append(batch);
              },
              false,
              false,
            );
          },
          false,
          false,
        );
    },
    read(reader) {
      const produced: ProducedPartition[] = [];
      reader.readArray(
        (topicReader) => {
          const topic = topicReader.readString(false);
          topicReader.readArray(
            (r) => {
              produced.push({ topic, partition: r.readInt32(), errorCode: r.readInt16() });
              r.skip(24);
            },
            false,
            false,
          );
        },
        false,
        false,
      );
      return produced;
    },
  };
}
