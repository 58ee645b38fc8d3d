import type { TransportError } from './kafka-errors.js';
import type { PartitionTransactions } from './partition-transactions.js';
import type { Delivery, KafkaClient, ProduceBatch } from './port.js';
import type { CompressionName } from './record-batch/compression.js';
import type { RecordHeader } from './record-batch/record-header.js';

/** A record to be written. */
export interface KafkaOutput {
  key: Uint8Array | null;
  value: Uint8Array | null;
  /** Milliseconds since 1970. */
  timestamp: number;
  headers?: readonly RecordHeader[];
  /** @defaultValue the topic of `toKafka` */
  topic?: string;
  /** @defaultValue by the key, as Kafka does; without a key, that of the delivery */
  partition?: number;
}

/** What came of a delivery: its outputs are written and its offsets committed together. */
export interface DeliveryOutput {
  delivery: Delivery;
  outputs: readonly KafkaOutput[];
  /** More of them, encoded already. */
  batches?: readonly ProduceBatch[];
  /** Outputs that go elsewhere: the offsets are committed when it has resolved, and not when it rejects. */
  written?: Promise<unknown>;
}

export interface ToKafkaOptions {
  client: KafkaClient;
  /** Where outputs go that name no topic. */
  topic?: string;
  /** Exactly once: the same object that `fromKafka` was given. Without it, at least once. */
  transactions?: PartitionTransactions;
  /**
   * `with-offsets`: outputs are part of the transaction. `at-once`: they are written as they come, and the transaction that
   * follows holds `state` and offsets alone, so that outputs are seen sooner, and again when that transaction fails.
   * @defaultValue 'with-offsets'
   */
  outputs?: 'with-offsets' | 'at-once';
  /**
   * What else belongs to the transaction that commits these deliveries, all of one partition: changes of state. Asked once,
   * right before it, when everything that was emitted of the partition is among them.
   */
  state?: (together: readonly DeliveryOutput[]) => readonly ProduceBatch[];
  /**
   * Outputs of these deliveries that are kept elsewhere, to be one batch where each delivery would have its own: a request holds one batch
   * of a partition. Asked once, right before they are written, when everything that was emitted of the partition is among them.
   */
  gathered?: (together: readonly DeliveryOutput[]) => readonly ProduceBatch[];
  /**
   * How long to gather deliveries of a partition before they are committed together, in ms. Where there is much of it (64 KiB) it is
   * gathered for as long as the last commit took, if that is longer, up to 30 ms: rate is what counts there, and a commit costs by the piece.
   *
   * @defaultValue 0
   */
  maxWait?: number;
  /** Bytes of deliveries that are not gathered beyond. @defaultValue 524_288 */
  maxWaitBytes?: number;
  /** @defaultValue 'none' */
  compression?: CompressionName;
  /** Told when brokers have not answered for as long as a producer tries (2 minutes), and what was to be written is tried anew. */
  retrying?: (error: TransportError) => void;
}
