import { setTimeout as sleep } from 'node:timers/promises';
import { TransportError } from '../kafka-errors.js';
import type {
  IsolationLevel,
  KafkaAdmin,
  NewTopic,
  PartitionOffset,
  TopicDescription,
  TopicPartition,
} from '../port.js';
import { apiCodes } from './api-codes.js';
import { backoff, type Cluster } from './cluster.js';

const timeout = 30_000;

/** Topics, offsets and groups, asked for one by one. */
export class WireAdmin implements KafkaAdmin {
  readonly #cluster: Cluster;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  async createTopics(topics: readonly NewTopic[]): Promise<void> {
    for (const { name, partitions, replicationFactor = -1, settings = {} } of topics) {
      const configs = Object.entries(settings).map(([key, value]) => ({ name: key, value }));
      const topic = { name, numPartitions: partitions, replicationFactor, assignments: [], configs };
      await this.#retry(
        () => this.#cluster.call('control', null, (wire) => wire.createTopicsV7, [topic], timeout, false),
        [apiCodes.topicAlreadyExists],
      );
      // The answer comes before every broker knows of the topic.
      await this.#retry(async () => {
        await this.#cluster.refresh([name]);
        const count = await this.#cluster.partitions(name);
        for (let partition = 0; partition < count; partition++) await this.#cluster.leader(name, partition);
      });
    }
  }

  async deleteTopics(names: readonly string[]): Promise<void> {
    const topics = names.map((name) => ({ name, topicId: null }));
    await this.#retry(() => this.#cluster.call('control', null, (wire) => wire.deleteTopicsV6, topics, timeout));
    for (const name of names) this.#cluster.forgetLeader(name);
  }

  async addPartitions(topic: string, total: number): Promise<void> {
    const change = { name: topic, count: total, assignments: null };
    await this.#retry(() =>
      this.#cluster.call('control', null, (wire) => wire.createPartitionsV3, [change], timeout, false),
    );
    await this.#retry(async () => {
      if ((await this.#cluster.partitions(topic, true)) < total)
        throw new TransportError(`${topic} does not have ${total} partitions yet`, true);
    });
  }

  async describeTopic(name: string): Promise<TopicDescription | null> {
    return this.#retry(async () => {
      let partitions: number;
      try {
        partitions = await this.#cluster.partitions(name, true);
      } catch (error) {
        if (error instanceof TransportError && error.apiCodes.includes(apiCodes.unknownTopicOrPartition)) return null;
        throw error;
      }
      const topicResource = 2;
      const resource = { resourceType: topicResource, resourceName: name, configurationKeys: null } as const;
      const { results } = await this.#cluster.call(
        'control',
        null,
        (wire) => wire.describeConfigsV4,
        [resource],
        false,
        false,
      );
      const settings = new Map<string, string>();
      for (const config of results[0]?.configs ?? []) settings.set(config.name, config.value ?? '');
      const { id, replicas } = await this.#cluster.detailsOf(name);
      return { name, id, partitions, settings, replicationFactor: replicas };
    });
  }

  async offset(
    { topic, partition }: TopicPartition,
    where: 'earliest' | 'latest',
    isolation: IsolationLevel = 'read_uncommitted',
  ): Promise<number> {
    const timestamp = where === 'earliest' ? -2n : -1n;
    const target = { name: topic, partitions: [{ partitionIndex: partition, currentLeaderEpoch: -1, timestamp }] };
    return this.#retry(async () => {
      const leader = await this.#cluster.leader(topic, partition);
      try {
        const response = await this.#cluster.call(
          'control',
          leader,
          (wire) => wire.listOffsetsV7,
          -1,
          isolation === 'read_committed' ? 1 : 0,
          [target],
        );
        return Number(response.topics[0]!.partitions[0]!.offset);
      } catch (error) {
        this.#cluster.forgetLeader(topic);
        throw error;
      }
    });
  }

  async deleteRecords({ topic, partition, offset }: PartitionOffset): Promise<void> {
    const target = { name: topic, partitions: [{ partitionIndex: partition, offset: BigInt(offset) }] };
    await this.#retry(async () => {
      const leader = await this.#cluster.leader(topic, partition);
      await this.#cluster.call('control', leader, (wire) => wire.deleteRecordsV2, [target], timeout);
    });
  }

  async committedOffset(groupId: string, { topic, partition }: TopicPartition): Promise<number | null> {
    const groups = [
      { groupId, memberId: null, memberEpoch: -1, topics: [{ name: topic, partitionIndexes: [partition] }] },
    ];
    const response = await this.#cluster.askCoordinator(
      0,
      groupId,
      performance.now() + timeout,
      [apiCodes.unstableOffsetCommit],
      (node) => this.#cluster.call('control', node, (wire) => wire.offsetFetchV8, groups, true),
    );
    const offset = Number(response.groups[0]?.topics[0]?.partitions[0]?.committedOffset ?? -1n);
    return offset < 0 ? null : offset;
  }

  async #retry<Result>(ask: () => Promise<Result>, fine: readonly number[] = []): Promise<Result> {
    const began = performance.now();
    for (let attempt = 0; ; attempt++) {
      try {
        return await ask();
      } catch (error) {
        if (!(error instanceof TransportError)) throw error;
        if (error.apiCodes.length > 0 && error.apiCodes.every((code) => fine.includes(code)))
          return undefined as Result;
        const patience = this.#cluster.reached ? timeout : this.#cluster.connection.connectTimeout;
        if (!error.retriable || this.#cluster.closed || performance.now() - began > patience) throw error;
        await sleep(backoff(attempt));
      }
    }
  }
}
