export {
  ChangelogError,
  type ChangelogOptions,
  ChangelogStore,
  type Restored,
  type RestoreOptions,
} from './changelog-store.js';
export { clientOf, type KafkaClientOptions } from './client.js';
export type { KafkaConnectionOptions, SaslOptions, SecretSource, TlsOptions } from './connection-options.js';
export { type FromKafkaOptions, fromKafka } from './from-kafka.js';
export {
  OffsetGapError,
  ProducerFencedError,
  StaleEpochError,
  TransactionOutcomeError,
  TransportError,
} from './kafka-errors.js';
export { PartitionTransactions, type PartitionTransactionsOptions } from './partition-transactions.js';
export type {
  Assignment,
  Delivery,
  GroupConsumer,
  GroupConsumerOptions,
  GroupListener,
  GroupMembership,
  IsolationLevel,
  KafkaAdmin,
  KafkaClient,
  KafkaProducer,
  NewTopic,
  OffsetFencing,
  PartitionLag,
  PartitionOffset,
  PartitionRead,
  PartitionReadOptions,
  ProduceBatch,
  ProducerOptions,
  TopicDescription,
  TopicPartition,
  Transaction,
  TransactionalProducer,
  TransactionalProducerOptions,
} from './port.js';
export type { CompressionName } from './record-batch/compression.js';
export { RecordBatchList } from './record-batch/record-batch-list.js';
export type { RecordHeader } from './record-batch/record-header.js';
export type { Records } from './record-batch/records.js';
export { UnreadableBatchError } from './record-batch/unreadable-batch-error.js';
export { type KafkaRecord, recordwise } from './recordwise.js';
export { toKafka } from './to-kafka.js';
export type { DeliveryOutput, KafkaOutput, ToKafkaOptions } from './to-kafka-options.js';
