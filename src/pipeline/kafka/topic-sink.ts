import { parseTime } from '../../codec/parse-time.js';
import { valueAtName } from '../../codec/value-at-name.js';
import type { Sink } from '../../io/sink.js';
import { clientOf } from '../../kafka/client.js';
import { partitionOfKey } from '../../kafka/partition-of-key.js';
import type { KafkaClient, KafkaProducer } from '../../kafka/port.js';
import { RecordBatchList } from '../../kafka/record-batch/record-batch-list.js';
import { KEY_SEPARATOR } from '../../normalize/key-separator.js';
import type { KafkaSinkPlan, PipelinePlan } from '../plan.js';
import { TopicError } from './topics.js';

/**
 * Writes the records of a text source to a topic, one for each line: idempotently, at least once.
 *
 * Kafka's key is that of the series, its timestamp the record's time, or now where it has none. Records without a key are spread over the
 * partitions in turn, a write to each.
 */
export class TopicSink implements Sink {
  readonly name: string;
  readonly #client: KafkaClient;
  readonly #producer: KafkaProducer;
  readonly #record: PipelinePlan['record'];
  readonly #lists: RecordBatchList[];
  #length = 0;
  #turn = 0;

  private constructor(
    name: string,
    client: KafkaClient,
    producer: KafkaProducer,
    record: PipelinePlan['record'],
    partitions: number,
  ) {
    this.name = name;
    this.#client = client;
    this.#producer = producer;
    this.#record = record;
    this.#lists = Array.from({ length: partitions }, () => new RecordBatchList());
  }

  /** Makes the topic where it is not there, as the broker makes topics. @throws TransportError @throws TopicError */
  static async open(
    { connection, topic, compression }: KafkaSinkPlan,
    record: PipelinePlan['record'],
  ): Promise<TopicSink> {
    if (connection === undefined) throw new TypeError('a sink without brokers');
    const client = clientOf(connection);
    try {
      const there = await client.admin.describeTopic(topic);
      if (there === null) await client.admin.createTopics([{ name: topic, partitions: -1 }]);
      const partitions = (there ?? (await client.admin.describeTopic(topic)))?.partitions;
      if (partitions === undefined) throw new TopicError(`sink.kafka.topic: ${topic} could not be made`);
      return new TopicSink(topic, client, client.producer({ compression }), record, partitions);
    } catch (error) {
      await client.close();
      throw error;
    }
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#turn = (this.#turn + 1) % this.#lists.length;
    for (let start = 0; start < bytes.length; ) {
      const found = bytes.indexOf(10, start);
      const end = found < 0 ? bytes.length : found;
      if (end > start) this.#add(bytes.subarray(start, end));
      start = end + 1;
    }
    const { name: topic } = this;
    await this.#producer.produce(
      this.#lists
        .map((records, partition) => ({ topic, partition, records }))
        .filter(({ records }) => records.count > 0),
    );
    for (const list of this.#lists) list.reset();
    this.#length += bytes.length;
  }

  async flush(): Promise<number> {
    return this.#length;
  }

  async close(): Promise<void> {
    await this.#producer.close();
    await this.#client.close();
  }

  #add(line: Uint8Array): void {
    const { key, time } = this.#record;
    const record: unknown = JSON.parse(Buffer.from(line.buffer, line.byteOffset, line.length).toString());
    const parts = key.map((name) => valueAtName(record, name));
    const bytes =
      parts.length === 0
        ? null
        : Buffer.from(
            parts.map((part) => (typeof part === 'string' ? part : JSON.stringify(part))).join(KEY_SEPARATOR),
          );
    const at = time === undefined ? undefined : valueAtName(record, time);
    const timestamp = typeof at === 'number' ? at : typeof at === 'string' ? parseTime(at) : Number.NaN;
    const partition = bytes === null ? this.#turn : partitionOfKey(bytes, this.#lists.length);
    this.#lists[partition]!.append(Number.isFinite(timestamp) ? Math.trunc(timestamp) : Date.now(), bytes, line);
  }
}
