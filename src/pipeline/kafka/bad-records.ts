import { EngineError } from '../../errors.js';
import type { RecordHeader } from '../../kafka/record-batch/record-header.js';
import type { KafkaOutput } from '../../kafka/to-kafka-options.js';
import type { RunMetrics } from '../metrics/run-metrics.js';
import type { BadRecordPolicy } from '../plan.js';
import type { RunLog } from '../run-log.js';
import { SOURCE_HEADER } from './source-header.js';

/** Records cannot be processed, and the configuration says to stop then. */
class BadRecordsError extends EngineError {
  readonly code = 'BAD_RECORDS';
}

/** Records that the ratio is taken over: older ones count less and less. */
const SPAN = 2_000;
const FEWEST = 1_000;

/** A record, or a range of them, that cannot be processed. */
export interface BadRecord {
  topic: string;
  partition: number;
  offset: number;
  /** One behind the last, for a batch that cannot be read at all. */
  nextOffset?: number;
  kind: 'undecodable' | 'unreadable-batch' | 'no-key' | 'unfit-value';
  reason: string;
  key: Uint8Array | null;
  value: Uint8Array | null;
  timestamp: number;
  headers: readonly RecordHeader[];
}

/**
 * What becomes of records that cannot be processed. Each is counted, whatever the policy.
 *
 * A run of which most records are bad is one that reads the wrong topic or the wrong format: it stops before it has moved them all to
 * the dead letters.
 */
export class BadRecords {
  readonly #policy: BadRecordPolicy;
  readonly #topic: string | undefined;
  readonly #maxRatio: number;
  readonly #metrics: RunMetrics;
  readonly #log: RunLog;
  #seen = 0;
  #bad = 0;

  constructor(
    {
      onBadRecord,
      maxBadRatio,
      topic,
    }: { onBadRecord: BadRecordPolicy; maxBadRatio: number; topic: string | undefined },
    metrics: RunMetrics,
    log: RunLog,
  ) {
    this.#policy = onBadRecord;
    this.#topic = topic;
    this.#maxRatio = maxBadRatio;
    this.#metrics = metrics;
    this.#log = log;
  }

  /** Takes note of good records, and of bad ones as they are refused. */
  count(records: number): void {
    this.#seen += records;
    if (this.#seen <= SPAN) return;
    this.#bad *= SPAN / this.#seen;
    this.#seen = SPAN;
  }

  /** Answers the dead letter, where one is to be written. @throws BadRecordsError as the policy says */
  refuse(record: BadRecord): KafkaOutput | undefined {
    const { topic, partition, offset, nextOffset, kind, reason } = record;
    this.#metrics.deadLetters.labels(kind).add();
    const where = `${topic}/${partition} at offset ${nextOffset === undefined ? offset : `${offset} to ${nextOffset - 1}`}`;
    if (this.#policy === 'fail') throw new BadRecordsError(`${where}: ${reason}`);
    this.count(1);
    this.#bad++;
    if (this.#maxRatio < 1 && this.#seen >= FEWEST && this.#bad > this.#maxRatio * this.#seen)
      throw new BadRecordsError(
        `${Math.round((100 * this.#bad) / this.#seen)} % of the latest ${Math.round(this.#seen)} records of ${topic} are bad, more than maxBadRatio allows (${this.#maxRatio}); the last one, ${where}: ${reason}`,
      );
    this.#log.warn('bad record', { topic, partition, offset, reason, policy: this.#policy });
    if (this.#policy === 'skip' || this.#topic === undefined) return undefined;
    const text = (value: string | number): Uint8Array => Buffer.from(String(value));
    return {
      topic: this.#topic,
      key: record.key?.slice() ?? null,
      value: record.value?.slice() ?? null,
      timestamp: record.timestamp,
      headers: [
        ...record.headers.map(([name, value]): RecordHeader => [name, value?.slice() ?? null]),
        [SOURCE_HEADER, text(`${topic}/${partition}/${offset}`)],
        ['streamnorm-reason', text(reason)],
        ...(nextOffset === undefined ? [] : [['streamnorm-next-offset', text(nextOffset)] as RecordHeader]),
        // As Kafka Connect names them, so that its tools read these too.
        ['__connect.errors.topic', text(topic)],
        ['__connect.errors.partition', text(partition)],
        ['__connect.errors.offset', text(offset)],
        ['__connect.errors.stage', text('VALUE_CONVERTER')],
        ['__connect.errors.exception.message', text(reason)],
      ],
    };
  }
}
