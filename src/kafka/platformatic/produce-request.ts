import type { RawRequest } from './cluster.js';
import { skipTaggedFields } from './skip-tagged-fields.js';

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
 * Produce, of batches that are encoded already: one per partition, acks from all replicas.
 *
 * Version 7 (brokers from 2.1 on); or 12, where the broker itself makes the partition a part of the transaction.
 *
 *     => transactional_id acks timeout_ms [topic [partition records]]
 *     <= [topic [partition error_code base_offset log_append_time_ms log_start_offset
 *        (12: [batch_index message] error_message)]] throttle_time_ms
 */
export function produceRequest(
  batches: readonly EncodedBatch[],
  transactionalId: string | null,
  timeout: number,
  version: 7 | 12,
): RawRequest<ProducedPartition[]> {
  const topics = new Map<string, EncodedBatch[]>();
  for (const batch of batches) {
    const list = topics.get(batch.topic);
    if (list === undefined) topics.set(batch.topic, [batch]);
    else list.push(batch);
  }
  const flexible = version === 12;
  return {
    key: 0,
    version,
    flexible,
    write(writer) {
      writer
        .appendString(transactionalId, flexible)
        .appendInt16(-1)
        .appendInt32(timeout)
        .appendArray(
          [...topics],
          (w, [topic, list]) => {
            w.appendString(topic, flexible).appendArray(
              list,
              (inner, { partition, batch }) => {
                inner.appendInt32(partition);
                if (flexible) inner.appendUnsignedVarInt(batch.length + 1);
                else inner.appendInt32(batch.length);
                inner.append(batch);
              },
              flexible,
              flexible,
            );
          },
          flexible,
          flexible,
        );
      if (flexible) writer.appendTaggedFields();
    },
    read(reader) {
      const produced: ProducedPartition[] = [];
      // Tagged fields are passed over here: where a partition has moved, the newer version says whereto in one.
      reader.readArray(
        (topicReader) => {
          const topic = topicReader.readString(flexible);
          topicReader.readArray(
            (r) => {
              produced.push({ topic, partition: r.readInt32(), errorCode: r.readInt16() });
              r.skip(24);
              if (!flexible) return;
              r.readArray(
                (inner) => {
                  inner.skip(4).readNullableString();
                  skipTaggedFields(inner);
                },
                true,
                false,
              );
              r.readNullableString();
              skipTaggedFields(r);
            },
            flexible,
            false,
          );
          if (flexible) skipTaggedFields(topicReader);
        },
        flexible,
        false,
      );
      return produced;
    },
  };
}
