import { setTimeout as sleep } from 'node:timers/promises';
import { OffsetGapError, TransportError } from '../kafka-errors.js';
import type { KafkaAdmin, PartitionRead, PartitionReadOptions } from '../port.js';
import { UnreadableBatchError } from '../record-batch/unreadable-batch-error.js';
import { decompressionCap, faultKey } from './capped-codecs.js';
import { type KafkaJsConnection, kafkaJsFailure, type RawFetch, type RawMessage } from './connection.js';
import { recordsOfMessages } from './records-of-messages.js';

type RawPartition = RawFetch['responses'][0]['partitions'][0];

/** Reads one partition from an offset to another. Batches are not checked by their checksum: kafkajs does not keep their bytes. */
export async function* readPartition(
  connection: KafkaJsConnection,
  admin: KafkaAdmin,
  options: PartitionReadOptions,
): AsyncGenerator<PartitionRead> {
  const {
    topic,
    partition,
    isolation = 'read_committed',
    maxBatchBytes = 33_554_432,
    maxBytes = 4_194_304,
    signal,
  } = options;
  let offset = options.from ?? (await admin.offset({ topic, partition }, 'earliest'));
  const endOffset = options.to ?? (await admin.offset({ topic, partition }, 'latest', isolation));
  const cluster = connection.cluster(isolation === 'read_committed');
  try {
    await cluster.connect();
    await cluster.addMultipleTargetTopics([topic]);
    for (let attempt = 0; offset < endOffset; ) {
      signal?.throwIfAborted();
      let fetched: RawPartition;
      try {
        const nodeId = Object.keys(cluster.findLeaderForPartitions(topic, [partition]))[0];
        if (nodeId === undefined)
          throw new TransportError(`partition ${partition} of ${topic} has no leader now`, true);
        const broker = await cluster.findBroker({ nodeId });
        const request = {
          maxWaitTime: 500,
          minBytes: 1,
          maxBytes,
          isolationLevel: isolation === 'read_committed' ? 1 : 0,
          topics: [{ topic, partitions: [{ partition, fetchOffset: String(offset), maxBytes }] }],
        };
        const answer = await decompressionCap.run(maxBatchBytes, () => broker.fetch(request));
        fetched = answer.responses[0]!.partitions[0]!;
        attempt = 0;
      } catch (error) {
        const failure = kafkaJsFailure(error);
        if (failure instanceof TransportError && failure.apiCodes.includes(1))
          throw new OffsetGapError(`partition ${partition} of ${topic} begins after offset ${offset}`, {
            cause: error,
          });
        if (!(failure instanceof TransportError && failure.retriable) || attempt > 100) throw failure;
        await sleep(Math.min(50 * 2 ** attempt++, 1000));
        await cluster.refreshMetadata().catch(() => {}); // tried again with the next attempt
        continue;
      }
      for (const read of readsOf(fetched, offset)) {
        const records = read.records.before(endOffset);
        offset = Math.min(read.nextOffset, endOffset);
        yield { records, nextOffset: offset, endOffset, fault: read.fault };
        if (offset === endOffset) return;
      }
    }
  } catch (error) {
    throw error instanceof OffsetGapError ? error : kafkaJsFailure(error);
  } finally {
    await cluster.disconnect().catch(() => {}); // nothing more is asked of it
  }
}

/** Leaves markers and aborted records out, and sets faulty batches apart. */
function* readsOf(
  { messages, abortedTransactions }: RawPartition,
  from: number,
): Generator<Omit<PartitionRead, 'endOffset'>> {
  const waiting = [...(abortedTransactions ?? [])].sort((a, b) => Number(a.firstOffset) - Number(b.firstOffset));
  const aborted = new Set<string>();
  let good: RawMessage[] = [];
  let nextOffset = from;
  for (const message of messages) {
    const { batchContext, offset: text } = message;
    const offset = Number(text);
    while (waiting.length > 0 && Number(waiting[0]!.firstOffset) <= offset) aborted.add(waiting.shift()!.producerId);
    if (message.isControlRecord) {
      if (message.key?.[3] === 0) aborted.delete(batchContext!.producerId);
    } else if (offset >= from && !(batchContext?.inTransaction && aborted.has(batchContext.producerId))) {
      if (message.key?.equals(faultKey)) {
        if (message.value !== null) {
          if (good.length > 0) yield { records: recordsOfMessages(good).records, nextOffset, fault: null };
          good = [];
          nextOffset = lastOffset(message) + 1;
          yield {
            records: recordsOfMessages([]).records,
            nextOffset,
            fault: new UnreadableBatchError(message.value.toString()),
          };
        }
        continue;
      }
      good.push(message);
    }
    nextOffset = Math.max(nextOffset, lastOffset(message) + 1);
  }
  yield { records: recordsOfMessages(good).records, nextOffset, fault: null };
}

/** The end of a batch counts, not the last record: compaction may have taken it. */
function lastOffset({ batchContext, offset }: RawMessage): number {
  return batchContext === undefined ? Number(offset) : Number(batchContext.firstOffset) + batchContext.lastOffsetDelta;
}
