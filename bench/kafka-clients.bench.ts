// What a message costs, by client: ours, kafkajs and @platformatic/kafka as they come, on one broker, in one run.
// Each row is one client doing one thing in this process: messages per second, and CPU of this process per message.
import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as library from '@platformatic/kafka';
import { Kafka, logLevel } from 'kafkajs';
import { platformaticClient } from '../src/kafka/platformatic/client.js';
import { RecordBatchList } from '../src/kafka/record-batch/record-batch-list.js';

const smoke = process.env.BENCH_SMOKE !== undefined;
const messages = Number(process.env.BENCH_MESSAGES ?? (smoke ? 20_000 : 400_000));
const partitions = 4;
const perCall = 2000;
const rounds = Number(process.env.BENCH_ROUNDS ?? 3);

interface Row {
  client: string;
  work: string;
  'k msg/s': string;
  'µs CPU per message': string;
}

const keys = Array.from({ length: 1000 }, (_, i) => Buffer.from(`sensor-${i}`));
const values = Array.from({ length: 1000 }, (_, i) =>
  Buffer.from(
    JSON.stringify({
      deviceId: `sensor-${i}`,
      ts: 1_700_000_000_000 + i,
      temperature: 20 + i / 77,
      vibration: i / 1e5,
      pressure: 101_325 + i / 3,
      unit: 'plant-7/line-3/pump',
      note: 'x'.repeat(50),
    }),
  ),
);

const { startKafka, missingForKafka } = (await import(
  pathToFileURL(resolve('scripts/kafka/broker.mjs')).href
)) as typeof import('../scripts/kafka/broker.mjs');
const missing = process.env.KAFKA_BROKERS ? null : missingForKafka();
if (missing !== null) {
  console.log(`not run: ${missing}`);
  process.exit(0);
}
const broker = process.env.KAFKA_BROKERS ? null : await startKafka();
const brokers = process.env.KAFKA_BROKERS?.split(',') ?? broker!.brokers;

const ours = platformaticClient({ brokers });
const kafkajs = new Kafka({ clientId: 'bench', brokers, logLevel: logLevel.NOTHING });
const rows: Row[] = [];

/** The median round of a piece of work. */
async function measure(client: string, work: string, run: () => Promise<number>): Promise<void> {
  const seen: { rate: number; cpu: number }[] = [];
  for (let round = 0; round < rounds + 1; round++) {
    const cpu = process.cpuUsage();
    const start = performance.now();
    const count = await run();
    const elapsed = performance.now() - start;
    const { user, system } = process.cpuUsage(cpu);
    if (round > 0 || smoke) seen.push({ rate: count / elapsed, cpu: (user + system) / count }); // the first one warms up
  }
  const median = (pick: (each: (typeof seen)[0]) => number): number =>
    seen.map(pick).sort((a, b) => a - b)[seen.length >> 1]!;
  rows.push({
    client,
    work,
    'k msg/s': median(({ rate }) => rate).toFixed(0),
    'µs CPU per message': median(({ cpu }) => cpu).toFixed(2),
  });
}

async function topicOf(): Promise<string> {
  const topic = `bench-${randomUUID()}`;
  await ours.admin.createTopics([{ name: topic, partitions }]);
  return topic;
}

try {
  const topic = await topicOf();
  const producer = ours.producer();
  const lists = Array.from({ length: partitions }, () => new RecordBatchList());
  await measure('ours', `produce, ${perCall} a call`, async () => {
    for (let sent = 0; sent < messages; sent += perCall) {
      for (const list of lists) list.reset();
      for (let i = 0; i < perCall; i++)
        lists[i % partitions]!.append(1_700_000_000_000 + i, keys[i % 1000]!, values[i % 1000]!);
      await producer.produce(lists.map((records, partition) => ({ topic, partition, records })));
    }
    return messages;
  });
  const transactional = ours.transactionalProducer({ transactionalId: randomUUID() });
  await transactional.init();
  const second = await topicOf();
  await measure('ours', `produce, ${perCall} a transaction`, async () => {
    for (let sent = 0; sent < messages; sent += perCall) {
      for (const list of lists) list.reset();
      for (let i = 0; i < perCall; i++)
        lists[i % partitions]!.append(1_700_000_000_000 + i, keys[i % 1000]!, values[i % 1000]!);
      const transaction = transactional.begin();
      await transaction.produce(lists.map((records, partition) => ({ topic: second, partition, records })));
      await transaction.commit();
    }
    return messages;
  });
  const plainProducer = kafkajs.producer({ idempotent: true, maxInFlightRequests: 1 });
  await plainProducer.connect();
  await measure('kafkajs', `produce, ${perCall} a call`, async () => {
    for (let sent = 0; sent < messages; sent += perCall) {
      const batch = Array.from({ length: perCall }, (_, i) => ({
        key: keys[i % 1000]!,
        value: values[i % 1000]!,
        partition: i % partitions,
      }));
      await plainProducer.send({ topic: second, acks: -1, messages: batch });
    }
    return messages;
  });
  await plainProducer.disconnect();
  const libraryProducer = new library.Producer({ clientId: 'bench', bootstrapBrokers: brokers });
  await measure('@platformatic/kafka', `produce, ${perCall} a call`, async () => {
    for (let sent = 0; sent < messages; sent += perCall) {
      const batch = Array.from({ length: perCall }, (_, i) => ({
        topic: second,
        key: keys[i % 1000]!,
        value: values[i % 1000]!,
        partition: i % partitions,
      }));
      await libraryProducer.send({ acks: library.ProduceAcks.ALL, messages: batch });
    }
    return messages;
  });
  await libraryProducer.close();

  const source = await topicOf();
  for (let sent = 0; sent < messages; sent += perCall) {
    for (const list of lists) list.reset();
    for (let i = 0; i < perCall; i++)
      lists[i % partitions]!.append(1_700_000_000_000 + i, keys[i % 1000]!, values[i % 1000]!);
    await producer.produce(lists.map((records, partition) => ({ topic: source, partition, records })));
  }
  let sum = 0;
  await measure('ours', 'consume', async () => {
    const consumer = ours.consumer({ groupId: randomUUID(), topics: [source] });
    let count = 0;
    await new Promise<void>((done, failed) => {
      const delivered = (delivery: Parameters<Parameters<typeof consumer.start>[0]['delivered']>[0]): void => {
        const { length, bytes, valueStart } = delivery.records;
        for (let i = 0; i < length; i++) sum += bytes[valueStart[i]!]!;
        count += length;
        delivery.settle();
        if (count >= messages) done();
      };
      consumer.start({ delivered, failed }).catch(failed);
    });
    await consumer.close();
    return count;
  });
  await measure('kafkajs', 'consume, whole batches', async () => {
    const consumer = kafkajs.consumer({ groupId: randomUUID() });
    await consumer.connect();
    await consumer.subscribe({ topic: source, fromBeginning: true });
    let count = 0;
    await new Promise<void>((done, failed) => {
      consumer
        .run({
          autoCommit: false,
          eachBatch: async ({ batch }) => {
            for (const { value } of batch.messages) sum += value![0]!;
            count += batch.messages.length;
            if (count >= messages) done();
          },
        })
        .catch(failed);
    });
    await consumer.disconnect();
    return count;
  });
  await measure('@platformatic/kafka', 'consume, message stream', async () => {
    const consumer = new library.Consumer({ clientId: 'bench', bootstrapBrokers: brokers, groupId: randomUUID() });
    const stream = await consumer.consume({ topics: [source], mode: 'earliest', autocommit: false });
    let count = 0;
    for await (const message of stream) {
      sum += message.value[0]!;
      if (++count >= messages) break;
    }
    await stream.close().catch(() => {});
    await consumer.close(true);
    return count;
  });
  console.log(
    `${messages} messages of ${values[0]!.length} bytes, ${partitions} partitions, acks from all, median of ${rounds} rounds; check ${sum % 1009}`,
  );
  console.table(rows);
  await ours.close();
} finally {
  await broker?.stop();
}
process.exit(0);
