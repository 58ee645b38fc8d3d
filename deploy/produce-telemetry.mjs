// Writes the telemetry of a simulated plant to a Kafka topic until it is told to stop. Settings: the environment, as below.
import { setTimeout as sleep } from 'node:timers/promises';
import { SimulatedPlant } from '../dist/src/io/simulated-plant.js';
import { clientOf, RecordBatchList } from '../dist/src/kafka/index.js';
import { partitionOfKey } from '../dist/src/kafka/partition-of-key.js';

const brokers = (process.env.KAFKA_BROKERS ?? 'localhost:9092').split(',');
const topic = process.env.TOPIC ?? 'telemetry';
const partitions = number('PARTITIONS', 4);
const sensors = number('SENSORS', 200);
/** Records per second, and after how many to end. */
const rate = number('RATE', 2000);
const count = number('COUNT', Number.POSITIVE_INFINITY);
const seed = number('SEED', 7);

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stop.abort());

const client = clientOf({ brokers, clientId: 'simulated-plant' });
try {
  await client.admin.createTopics([{ name: topic, partitions }]);
  const { partitions: there } = await client.admin.describeTopic(topic);
  const producer = client.producer({ compression: 'lz4' });
  const plant = new SimulatedPlant({ sensors, seed });
  const encoder = new TextEncoder();
  const started = performance.now();
  let written = 0;
  while (!stop.signal.aborted && written < count) {
    const ts = Date.now();
    const lists = Array.from({ length: there }, () => new RecordBatchList());
    for (const { sensor, quantity, value } of plant.at(ts)) {
      if (written >= count) break;
      const key = encoder.encode(sensor);
      const record = encoder.encode(JSON.stringify({ deviceId: sensor, ts, [quantity]: value }));
      lists[partitionOfKey(key, there)].append(ts, key, record);
      written++;
    }
    await producer.produce(
      lists.flatMap((records, partition) => (records.count > 0 ? [{ topic, partition, records }] : [])),
    );
    const ahead = (written / rate) * 1000 - (performance.now() - started);
    if (ahead > 1) await sleep(ahead, undefined, { signal: stop.signal }).catch(() => {});
  }
  await producer.close();
  console.error(`${written} records written to ${topic}`);
} catch (error) {
  console.error(`cannot write to ${topic} at ${brokers.join(', ')}: ${error.message}`);
  process.exitCode = 1;
} finally {
  await client.close();
}

function number(name, fallback) {
  const text = process.env[name];
  const value = text === undefined ? fallback : Number(text);
  if (!(value > 0)) {
    console.error(`${name} must be a number > 0, got ${JSON.stringify(text)}`);
    process.exit(2);
  }
  return value;
}
