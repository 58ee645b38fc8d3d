import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { lastValueFrom, map, retry } from 'rxjs';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type RunningKafka, startKafka } from '../../scripts/kafka/broker.mjs';
import {
  clientOf,
  fromKafka,
  type KafkaClient,
  PartitionTransactions,
  recordwise,
  toKafka,
} from '../../src/kafka/index.js';
import { newName, newTopic, recordsOf, until, valuesOf } from '../support/kafka-broker.js';

// These tests stop, kill and damage a broker: it is their own.
const able = inject('kafka').length > 0 && !process.env.KAFKA_BROKERS;

const numbers = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, i) => String(from + i));

describe.skipIf(!able)('on a broker that fails', () => {
  let kafka: RunningKafka;
  beforeAll(async () => {
    kafka = await startKafka();
  });
  afterAll(() => kafka.stop());

  const patient = { connectTimeout: 1000, requestTimeout: 2000 };

  function copy(
    client: KafkaClient,
    source: string,
    target: string,
    groupId: string,
    signal: AbortSignal,
  ): Promise<unknown> {
    const transactions = new PartitionTransactions({ client, transactionalId: groupId });
    return lastValueFrom(
      fromKafka({
        client,
        groupId,
        topics: [source],
        transactions,
        signal,
        maxWait: 100,
        maxBytesPerPartition: 5000,
        sessionTimeout: 6000,
      }).pipe(
        recordwise(map(({ key, value, timestamp }) => ({ key, value, timestamp }))),
        toKafka({ client, topic: target, transactions }),
        // A request that the broker answers late can fence its own sender: the stream begins again at what was committed.
        retry({ delay: 200 }),
      ),
      { defaultValue: null },
    );
  }

  it.each([
    ['restarts', async (node: RunningKafka['nodes'][0]) => node.stop().then(() => node.start())],
    ['is killed', async (node: RunningKafka['nodes'][0]) => node.kill().then(() => node.start())],
    [
      'stands still',
      async (node: RunningKafka['nodes'][0]) => {
        node.freeze();
        await new Promise((resolve) => setTimeout(resolve, 4000));
        node.thaw();
      },
    ],
  ] as const)(
    'copies exactly once while the broker %s',
    async (_, fault) => {
      const client = clientOf({ brokers: kafka.brokers, ...patient });
      const [source, target] = [await newTopic(client), await newTopic(client)];
      const groupId = newName('group');
      const stop = new AbortController();
      const run = copy(client, source, target, groupId, stop.signal);
      const producer = client.producer();
      const node = kafka.nodes[0]!;
      let broken: Promise<void> | null = null;
      for (let i = 0; i < 40; i++) {
        if (i === 15) broken = fault(node);
        await producer.produce([{ topic: source, partition: 0, records: recordsOf(numbers(i * 100, i * 100 + 100)) }]);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      await broken;
      await until(
        'all is copied',
        async () => {
          // A transaction that the broker's death left open makes the offset unreadable until it is settled.
          const offset = await client.admin.committedOffset(groupId, { topic: source, partition: 0 }).catch(() => -1);
          return offset === 4000;
        },
        100_000,
      );
      stop.abort();
      await run;
      expect(await valuesOf(client, source)).toEqual(numbers(0, 4000));
      expect(await valuesOf(client, target)).toEqual(numbers(0, 4000));
      await producer.close();
      await client.close();
    },
    150_000,
  );

  it('gives a static member its partitions back at once after it was killed', async () => {
    const before = clientOf({ brokers: kafka.brokers });
    const topic = await newTopic(before, 2);
    const options = {
      groupId: newName('group'),
      groupInstanceId: 'member-1',
      topics: [topic],
      sessionTimeout: 300_000,
    };
    const listener = { delivered: () => {}, failed: () => {} };
    const first = before.consumer(options);
    await first.start(listener);
    await before.close(); // every connection is cut, and nothing was said to the group
    const after = clientOf({ brokers: kafka.brokers });
    const second = after.consumer(options);
    await second.start(listener);
    expect(second.assignments().length).toBe(2);
    await second.close();
    await after.close();
  }, 60_000);

  it('hands out a batch that was damaged on disk as a fault, once, and goes on behind it', async () => {
    const client = clientOf({ brokers: kafka.brokers, ...patient });
    const topic = await newTopic(client);
    const producer = client.producer();
    for (const value of ['before', 'damaged', 'behind'])
      await producer.produce([{ topic, partition: 0, records: recordsOf([value]) }]);
    const node = kafka.nodes[0]!;
    await node.stop();
    const folder = join(node.data, `${topic}-0`);
    const log = join(folder, readdirSync(folder).find((name) => name.endsWith('.log'))!);
    const bytes = readFileSync(log);
    bytes[bytes.indexOf('damaged')]! ^= 1;
    writeFileSync(log, bytes);
    await node.start();
    const seen: string[] = [];
    const consumer = client.consumer({ groupId: newName('group'), topics: [topic] });
    await consumer.start({
      delivered: (delivery) => {
        const { records, fault, firstOffset, nextOffset } = delivery;
        if (fault !== null) seen.push(`${firstOffset}-${nextOffset} ${fault.message}`);
        for (let i = 0; i < records.length; i++) seen.push(Buffer.from(records.value(i)!).toString());
        delivery.settle();
      },
      failed: (error) => seen.push(error.message),
    });
    await until('it has read what is behind', () => seen.includes('behind'));
    expect(seen).toEqual(['before', '1-2 the checksum is wrong', 'behind']);
    await Promise.all([consumer.close(), producer.close()]);
    await client.close();
  });
});

describe.skipIf(!able)('behind a bad network', () => {
  let network: BadNetwork;
  let kafka: RunningKafka;
  beforeAll(async () => {
    network = await BadNetwork.open();
    // The broker sends its clients, and itself, through the network.
    kafka = await startKafka({ properties: { 'advertised.listeners': `PLAINTEXT://127.0.0.1:${network.port}` } });
    network.to = kafka.nodes[0]!.port;
  });
  afterAll(async () => {
    network.close();
    await kafka.stop();
  });

  it('writes once and in order, and reads on, while connections are cut', async () => {
    const client = clientOf({ brokers: [`127.0.0.1:${network.port}`], connectTimeout: 1000, requestTimeout: 2000 });
    const topic = await newTopic(client);
    const producer = client.producer();
    const read: string[] = [];
    const failures: Error[] = [];
    const consumer = client.consumer({
      groupId: newName('group'),
      topics: [topic],
      sessionTimeout: 6000,
      maxWait: 100,
    });
    await consumer.start({
      delivered: (delivery) => {
        for (let i = 0; i < delivery.records.length; i++) read.push(Buffer.from(delivery.records.value(i)!).toString());
        delivery.settle();
      },
      failed: (error) => failures.push(error),
    });
    for (let i = 0; i < 60; i++) {
      if (i % 7 === 0) network.cut();
      if (i % 11 === 0) network.cutAfter(1 + (i % 5)); // with a request or an answer on its way
      await producer.produce([{ topic, partition: 0, records: recordsOf([String(i)]) }]);
    }
    expect(await valuesOf(client, topic)).toEqual(numbers(0, 60));
    await until('all is read', () => read.length >= 60);
    expect([read, failures]).toEqual([numbers(0, 60), []]);
    await Promise.all([consumer.close(), producer.close()]);
    await client.close();
  });
});

/** Passes bytes on, until it cuts every connection. */
class BadNetwork {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** Pieces that are still let through before the next cut. */
  #left = Number.POSITIVE_INFINITY;
  to = 0;

  private constructor(server: Server) {
    this.#server = server;
  }

  static open(): Promise<BadNetwork> {
    return new Promise((resolve) => {
      const server = createServer((inside) => network.#join(inside, connect(network.to, '127.0.0.1')));
      const network = new BadNetwork(server);
      server.listen(0, '127.0.0.1', () => resolve(network));
    });
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port;
  }

  cut(): void {
    this.#left = Number.POSITIVE_INFINITY;
    for (const socket of this.#sockets) socket.destroy();
  }

  cutAfter(pieces: number): void {
    this.#left = pieces;
  }

  close(): void {
    this.cut();
    this.#server.close();
  }

  #join(inside: Socket, outside: Socket): void {
    for (const [from, into] of [
      [inside, outside],
      [outside, inside],
    ] as const) {
      this.#sockets.add(from);
      from.on('data', (bytes) => {
        into.write(bytes);
        if (--this.#left <= 0) this.cut();
      });
      from.on('error', () => into.destroy());
      from.on('close', () => {
        this.#sockets.delete(from);
        into.destroy();
      });
    }
  }
}
