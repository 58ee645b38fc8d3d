import type { CompressionName } from './record-batch/compression.js';
import type { RecordBatchList } from './record-batch/record-batch-list.js';
import type { Records } from './record-batch/records.js';
import type { UnreadableBatchError } from './record-batch/unreadable-batch-error.js';

/*
 * What the engine needs of Kafka, and nothing else. Each client has an adapter in its own folder; no type of a client
 * passes beyond it. Offsets are safe integers (see `Records`), times milliseconds since 1970, sizes bytes.
 */

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** Where a consumer goes on: the offset of the next record to be read. */
export interface PartitionOffset extends TopicPartition {
  readonly offset: number;
}

/** A connection to one Kafka cluster. */
export interface KafkaClient {
  /** The adapter behind it, for logs: `kafkajs` or `platformatic`. */
  readonly name: string;
  consumer(options: GroupConsumerOptions): GroupConsumer;
  /** Reads one partition by itself, without a group, from one offset to another. */
  readPartition(options: PartitionReadOptions): AsyncIterable<PartitionRead>;
  producer(options?: ProducerOptions): KafkaProducer;
  transactionalProducer(options: TransactionalProducerOptions): TransactionalProducer;
  readonly admin: KafkaAdmin;
  /** Closes every connection; what is still under way fails. */
  close(): Promise<void>;
}

export type IsolationLevel = 'read_committed' | 'read_uncommitted';

export interface GroupConsumerOptions {
  groupId: string;
  topics: readonly string[];
  /** Name of this member that outlives the process: a restart takes its partitions back at once. Needs `platformatic`. */
  groupInstanceId?: string;
  /** Where to begin when the group has committed nothing. @defaultValue 'earliest' */
  startFrom?: 'earliest' | 'latest';
  /** @defaultValue 'read_committed' */
  isolation?: IsolationLevel;
  /** What to do when records were deleted before they were read. @defaultValue 'fail' */
  onGap?: 'fail' | 'earliest' | 'latest';
  /** Bytes of all deliveries that are not settled; one batch may go beyond. @defaultValue 67_108_864 (64 MiB) */
  maxBytesInFlight?: number;
  /** Bytes asked for of one partition at once. @defaultValue 1_048_576 */
  maxBytesPerPartition?: number;
  /** Largest content of one record batch after decompression. @defaultValue 33_554_432 (32 MiB) */
  maxBatchBytes?: number;
  /** How long the broker may hold an empty fetch, in ms. @defaultValue 500 */
  maxWait?: number;
  /** After this without a heartbeat the group gives the partitions away, in ms. @defaultValue 10_000 */
  sessionTimeout?: number;
  /** @defaultValue a third of `sessionTimeout` */
  heartbeatInterval?: number;
  /** How long a rebalance waits for the members, in ms. @defaultValue 60_000 */
  rebalanceTimeout?: number;
  /** How long deliveries under way may be finished before this member joins a rebalance, in ms. @defaultValue 2_000 */
  rebalanceDrain?: number;
}

/** A partition that this member holds, from the moment it came to the moment it goes. */
export interface Assignment extends TopicPartition {
  /** Generation of the group in which the partition came; grows with every change of hands. */
  readonly epoch: number;
  /** Aborted when the partition goes. */
  readonly signal: AbortSignal;
}

export interface GroupListener {
  /**
   * A partition has come. Resolves to the offset to begin at, when state says so, or to nothing: then where the group
   * committed. Nothing is read from the partition until then; heartbeats go on however long it takes.
   */
  assigned?(assignment: Assignment): Promise<number | undefined> | number | undefined;
  /** A partition goes: `lost` when the group took it without asking. Nothing of it is delivered after. */
  revoked?(assignment: Assignment, lost: boolean): Promise<void> | void;
  /** Records have come. They hold memory until `settle` is called; per partition they come in order. */
  delivered(delivery: Delivery): void;
  /** The consumer cannot go on; it has stopped. Called once. */
  failed(error: Error): void;
  /** The way to the brokers is lost (with the reason) or found again (null). */
  connection?(trouble: Error | null): void;
}

/** A fetch of records, in epoch ms. */
export interface FetchTimes {
  readonly from: number;
  readonly to: number;
}

/**
 * Records of one partition, with the duty to settle them.
 *
 * Back pressure: until it is settled, its bytes count against `maxBytesInFlight` and its partition's share of it, and
 * fetching stops when they are used up. Heartbeats do not.
 */
export interface Delivery extends TopicPartition {
  /** Who read them, and who commits their offsets. */
  readonly consumer: GroupConsumer;
  readonly assignment: Assignment;
  readonly epoch: number;
  readonly records: Records;
  /** Offset asked for, and where reading goes on: what is to be committed after these records. */
  readonly firstOffset: number;
  readonly nextOffset: number;
  readonly byteLength: number;
  /** The end of the partition as the broker gave it with these records. */
  readonly endOffset: number;
  /** When the broker was asked for them and when they came, in epoch ms; undefined where the client does not tell. */
  readonly fetched?: FetchTimes | undefined;
  /** A batch that cannot be read: there are no records, and `[firstOffset, nextOffset)` is passed over. */
  readonly fault: UnreadableBatchError | null;
  /** Records that were deleted before they were read: `[from, to)`. */
  readonly gap: { readonly from: number; readonly to: number } | null;
  /** Whether the partition has gone, or was sought elsewhere, since. */
  readonly stale: boolean;
  /** The records are done with: their memory is free for more. Once is enough; more is nothing. */
  settle(): void;
}

/** Who commits offsets, so that the group can refuse one who is no longer a member. */
export interface GroupMembership {
  readonly groupId: string;
  readonly generationId: number;
  readonly memberId: string;
  readonly groupInstanceId: string | null;
}

export interface PartitionLag extends TopicPartition {
  /** Next offset to be read, and the partition's end. */
  readonly position: number;
  readonly endOffset: number;
}

/**
 * A member of a consumer group.
 *
 * Delivery guarantees: at least once, in order within a partition. Partitions that stay with this member through a
 * rebalance are not interrupted; deliveries of those that go are `stale`, and committing their offsets is refused.
 */
export interface GroupConsumer {
  /** Joins the group. Resolves when the first assignment has come. @throws TransportError when it cannot join at all */
  start(listener: GroupListener): Promise<void>;
  assignments(): Assignment[];
  pause(partitions: readonly TopicPartition[]): void;
  resume(partitions: readonly TopicPartition[]): void;
  /** Goes on at another offset; deliveries under way become stale. */
  seek(position: PartitionOffset): void;
  /** Commits offsets outside a transaction. @throws StaleEpochError when a partition is no longer held */
  commit(offsets: readonly PartitionOffset[]): Promise<void>;
  /** Waits until the group is stable. @throws StaleEpochError when the assignment has gone */
  membership(assignments: readonly Assignment[]): Promise<GroupMembership>;
  lag(): PartitionLag[];
  /** Bytes delivered and not settled. */
  readonly bytesInFlight: number;
  /**
   * Stops reading, gives deliveries under way up to `drain` ms to be settled and committed, and leaves the group; a
   * static member stays in it, for its restart. @defaultValue 0
   */
  close(drain?: number): Promise<void>;
}

export interface PartitionReadOptions extends TopicPartition {
  /** First offset. @defaultValue the earliest there is */
  from?: number;
  /** Offset to stop before. @defaultValue the end of the partition, of what is committed, as it is when reading begins */
  to?: number;
  /** @defaultValue 'read_committed' */
  isolation?: IsolationLevel;
  maxBatchBytes?: number;
  /** Bytes asked for at once. @defaultValue 4_194_304 */
  maxBytes?: number;
  signal?: AbortSignal;
}

export interface PartitionRead {
  readonly records: Records;
  readonly nextOffset: number;
  /** Where the reading will end. */
  readonly endOffset: number;
  readonly fault: UnreadableBatchError | null;
}

export interface ProduceBatch extends TopicPartition {
  /** Must not change until the promise settles. */
  readonly records: RecordBatchList;
}

export interface ProducerOptions {
  /** @defaultValue 'none' */
  compression?: CompressionName;
  /** How long to try again when the brokers do not answer, in ms. @defaultValue 120_000 */
  deliveryTimeout?: number;
}

/** Writes with acks from all replicas, idempotently: no record twice, none out of order, whatever is tried again. */
export interface KafkaProducer {
  /** Resolves when every batch is written. @throws TransportError */
  produce(batches: readonly ProduceBatch[]): Promise<void>;
  close(): Promise<void>;
}

export interface TransactionalProducerOptions extends ProducerOptions {
  /** Whoever comes last with this id fences the others. */
  transactionalId: string;
  /** After this the broker aborts a transaction that is still open, in ms. @defaultValue 60_000 */
  transactionTimeout?: number;
}

/** Whether consumer offsets that a transaction commits are fenced by the generation of the group, or by its own id alone. */
export type OffsetFencing = 'generation' | 'transactional-id';

export interface TransactionalProducer {
  readonly transactionalId: string;
  readonly offsetFencing: OffsetFencing;
  /**
   * Fences every earlier producer of this id and settles what it left open. Needed before the first transaction, and after a failure.
   * Tries no longer once `signal` is aborted: whoever has lost the id by then must not fence the one that has it.
   *
   * @throws StaleEpochError
   */
  init(signal?: AbortSignal): Promise<void>;
  /** Opens a transaction; one at a time. */
  begin(): Transaction;
  close(): Promise<void>;
}

/** All of it or nothing of it. After a failure only `abort` is left, and `init` when that fails too. */
export interface Transaction {
  /** @throws TransportError @throws ProducerFencedError */
  produce(batches: readonly ProduceBatch[]): Promise<void>;
  /** Offsets of the assignments' partitions, as a part of it. @throws StaleEpochError when one has gone */
  sendOffsets(
    consumer: GroupConsumer,
    offsets: readonly (PartitionOffset & { assignment: Assignment })[],
  ): Promise<void>;
  /** @throws TransactionOutcomeError when the answer was lost for good */
  commit(): Promise<void>;
  abort(): Promise<void>;
}

export interface TopicDescription {
  readonly name: string;
  /** The cluster's own name for it: a topic that is deleted and made again has another. Null where the client does not learn it. */
  readonly id: string | null;
  readonly partitions: number;
  /** Settings that differ from the broker's defaults, and the defaults of the rest. */
  readonly settings: ReadonlyMap<string, string>;
  readonly replicationFactor: number;
}

export interface NewTopic {
  name: string;
  partitions: number;
  /** @defaultValue the broker's */
  replicationFactor?: number;
  settings?: Readonly<Record<string, string>>;
}

export interface KafkaAdmin {
  /** Creates topics; one that exists already is left as it is. */
  createTopics(topics: readonly NewTopic[]): Promise<void>;
  deleteTopics(names: readonly string[]): Promise<void>;
  /** Raises the number of partitions. */
  addPartitions(topic: string, total: number): Promise<void>;
  /** The topic, or null when there is none. */
  describeTopic(name: string): Promise<TopicDescription | null>;
  /** First offset that is still there, or the end: of everything, or of what is committed. */
  offset(at: TopicPartition, where: 'earliest' | 'latest', isolation?: IsolationLevel): Promise<number>;
  /** Deletes the records before an offset. */
  deleteRecords(before: PartitionOffset): Promise<void>;
  /** Where a group goes on, or null where it has committed nothing. Waits for transactions that are being settled. */
  committedOffset(groupId: string, at: TopicPartition): Promise<number | null>;
}
