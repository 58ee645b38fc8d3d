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
import { Cluster } from './cluster.js';
import { FencedProducer } from './fenced-producer.js';
import { IdempotentProducer } from './idempotent-producer.js';
import { readPartition } from './partition-read.js';
import { WireAdmin } from './wire-admin.js';
import { WireConsumer } from './wire-consumer.js';

/**
 * Kafka through the wire layer of @platformatic/kafka: its connections and requests, our record codec, fetching and
 * group membership on top. Brokers from 3.0 on. Connects when it is first used.
 *
 * @throws InvalidOptionError
 */
export function platformaticClient(options: KafkaConnectionOptions): KafkaClient {
  return new PlatformaticClient(options);
}

class PlatformaticClient implements KafkaClient {
  readonly name = 'platformatic';
  readonly admin: KafkaAdmin;
  readonly #cluster: Cluster;

  constructor(options: KafkaConnectionOptions) {
    this.#cluster = new Cluster(resolveConnection(options));
    this.admin = new WireAdmin(this.#cluster);
  }

  consumer(options: GroupConsumerOptions): GroupConsumer {
    return new WireConsumer(this.#cluster, this.admin, options);
  }

  readPartition(options: PartitionReadOptions): AsyncIterable<PartitionRead> {
    return readPartition(this.#cluster, this.admin, options);
  }

  producer(options?: ProducerOptions): KafkaProducer {
    return new IdempotentProducer(this.#cluster, options);
  }

  transactionalProducer(options: TransactionalProducerOptions): TransactionalProducer {
    return new FencedProducer(this.#cluster, options);
  }

  close(): Promise<void> {
    return this.#cluster.close();
  }
}
