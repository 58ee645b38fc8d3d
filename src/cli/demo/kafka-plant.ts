import { randomBytes } from 'node:crypto';
import type { Scored } from '../../../operators/index.js';
import { type Poke, type Reading, SimulatedPlant } from '../../io/simulated-plant.js';
import { clientOf } from '../../kafka/client.js';
import { partitionOfKey } from '../../kafka/partition-of-key.js';
import type { Delivery, GroupConsumer, KafkaClient, KafkaProducer } from '../../kafka/port.js';
import { RecordBatchList } from '../../kafka/record-batch/record-batch-list.js';
import { runKafka } from '../../pipeline/kafka/run-kafka.js';
import { loadConfig } from '../../pipeline/load-config.js';
import type { Health } from '../../pipeline/metrics/health.js';
import type { RunMetrics } from '../../pipeline/metrics/run-metrics.js';
import { isKafkaPlan } from '../../pipeline/plan.js';
import type { RunLog } from '../../pipeline/run-log.js';
import { RunView } from '../../pipeline/view/run-view.js';
import type { DemoPlant } from './demo-plant.js';

const PARTITIONS = 3;
const FIELD = 'value';

/** What comes out for one reading. */
interface Output extends Reading {
  normalized: Record<string, number | null>;
  center: Record<string, number>;
  scale: Record<string, number>;
  count: Record<string, number>;
  epoch: Record<string, number>;
}

export interface KafkaPlantOptions {
  sensors: number;
  seed: number;
  brokers: string[];
  metrics: RunMetrics;
  health: Health;
  /** Told of each reading when it has come back, normalized, from the broker. */
  onScored: (scored: Scored<Reading>) => void;
}

/**
 * The simulated plant through a broker: its readings are written to a topic, a pipeline as that of `streamnorm run` scores them in
 * transactions into another, and from there they are read back.
 */
export class KafkaPlant implements DemoPlant {
  readonly view = new RunView();
  readonly topic: string;
  readonly #options: KafkaPlantOptions;
  readonly #plant: SimulatedPlant;
  readonly #client: KafkaClient;
  readonly #producer: KafkaProducer;
  readonly #reader: GroupConsumer;
  readonly #stop = new AbortController();
  readonly #ran: Promise<void>;
  #written: Promise<void> = Promise.resolve();
  #failure: unknown;

  private constructor(options: KafkaPlantOptions, topic: string, client: KafkaClient) {
    this.#options = options;
    this.#plant = new SimulatedPlant(options);
    this.topic = topic;
    this.#client = client;
    this.#producer = client.producer();
    this.#reader = client.consumer({
      groupId: `${topic}-reader`,
      topics: [`${topic}.normalized`],
      startFrom: 'earliest',
    });
    this.#ran = this.#run().catch((error: unknown) => {
      this.#failure ??= error;
    });
  }

  /** Makes the topics, and begins. @throws EngineError */
  static async open(options: KafkaPlantOptions): Promise<KafkaPlant> {
    const topic = `streamnorm-demo-${randomBytes(4).toString('hex')}`;
    const client = clientOf({ brokers: options.brokers });
    try {
      await client.admin.createTopics(
        [topic, `${topic}.normalized`].map((name) => ({ name, partitions: PARTITIONS, settings: {} })),
      );
      const plant = new KafkaPlant(options, topic, client);
      await plant.#reader.start({
        delivered: (delivery) => plant.#takeBack(delivery),
        failed: (error) => {
          plant.#failure ??= error;
        },
      });
      return plant;
    } catch (error) {
      await client.close();
      throw error;
    }
  }

  get names(): readonly string[] {
    return this.#plant.names;
  }

  idOf(sensor: string): string {
    const partition = partitionOfKey(Buffer.from(sensor), PARTITIONS);
    return this.view.idOf(`${this.topic}/${partition}`, sensor, FIELD);
  }

  poke(sensor: string, what: Poke, at: number): boolean {
    if (!this.#plant.poke(sensor, what)) return false;
    this.view.poked(this.idOf(sensor), at, `${sensor} was poked: ${what}`);
    return true;
  }

  tick(ts: number): void {
    const lists = Array.from({ length: PARTITIONS }, () => new RecordBatchList());
    for (const reading of this.#plant.at(ts)) {
      const key = Buffer.from(reading.sensor);
      const list = lists[partitionOfKey(key, PARTITIONS)]!;
      list.append(Date.now(), key, Buffer.from(JSON.stringify(reading)));
    }
    const { topic } = this;
    const batches = lists.flatMap((records, partition) => (records.count === 0 ? [] : [{ topic, partition, records }]));
    if (batches.length === 0) return;
    // In order: what a sensor said first comes first.
    this.#written = this.#written
      .then(() => this.#producer.produce(batches))
      .catch((error: unknown) => {
        this.#failure ??= error;
      });
  }

  /** @throws what the pipeline or the way to the broker has failed with */
  assertWell(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Ends the pipeline; `remove` what was made on the broker. */
  async close(remove: boolean): Promise<void> {
    this.#stop.abort();
    await this.#ran;
    await this.#written;
    await this.#producer.close().catch(() => {});
    await this.#reader.close().catch(() => {});
    if (remove) {
      const { topic } = this;
      await this.#client.admin
        .deleteTopics([topic, `${topic}.normalized`, `${topic}.events`, `${topic}-${topic}-changelog`])
        .catch(() => {});
    }
    await this.#client.close();
  }

  #run(): Promise<void> {
    const { brokers, metrics, health } = this.#options;
    const { topic } = this;
    const config = {
      source: { kafka: { brokers, topic, groupId: topic } },
      record: { key: 'sensor', time: 'ts' },
      fields: { [FIELD]: { method: 'adaptive' } },
      output: { include: ['center', 'scale', 'count'] },
      sink: { kafka: { topic: `${topic}.normalized` } },
      events: { kafka: { topic: `${topic}.events` } },
    };
    const plan = loadConfig(JSON.stringify(config), { file: 'demo', env: {}, readSecret: () => '' });
    if (!isKafkaPlan(plan)) throw new TypeError('a plan of another kind');
    return runKafka(plan, { signal: this.#stop.signal, metrics, health, log: this.#log(), view: this.view });
  }

  /** What goes wrong is among what is happening; the rest would only be in the way of the picture. */
  #log(): RunLog {
    const tell = (message: string, { reason }: Record<string, unknown> = {}) =>
      this.view.note('note', reason === undefined ? message : `${message}: ${String(reason)}`);
    return { info: () => {}, warn: tell, error: tell };
  }

  #takeBack(delivery: Delivery): void {
    const { records } = delivery;
    for (let i = 0; i < records.length; i++) {
      const output = JSON.parse(Buffer.from(records.value(i) ?? []).toString()) as Output;
      const of = <T>(values: Record<string, T>) => values[FIELD]!;
      this.#options.onScored({
        record: output,
        key: output.sensor,
        value: output.value,
        normalized: of(output.normalized),
        center: of(output.center),
        scale: of(output.scale),
        count: of(output.count),
        epoch: of(output.epoch),
      });
    }
    delivery.settle();
  }
}
