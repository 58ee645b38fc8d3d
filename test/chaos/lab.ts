import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Admin } from 'kafkajs';
import { type RunningKafka, type StartKafkaOptions, startKafka } from '../../scripts/kafka/broker.mjs';
import { clientOf } from '../../src/kafka/client.js';
import { loadKafkaJs } from '../../src/kafka/kafkajs/load-kafkajs.js';
import type { KafkaClient } from '../../src/kafka/port.js';
import { seededUniform } from '../support/seeded-normals.js';
import { KafkaProxy } from './kafka-proxy.js';

/** A cluster and a way to it that no fault touches. */
export interface Cluster {
  kafka: RunningKafka;
  brokers: readonly string[];
  /** The test's own connection. */
  client: KafkaClient;
  /** Offsets that a group has committed, by partition; what is under way in a transaction is not waited for. */
  committed(groupId: string, topic: string): Promise<number[]>;
  /** An administrator's connection, for what the engine itself never does. */
  admin(): Admin;
  close(): Promise<void>;
}

export interface LabOptions {
  seed: number;
  /** 1 is the whole scenario; less is shorter: fewer records, faults and seconds. */
  scale: number;
  say?: (line: string) => void;
  /** Where the logs of all processes are kept. @defaultValue nowhere */
  logs?: string;
  /** Whether to fail what takes too long: not where other work shares the machine. @defaultValue true */
  judgesTime?: boolean;
}

/** What a scenario works with: clusters that are started when they are first asked for, a folder, dice. */
export class Lab {
  readonly seed: number;
  /** Of the scenario that runs next. */
  scale: number;
  readonly judgesTime: boolean;
  readonly logs: string | undefined;
  readonly folder = mkdtempSync(join(tmpdir(), 'streamnorm-chaos-'));
  /** A line for whoever watches. */
  readonly say: (line: string) => void;
  readonly #clusters = new Map<string, Promise<Cluster>>();
  #proxied: Promise<Cluster & { proxy: KafkaProxy }> | null = null;

  constructor({ seed, scale, say = () => {}, judgesTime = true, logs }: LabOptions) {
    this.seed = seed;
    this.scale = scale;
    this.say = say;
    this.judgesTime = judgesTime;
    this.logs = logs;
    if (logs !== undefined) mkdirSync(logs, { recursive: true });
  }

  /** Dice of their own for each purpose. */
  random(purpose: string): () => number {
    let seed = this.seed;
    for (const letter of purpose) seed = (Math.imul(seed, 31) + letter.charCodeAt(0)) | 0;
    return seededUniform(seed);
  }

  /** `whole` at scale 1, in proportion below, never under `least`. */
  scaled(whole: number, least: number): number {
    return Math.max(least, Math.round(whole * this.scale));
  }

  /** One broker, shared by the scenarios that leave it in order. */
  single(): Promise<Cluster> {
    return this.cluster('single', {});
  }

  /** Three brokers, of which one may be lost. */
  triple(): Promise<Cluster> {
    return this.cluster('triple', { nodes: 3, heap: '384m' });
  }

  /** A broker with SASL and TLS beside the open door. */
  secure(): Promise<Cluster> {
    return this.cluster('secure', { secure: true });
  }

  /** A broker behind a proxy that can disturb the engine, and only the engine. */
  async proxied(): Promise<Cluster & { proxy: KafkaProxy }> {
    this.#proxied ??= (async () => {
      const proxy = await KafkaProxy.open();
      const properties = { 'advertised.listeners': `PLAINTEXT://127.0.0.1:${proxy.port}` };
      // The broker registers itself through the port it advertises: the proxy has to know it as soon as it listens.
      const kafka = await startKafka({ properties });
      proxy.to = kafka.nodes[0]!.port;
      const brokers = [`127.0.0.1:${proxy.port}`];
      return { ...clusterOf(kafka, brokers), proxy };
    })();
    const cluster = await this.#proxied;
    cluster.proxy.reset();
    return cluster;
  }

  cluster(name: string, options: StartKafkaOptions): Promise<Cluster> {
    let cluster = this.#clusters.get(name);
    if (cluster === undefined) {
      cluster = startKafka(options).then((kafka) => clusterOf(kafka, kafka.brokers));
      this.#clusters.set(name, cluster);
    }
    return cluster;
  }

  /** Stops a cluster that no scenario needs any more. */
  async dismiss(name: string): Promise<void> {
    const cluster = await this.#clusters.get(name);
    this.#clusters.delete(name);
    await cluster?.close();
  }

  async close(): Promise<void> {
    for (const name of [...this.#clusters.keys()]) await this.dismiss(name);
    if (this.#proxied !== null) {
      const { close, proxy } = await this.#proxied;
      await close();
      proxy.close();
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function clusterOf(kafka: RunningKafka, brokers: readonly string[]): Cluster {
  const client = clientOf({ brokers, clientId: 'chaos' });
  const { Kafka, logLevel } = loadKafkaJs();
  const options = {
    brokers: [...brokers],
    clientId: 'chaos-progress',
    logLevel: logLevel.NOTHING,
    retry: { retries: 2 },
  };
  const kafkajs = new Kafka(options);
  const admin = kafkajs.admin();
  let connected: Promise<void> | null = null;
  return {
    kafka,
    brokers,
    client,
    async committed(groupId, topic) {
      connected ??= admin.connect();
      try {
        await connected;
      } catch (error) {
        connected = null;
        throw error;
      }
      const [answer] = await admin.fetchOffsets({ groupId, topics: [topic] });
      return (answer?.partitions ?? []).map(({ offset }) => Math.max(0, Number(offset)));
    },
    admin: () => kafkajs.admin(),
    async close() {
      await admin.disconnect().catch(() => {}); // it may never have been connected
      await client.close();
      await kafka.stop();
    },
  };
}

/** A name that nothing else has. */
export function fresh(kind: string): string {
  return `${kind}-${randomUUID().slice(0, 8)}`;
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
}
