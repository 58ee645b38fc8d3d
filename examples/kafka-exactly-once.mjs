// A whole exactly-once processor: reads a topic, scores it, writes another. KAFKA_BROKERS names the brokers (`npm run kafka` starts one).
import { lastValueFrom, map, mergeMap, pipe, take, toArray } from 'rxjs';
import { zScore } from 'streamnorm';
import { clientOf, fromKafka, PartitionTransactions, RecordBatchList, recordwise, toKafka } from 'streamnorm/kafka';

const client = clientOf({ brokers: (process.env.KAFKA_BROKERS ?? 'localhost:9092').split(',') });
const [source, sink] = [`rooms-${process.pid}`, `rooms-${process.pid}-scored`];
await client.admin.createTopics([
  { name: source, partitions: 1 },
  { name: sink, partitions: 1 },
]);

// Two rooms, a reading a minute; in the end it gets hot in one of them.
const readings = new RecordBatchList();
for (let i = 0; i < 200; i++) {
  const room = i % 2 === 0 ? 'kitchen' : 'cellar';
  const celsius = (room === 'kitchen' ? 21 : 12) + Math.sin(i) + (i === 198 ? 15 : 0);
  readings.append(1_767_225_600_000 + i * 60_000, Buffer.from(room), Buffer.from(JSON.stringify({ room, celsius })));
}
const producer = client.producer();
await producer.produce([{ topic: source, partition: 0, records: readings }]);
await producer.close();

const transactions = new PartitionTransactions({ client, transactionalId: source });
const scored = fromKafka({ client, topics: [source], groupId: source, transactions }).pipe(
  recordwise(
    pipe(
      map(({ key, value, timestamp }) => ({ key, timestamp, ...JSON.parse(Buffer.from(value).toString()) })),
      zScore({ key: ({ room }) => room, value: ({ celsius }) => celsius }),
      map(({ record: { key, timestamp, room, celsius }, normalized }) => ({
        key,
        timestamp,
        value: Buffer.from(JSON.stringify({ room, celsius, normalized })),
      })),
    ),
  ),
  toKafka({ client, topic: sink, transactions }),
);
const running = scored.subscribe({ error: console.error });

// A reader of committed records, until it has seen all of them.
const results = fromKafka({ client, topics: [sink], groupId: `${source}-reader` }).pipe(
  mergeMap((delivery) => {
    const { records } = delivery;
    const values = Array.from({ length: records.length }, (_, i) =>
      JSON.parse(Buffer.from(records.value(i)).toString()),
    );
    delivery.settle();
    return values;
  }),
  take(200),
);
for (const { room, celsius, normalized } of await lastValueFrom(results.pipe(toArray())))
  if (normalized > 6)
    console.log(`${room}: ${celsius.toFixed(1)} °C is ${normalized.toFixed(1)} scales above its mean`);
running.unsubscribe();
await client.close();
