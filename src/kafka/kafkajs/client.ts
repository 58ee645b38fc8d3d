import { type KafkaConnectionOptions, resolveConnection } from '../connection-options.js';
import type {
  GroupConsumer,
  GroupConsumerOptions,
  KafkaAdmin,
  KafkaClient,
  KafkaProducer,
  PartitionRead,
  PartitionReadOptions,
  ProducerOptions,
  TransactionalProducer,
  TransactionalProducerOptions,
} from '../port.js';
import { KafkaJsConnection } from './connection.js';
import { KafkaJsAdmin } from './kafkajs-admin.js';
import { KafkaJsConsumer } from './kafkajs-consumer.js';
import { readPartition } from './kafkajs-partition-read.js';
import { KafkaJsProducer } from './kafkajs-producer.js';
import { KafkaJsTransactionalProducer } from './kafkajs-transactional-producer.js';

/**
 * Kafka through kafkajs 2.2.4. What it cannot do: static membership; fencing offsets by the group's generation (the
 * transactional id fences alone); checksums of what is read; headers without a value
 * (they are written empty), and headers of different names in their mixed order.
 *
 * @throws InvalidOptionError
 */
export function kafkaJsClient(options: KafkaConnectionOptions): KafkaClient {
  return new KafkaJsClient(options);
}

class KafkaJsClient implements KafkaClient {
  readonly name = 'kafkajs';
  readonly admin: KafkaAdmin;
  readonly #connection: KafkaJsConnection;
  readonly #admin: KafkaJsAdmin;
  readonly #open = new Set<{ close(): Promise<void> }>();

  constructor(options: KafkaConnectionOptions) {
    this.#connection = new KafkaJsConnection(resolveConnection(options));
    this.#admin = new KafkaJsAdmin(this.#connection);
    this.admin = this.#admin;
  }

  consumer(options: GroupConsumerOptions): GroupConsumer {
    return this.#keep(new KafkaJsConsumer(this.#connection, this.admin, options));
  }

  readPartition(options: PartitionReadOptions): AsyncIterable<PartitionRead> {
    return readPartition(this.#connection, this.admin, options);
  }

  producer(options?: ProducerOptions): KafkaProducer {
    return this.#keep(new KafkaJsProducer(this.#connection, options));
  }

  transactionalProducer(options: TransactionalProducerOptions): TransactionalProducer {
    return this.#keep(new KafkaJsTransactionalProducer(this.#connection, options));
  }

  async close(): Promise<void> {
    await Promise.allSettled([...this.#open].map((each) => each.close()));
    await this.#admin.close();
  }

  #keep<Client extends { close(): Promise<void> }>(client: Client): Client {
    this.#open.add(client);
    return client;
  }
}
