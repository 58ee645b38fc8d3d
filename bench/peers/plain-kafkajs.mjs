// The work of `streamnorm run` as one writes it by hand with kafkajs: eachBatch, JSON, Welford, a transaction for each batch; state in memory.
import kafkajs from 'kafkajs';

const [, , brokers, group, source, sink, guarantee] = process.argv;
const { Kafka, logLevel } = kafkajs;
const kafka = new Kafka({ brokers: brokers.split(','), clientId: group, logLevel: logLevel.ERROR });
const fields = ['temperature', 'pressure', 'vibration'];
const states = new Map();
const producers = new Map();

async function producerOf(partition) {
  let producer = producers.get(partition);
  if (producer === undefined) {
    producer = kafka.producer(
      guarantee === 'exactly-once'
        ? {
            transactionalId: `${group}-${partition}`,
            idempotent: true,
            maxInFlightRequests: 1,
            retry: { initialRetryTime: 3 },
          }
        : { idempotent: true },
    );
    await producer.connect();
    producers.set(partition, producer);
  }
  return producer;
}

function score(message) {
  const record = JSON.parse(message.value.toString());
  let state = states.get(record.deviceId);
  if (state === undefined) {
    state = fields.map(() => ({ n: 0, mean: 0, m2: 0 }));
    states.set(record.deviceId, state);
  }
  const normalized = {};
  const epoch = {};
  for (let k = 0; k < fields.length; k++) {
    const x = record[fields[k]];
    const s = state[k];
    const scale = Math.sqrt(s.m2 / s.n);
    normalized[fields[k]] = s.n < 30 ? null : scale > 0 ? (x - s.mean) / scale : 0;
    epoch[fields[k]] = 0;
    s.n++;
    const delta = x - s.mean;
    s.mean += delta / s.n;
    s.m2 += delta * (x - s.mean);
  }
  record.normalized = normalized;
  record.epoch = epoch;
  return { key: message.key, value: JSON.stringify(record), timestamp: message.timestamp };
}

const consumer = kafka.consumer({
  groupId: group,
  readUncommitted: false,
  maxBytesPerPartition: 1048576,
  maxWaitTimeInMs: 100,
});
await consumer.connect();
await consumer.subscribe({ topics: [source], fromBeginning: true });
await consumer.run({
  eachBatchAutoResolve: false,
  autoCommit: guarantee !== 'exactly-once',
  eachBatch: async ({ batch, resolveOffset, heartbeat }) => {
    const producer = await producerOf(batch.partition);
    // A send is one record batch: 2,000 of these records stay below the broker's limit of 1 MiB.
    for (let from = 0; from < batch.messages.length; from += 2000) {
      const slice = batch.messages.slice(from, from + 2000);
      const messages = slice.map((message) => ({ ...score(message), partition: batch.partition }));
      const offset = String(Number(slice.at(-1).offset) + 1);
      if (guarantee === 'exactly-once') {
        const transaction = await producer.transaction();
        await transaction.send({ topic: sink, messages });
        await transaction.sendOffsets({
          consumerGroupId: group,
          topics: [{ topic: source, partitions: [{ partition: batch.partition, offset }] }],
        });
        await transaction.commit();
      } else await producer.send({ topic: sink, messages });
      resolveOffset(slice.at(-1).offset);
      await heartbeat();
    }
  },
});
process.on('SIGTERM', async () => {
  await consumer.disconnect();
  for (const producer of producers.values()) await producer.disconnect();
  process.exit(0);
});
