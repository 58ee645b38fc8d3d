// What one writes first: kafkajs, eachBatch, the statistics in memory, offsets committed by the client on its own. It does the same
// arithmetic as the engine, with the library's own normalizer, and lacks only what makes it exact: F4 must catch it.
// Usage: node naive-pipeline.mjs CONFIG.json, the configuration being the engine's.
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { Kafka, logLevel } from 'kafkajs';

const [configFile, root] = process.argv.slice(2);
const dist = (path) => import(new URL(`dist/src/${path}`, pathToFileURL(`${root}/`)).href);
const { RecordNormalizer } = await dist('normalize/record-normalizer.js');
const { SeriesTable } = await dist('series/series-table.js');

const { source, sink, fields, record } = JSON.parse(readFileSync(configFile, 'utf8'));
const kafka = new Kafka({ brokers: source.kafka.brokers, logLevel: logLevel.NOTHING });
const engine = new RecordNormalizer({
  named: Object.entries(fields).map(([name, options]) => ({ name, options })),
  table: new SeriesTable(),
});
const admin = kafka.admin();
await admin.connect();
const { topics } = await admin.fetchTopicMetadata({ topics: [source.kafka.topic] });
await admin.createTopics({ topics: [{ topic: sink.kafka.topic, numPartitions: topics[0].partitions.length }] });
await admin.disconnect();
const producer = kafka.producer();
await producer.connect();
const consumer = kafka.consumer({ groupId: source.kafka.groupId, sessionTimeout: 10_000 });
await consumer.connect();
await consumer.subscribe({ topic: source.kafka.topic, fromBeginning: true });
await consumer.run({
  autoCommitInterval: 1000,
  eachBatch: async ({ batch, resolveOffset, heartbeat, commitOffsetsIfNecessary }) => {
    const messages = batch.messages.map((message) => normalize(message, batch));
    for (let i = 0; i < messages.length; i += 1000)
      await producer.send({ topic: sink.kafka.topic, messages: messages.slice(i, i + 1000) });
    resolveOffset(batch.lastOffset());
    await commitOffsetsIfNecessary();
    await heartbeat();
  },
});
process.once('SIGTERM', async () => {
  await consumer.disconnect();
  await producer.disconnect();
  process.exit(0);
});

function normalize({ key, value, headers, timestamp, offset }, { topic, partition }) {
  const document = JSON.parse(value.toString());
  const slot = engine.table.slotOf(document[record.key]);
  const added = { normalized: {}, epoch: {}, center: {}, scale: {}, count: {} };
  for (const [k, name] of Object.keys(fields).entries()) {
    added.normalized[name] = engine.score(k, slot, document[name], Number.NaN);
    for (const member of ['epoch', 'center', 'scale', 'count']) added[member][name] = engine.fields[k].scorer[member];
  }
  return {
    key,
    partition,
    timestamp,
    value: `${value.toString().slice(0, -1)},${json(added).slice(1)}`,
    headers: { ...headers, 'streamnorm-source': `${topic}/${partition}/${offset}` },
  };
}

/** Like JSON.stringify, the sign of −0 kept. */
function json(value) {
  if (typeof value === 'object' && value !== null)
    return `{${Object.entries(value).map(([name, member]) => `${JSON.stringify(name)}:${json(member)}`)}}`;
  return Object.is(value, -0) ? '-0' : JSON.stringify(value);
}
