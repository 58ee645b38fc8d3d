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
      // One buffer: the library's writer makes one for each number, and this is the request that is sent most often.
      const names = [...topics].map(([topic, list]) => ({ name: Buffer.from(topic), list }));
      let size = 40;
      for (const { name, list } of names) size += name.length + 10 + list.length * 33;
      const bytes = Buffer.allocUnsafe(size);
      let at = bytes.writeInt32BE(-1, 0);
      at = bytes.writeInt32BE(maxWait, at);
      at = bytes.writeInt32BE(1, at);
      at = bytes.writeInt32BE(maxBytes, at);
      at = bytes.writeInt8(committed ? 1 : 0, at);
      at = bytes.writeInt32BE(0, at);
      at = bytes.writeInt32BE(-1, at);
      at = writeVarint(bytes, names.length + 1, at);
      for (const { name, list } of names) {
        at = writeVarint(bytes, name.length + 1, at);
        at += name.copy(bytes, at);
        at = writeVarint(bytes, list.length + 1, at);
        for (const target of list) {
          at = bytes.writeInt32BE(target.partition, at);
          at = bytes.writeInt32BE(-1, at);
          at = bytes.writeBigInt64BE(BigInt(target.offset), at);
          at = bytes.writeInt32BE(-1, at);
          at = bytes.writeBigInt64BE(-1n, at);
          at = bytes.writeInt32BE(target.maxBytes, at);
          at = bytes.writeUInt8(0, at); // no tagged fields
        }
        at = bytes.writeUInt8(0, at);
      }
      at = bytes.writeUInt8(1, at); // none forgotten
      at = bytes.writeUInt8(1, at); // no rack
      at = bytes.writeUInt8(0, at);
      writer.append(bytes.subarray(0, at));
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

function writeVarint(bytes: Buffer, value: number, at: number): number {
  let rest = value;
  for (; rest > 127; rest >>>= 7) at = bytes.writeUInt8((rest & 127) | 128, at);
  return bytes.writeUInt8(rest, at);
}
