import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin } from 'kafkajs';
import { TransportError } from '../kafka-errors.js';
import type {
  IsolationLevel,
  KafkaAdmin,
  NewTopic,
  PartitionOffset,
  TopicDescription,
  TopicPartition,
} from '../port.js';
import { type KafkaJsConnection, kafkaJsFailure } from './connection.js';

const topicResource = 2;
const unknownTopic = 3;
/** Attempts of 100 ms that brokers get to learn of a topic that was made a moment ago. */
const patience = 50;

/** Topics, offsets and groups through the admin client of kafkajs. */
export class KafkaJsAdmin implements KafkaAdmin {
  readonly #connection: KafkaJsConnection;
  #admin: Promise<Admin> | null = null;

  constructor(connection: KafkaJsConnection) {
    this.#connection = connection;
  }

  createTopics(topics: readonly NewTopic[]): Promise<void> {
    return this.#ask(async (admin) => {
      for (const { name, partitions, replicationFactor, settings = {} } of topics)
        await whileUnknown(() =>
          admin.createTopics({
            waitForLeaders: true,
            topics: [
              {
                topic: name,
                numPartitions: partitions,
                replicationFactor: replicationFactor ?? -1,
                configEntries: Object.entries(settings).map(([key, value]) => ({ name: key, value })),
              },
            ],
          }),
        );
    });
  }

  deleteTopics(names: readonly string[]): Promise<void> {
    return this.#ask((admin) => admin.deleteTopics({ topics: [...names] }));
  }

  addPartitions(topic: string, total: number): Promise<void> {
    return this.#ask(async (admin) => {
      await admin.createPartitions({ topicPartitions: [{ topic, count: total }] });
    });
  }

  describeTopic(name: string): Promise<TopicDescription | null> {
    return this.#ask(async (admin) => {
      let partitions: { replicas: number[] }[];
      try {
        const { topics } = await admin.fetchTopicMetadata({ topics: [name] });
        partitions = topics[0]!.partitions;
      } catch (error) {
        const failure = kafkaJsFailure(error);
        if (failure instanceof TransportError && failure.apiCodes.includes(unknownTopic)) return null;
        throw failure;
      }
      const { resources } = await whileUnknown(() =>
        admin.describeConfigs({ includeSynonyms: false, resources: [{ type: topicResource, name }] }),
      );
      const settings = new Map(
        (resources[0]?.configEntries ?? []).map(({ configName, configValue }) => [configName, configValue]),
      );
      const replicationFactor = partitions[0]?.replicas.length ?? 0;
      return { name, id: null, partitions: partitions.length, settings, replicationFactor };
    });
  }

  async offset(
    { topic, partition }: TopicPartition,
    where: 'earliest' | 'latest',
    isolation: IsolationLevel = 'read_uncommitted',
  ): Promise<number> {
    const cluster = this.#connection.cluster(isolation === 'read_committed');
    try {
      await cluster.connect();
      await cluster.addMultipleTargetTopics([topic]);
      const [answer] = await cluster.fetchTopicsOffset([
        { topic, partitions: [{ partition }], fromBeginning: where === 'earliest' },
      ]);
      return Number(answer!.partitions[0]!.offset);
    } catch (error) {
      throw kafkaJsFailure(error);
    } finally {
      await cluster.disconnect().catch(() => {}); // what was asked is answered
    }
  }

  deleteRecords({ topic, partition, offset }: PartitionOffset): Promise<void> {
    return this.#ask((admin) =>
      admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: String(offset) }] }),
    );
  }

  committedOffset(groupId: string, { topic, partition }: TopicPartition): Promise<number | null> {
    return this.#ask(async (admin) => {
      const topics = await admin.fetchOffsets({ groupId, topics: [topic] });
      const offset = Number(topics[0]?.partitions.find((each) => each.partition === partition)?.offset ?? -1);
      return offset < 0 ? null : offset;
    });
  }

  async close(): Promise<void> {
    const admin = this.#admin;
    this.#admin = null;
    await (await admin?.catch(() => null))?.disconnect();
  }

  async #ask<Answer>(question: (admin: Admin) => Promise<Answer>): Promise<Answer> {
    try {
      if (this.#admin === null) {
        const admin = this.#connection.kafka().admin();
        this.#admin = admin.connect().then(() => admin);
      }
      return await question(await this.#admin);
    } catch (error) {
      throw kafkaJsFailure(error);
    }
  }
}

/** Asks again while a broker has not heard yet of a topic that is there. */
async function whileUnknown<Answer>(question: () => Promise<Answer>): Promise<Answer> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await question();
    } catch (error) {
      const failure = kafkaJsFailure(error);
      const unknown = failure instanceof TransportError && failure.apiCodes.includes(unknownTopic);
      if (!unknown || attempt === patience) throw failure;
      await sleep(100);
    }
  }
}
