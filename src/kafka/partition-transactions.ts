import { StaleEpochError } from './kafka-errors.js';
import type {
  Assignment,
  KafkaClient,
  TopicPartition,
  TransactionalProducer,
  TransactionalProducerOptions,
} from './port.js';

export interface PartitionTransactionsOptions extends Omit<TransactionalProducerOptions, 'transactionalId'> {
  client: KafkaClient;
  /** Beginning of the transactional ids: the same for every process that shares the work, and no one else's. */
  transactionalId: string;
}

/**
 * One transactional producer for each partition that is read, by the name of that partition: whoever takes the partition
 * over fences the one before and settles what it left open, at once and without knowing it.
 *
 * Order of a takeover: `take` (fences), then restore state, then read.
 */
export class PartitionTransactions {
  readonly #options: PartitionTransactionsOptions;
  readonly #producers = new Map<string, { assignment: Assignment; producer: TransactionalProducer }>();

  constructor(options: PartitionTransactionsOptions) {
    this.#options = options;
  }

  /** Makes the partition's transactions ours. @throws StaleEpochError when it has gone meanwhile */
  async take(assignment: Assignment): Promise<TransactionalProducer> {
    await this.#drop(assignment);
    const { client, transactionalId, ...options } = this.#options;
    const id = `${transactionalId}-${assignment.topic}-${assignment.partition}`;
    const producer = client.transactionalProducer({ ...options, transactionalId: id });
    try {
      await producer.init(assignment.signal);
    } catch (error) {
      await producer.close();
      throw error;
    }
    if (assignment.signal.aborted) {
      await producer.close();
      throw new StaleEpochError(`partition ${assignment.partition} of ${assignment.topic} has gone`);
    }
    this.#producers.set(nameOf(assignment), { assignment, producer });
    return producer;
  }

  /** The producer of a partition that was taken. @throws StaleEpochError when it was not, or under another assignment */
  producerOf(assignment: Assignment): TransactionalProducer {
    const taken = this.#producers.get(nameOf(assignment));
    if (taken === undefined || taken.assignment !== assignment || assignment.signal.aborted)
      throw new StaleEpochError(`partition ${assignment.partition} of ${assignment.topic} has gone`);
    return taken.producer;
  }

  /** Closes the producer of an assignment that has gone; one that was taken under a later assignment stays. */
  async release(assignment: Assignment): Promise<void> {
    if (this.#producers.get(nameOf(assignment))?.assignment === assignment) await this.#drop(assignment);
  }

  async #drop(partition: TopicPartition): Promise<void> {
    const taken = this.#producers.get(nameOf(partition));
    this.#producers.delete(nameOf(partition));
    await taken?.producer.close();
  }

  async close(): Promise<void> {
    const all = [...this.#producers.values()];
    this.#producers.clear();
    await Promise.all(all.map(({ producer }) => producer.close()));
  }
}

function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}
