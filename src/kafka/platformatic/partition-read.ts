import { setTimeout as sleep } from 'node:timers/promises';
import { OffsetGapError, TransportError } from '../kafka-errors.js';
import type { KafkaAdmin, PartitionRead, PartitionReadOptions } from '../port.js';
import { RecordBatchReader } from '../record-batch/record-batch-reader.js';
import { apiCodes } from './api-codes.js';
import { backoff, type Cluster } from './cluster.js';
import { fetchRequest } from './fetch-request.js';

let instances = 0;

/** Reads one partition from an offset to another, at the pace of whoever asks. @throws OffsetGapError when it begins before what is there */
export async function* readPartition(
  cluster: Cluster,
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
  const role = `read-${++instances}`;
  const committed = isolation === 'read_committed';
  let offset = options.from ?? (await admin.offset({ topic, partition }, 'earliest'));
  const endOffset = options.to ?? (await admin.offset({ topic, partition }, 'latest', isolation));
  try {
    for (let attempt = 0; offset < endOffset; ) {
      signal?.throwIfAborted();
      try {
        const leader = await cluster.leader(topic, partition);
        const request = fetchRequest([{ topic, partition, offset, maxBytes }], 500, maxBytes, committed);
        const answer = await cluster.send(role, leader, request);
        const fetched = answer.partitions[0];
        const code = fetched?.errorCode ?? answer.errorCode;
        if (code === apiCodes.offsetOutOfRange)
          throw new OffsetGapError(`partition ${partition} of ${topic} begins after offset ${offset}`);
        if (code !== 0 || fetched === undefined)
          throw new TransportError(`partition ${partition} of ${topic} cannot be read: error ${code}`, true, [code]);
        const reader = new RecordBatchReader(fetched.records, {
          fromOffset: offset,
          aborted: fetched.aborted,
          maxBatchBytes,
        });
        while (!reader.done && reader.nextOffset < endOffset) {
          const { records, nextOffset, fault } = reader.read(maxBytes);
          yield { records: records.before(endOffset), nextOffset: Math.min(nextOffset, endOffset), endOffset, fault };
        }
        offset = reader.nextOffset;
        attempt = 0;
      } catch (error) {
        if (!(error instanceof TransportError) || !error.retriable || cluster.closed || attempt > 100) throw error;
        cluster.forgetLeader(topic);
        await sleep(backoff(attempt++));
      }
    }
  } finally {
    await cluster.release(role);
  }
}
