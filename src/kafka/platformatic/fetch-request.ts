import type { AbortedTransaction } from '../record-batch/record-batch-reader.js';
import type { RawRequest } from './cluster.js';

export interface FetchTarget {
  topic: string;
  partition: number;
  offset: number;
  maxBytes: number;
}

export interface FetchedPartition {
  topic: string;
  partition: number;
  errorCode: number;
  highWatermark: number;
  lastStableOffset: number;
  logStartOffset: number;
  aborted: AbortedTransaction[];
  records: Buffer;
}

export interface FetchedPartitions {
  errorCode: number;
  partitions: FetchedPartition[];
}

const noRecords = Buffer.alloc(0);

/**
 * Fetch, version 12 (brokers from 2.7 on), with the record batches left as the bytes they are.
 *
 *     => replica_id max_wait_ms min_bytes max_bytes isolation_level session_id session_epoch
 *        [topic [partition leader_epoch fetch_offset last_fetched_epoch log_start_offset partition_max_bytes]] [forgotten] rack_id
 *     <= throttle_time_ms error_code session_id [topic [partition error_code high_watermark last_stable_offset
 *        log_start_offset [producer_id first_offset] preferred_read_replica records]]
 */
export function fetchRequest(
  targets: readonly FetchTarget[],
  maxWait: number,
  maxBytes: number,
  committed: boolean,
): RawRequest<FetchedPartitions> {
  const topics = new Map<string, FetchTarget[]>();
  for (const target of targets) {
    const list = topics.get(target.topic);
    if (list === undefined) topics.set(target.topic, [target]);
    else list.push(target);
  }
  return {
    key: 1,
    version: 12,
    flexible: true,
    write(writer) {
      writer
        .appendInt32(-1)
        .appendInt32(maxWait)
        .appendInt32(1)
        .appendInt32(maxBytes)
        .appendInt8(committed ? 1 : 0)
        .appendInt32(0)
        .appendInt32(-1)
        .appendArray([...topics], (w, [topic, list]) => {
          w.appendString(topic).appendArray(list, (inner, target) => {
            inner
              .appendInt32(target.partition)
              .appendInt32(-1)
              .appendInt64(BigInt(target.offset))
              .appendInt32(-1)
              .appendInt64(-1n)
              .appendInt32(target.maxBytes);
          });
        })
        .appendArray([], () => {})
        .appendString('')
        .appendTaggedFields();
    },
    read(reader) {
      reader.readInt32();
      const errorCode = reader.readInt16();
      reader.readInt32();
      const partitions: FetchedPartition[] = [];
      reader.readArray((topicReader) => {
        const topic = topicReader.readString();
        topicReader.readArray((r) => {
          const partition = r.readInt32();
          const partitionError = r.readInt16();
          const highWatermark = Number(r.readInt64());
          const lastStableOffset = Number(r.readInt64());
          const logStartOffset = Number(r.readInt64());
          const aborted =
            r.readNullableArray((inner) => ({
              producerId: inner.readInt64(),
              firstOffset: Number(inner.readInt64()),
            })) ?? [];
          r.readInt32();
          const records = r.readNullableBytes() ?? noRecords;
          partitions.push({
            topic,
            partition,
            errorCode: partitionError,
            highWatermark,
            lastStableOffset,
            logStartOffset,
            aborted,
            records,
          });
        });
      });
      return { errorCode, partitions };
    },
  };
}
