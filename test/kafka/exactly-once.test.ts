import {
  concat,
  filter,
  lastValueFrom,
  map,
  mergeMap,
  type Observable,
  of,
  retry,
  take,
  tap,
  throwError,
  toArray,
} from 'rxjs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  ChangelogStore,
  clientOf,
  type DeliveryOutput,
  fromKafka,
  type KafkaClient,
  type KafkaOutput,
  type KafkaRecord,
  PartitionTransactions,
  recordwise,
  type TransactionalProducerOptions,
  TransportError,
  toKafka,
} from '../../src/kafka/index.js';
import { murmur2, partitionOfKey } from '../../src/kafka/partition-of-key.js';
import { committed, describeOnKafka, newName, newTopic, recordsOf, valuesOf } from '../support/kafka-broker.js';

const double = (record: KafkaRecord): KafkaOutput => ({
  key: record.key,
  value: Buffer.from(String(2 * Number(Buffer.from(record.value!).toString()))),
  timestamp: record.timestamp,
});
const numbers = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, i) => String(from + i));

it('puts keys where Kafka puts them', () => {
  // Of Kafka's own UtilsTest.
  expect(
    [
      '21',
      'foobar',
      'a-little-bit-long-string',
      'a-little-bit-longer-string',
      'lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8',
      'abc',
    ].map((text) => murmur2(Buffer.from(text))),
  ).toEqual([-973932308, -790332482, -985981536, -1486304829, -58897971, 479470107]);
  expect(partitionOfKey(Buffer.from('21'), 1)).toBe(0);
});

describeOnKafka('streamnorm/kafka', (kafka) => {
  let client: KafkaClient;
  beforeAll(() => {
    client = clientOf({ brokers: kafka.brokers });
  });
  afterAll(() => client.close());

  function processor(
    source: string,
    target: string,
    groupId: string,
    id: string,
    signal: AbortSignal,
    spoil?: (output: DeliveryOutput) => Observable<DeliveryOutput>,
  ): Observable<DeliveryOutput> {
    const transactions = new PartitionTransactions({ client, transactionalId: id });
    return fromKafka({
      client,
      groupId,
      topics: [source],
      transactions,
      signal,
      maxBytesPerPartition: 2000,
      maxWait: 100,
      sessionTimeout: 3000,
      heartbeatInterval: 200,
    }).pipe(recordwise(map(double)), spoil ? mergeMap(spoil) : tap(), toKafka({ client, topic: target, transactions }));
  }

  it('is an exactly-once processor in a few lines, through failures and restarts', async () => {
    const [source, target] = [await newTopic(client, 2), await newTopic(client, 2)];
    const [groupId, id] = [newName('group'), newName('id')];
    const producer = client.producer();
    await producer.produce(
      [0, 1].map((partition) => ({ topic: source, partition, records: recordsOf(numbers(0, 3000), 1000) })),
    );
    // Twice it fails in the middle of the stream; the third goes to the end.
    for (const after of [5, 20]) {
      let count = 0;
      const spoiled = processor(source, target, groupId, id, new AbortController().signal, (output) =>
        ++count > after ? throwError(() => new Error('spoiled')) : of(output),
      );
      await expect(lastValueFrom(spoiled)).rejects.toThrow('spoiled');
    }
    const stop = new AbortController();
    const run = lastValueFrom(processor(source, target, groupId, id, stop.signal), { defaultValue: null });
    await committed(client, groupId, source, [0, 1], 3000);
    stop.abort();
    await run;
    const doubled = numbers(0, 3000).map((n) => String(2 * Number(n)));
    for (const partition of [0, 1]) expect(await valuesOf(client, target, partition)).toEqual(doubled);
    await producer.close();
  });

  it('commits nothing of which outputs that go elsewhere were not written', async () => {
    const [source, target] = [await newTopic(client), await newTopic(client)];
    const [groupId, id] = [newName('group'), newName('id')];
    const producer = client.producer();
    await producer.produce([{ topic: source, partition: 0, records: recordsOf(numbers(0, 1000), 1000) }]);
    await producer.close();
    let count = 0;
    const failing = processor(source, target, groupId, id, new AbortController().signal, (output) => {
      const written = count++ === 0 ? Promise.resolve() : Promise.reject(new Error('disk full'));
      written.catch(() => {}); // told by the commit
      return of({ ...output, written });
    });
    await expect(lastValueFrom(failing)).rejects.toThrow('disk full');
    const offset = await client.admin.committedOffset(groupId, { topic: source, partition: 0 });
    expect(offset ?? 0).toBeLessThan(1000);
    expect(await valuesOf(client, target)).toHaveLength(offset ?? 0);
  });

  it('tries the same again in a new transaction when brokers do not answer, and keeps its place in the group', async () => {
    const [source, target] = [await newTopic(client, 2), await newTopic(client, 2)];
    const groupId = newName('group');
    const producer = client.producer();
    await producer.produce(
      [0, 1].map((partition) => ({ topic: source, partition, records: recordsOf(numbers(0, 1000), 1000) })),
    );
    await producer.close();
    let left = 3;
    // Written, and no answer: of that nothing must be seen.
    const deaf = new Proxy(client, {
      get: (whole, name) => {
        const member = whole[name as keyof KafkaClient];
        if (name !== 'transactionalProducer') return typeof member === 'function' ? member.bind(whole) : member;
        return (options: TransactionalProducerOptions) => {
          const transactional = whole.transactionalProducer(options);
          const begin = transactional.begin.bind(transactional);
          transactional.begin = () => {
            const transaction = begin();
            const produce = transaction.produce.bind(transaction);
            transaction.produce = async (batches) => {
              await produce(batches);
              if (left-- > 0) throw new TransportError('not answered', true);
            };
            return transaction;
          };
          return transactional;
        };
      },
    });
    const transactions = new PartitionTransactions({ client: deaf, transactionalId: newName('id') });
    const stop = new AbortController();
    const assigned: number[] = [];
    const retried: string[] = [];
    const run = lastValueFrom(
      fromKafka({
        client: deaf,
        groupId,
        topics: [source],
        transactions,
        signal: stop.signal,
        maxBytesPerPartition: 2000,
        assigned: async ({ partition }) => void assigned.push(partition),
      }).pipe(
        recordwise(map(double)),
        toKafka({ client: deaf, topic: target, transactions, retrying: ({ message }) => retried.push(message) }),
      ),
      { defaultValue: null },
    );
    await committed(client, groupId, source, [0, 1], 1000);
    stop.abort();
    await run;
    expect(assigned.sort()).toEqual([0, 1]);
    expect(retried).toEqual(new Array(3).fill('not answered'));
    const doubled = numbers(0, 1000).map((n) => String(2 * Number(n)));
    for (const partition of [0, 1]) expect(await valuesOf(client, target, partition)).toEqual(doubled);
  });

  it('takes a partition over at once from one that stands still, and undoes its work', async () => {
    const [source, target] = [await newTopic(client), await newTopic(client)];
    const [groupId, id] = [newName('group'), newName('id')];
    const producer = client.producer();
    await producer.produce([{ topic: source, partition: 0, records: recordsOf(numbers(0, 10)) }]);
    // A transaction of another process that was left open, written to the output but not ended.
    const left = client.transactionalProducer({ transactionalId: `${id}-${source}-0`, transactionTimeout: 600_000 });
    await left.init();
    await left.begin().produce([{ topic: target, partition: 0, records: recordsOf(['left']) }]);
    const stop = new AbortController();
    const run = lastValueFrom(processor(source, target, groupId, id, stop.signal), { defaultValue: null });
    await committed(client, groupId, source, [0], 10);
    stop.abort();
    await run;
    expect(await valuesOf(client, target)).toEqual(numbers(0, 10).map((n) => String(2 * Number(n))));
    await Promise.all([left.close(), producer.close()]);
  });

  it('shares the work, and each record is done once while members come and go', async () => {
    const [source, target] = [await newTopic(client, 4), await newTopic(client, 4)];
    const [groupId, id] = [newName('group'), newName('id')];
    const producer = client.producer();
    let produced = 0;
    const feed = async (): Promise<void> => {
      await producer.produce(
        [0, 1, 2, 3].map((partition) => ({
          topic: source,
          partition,
          records: recordsOf(numbers(produced, produced + 500), 1000),
        })),
      );
      produced += 500;
    };
    const members: { stop: AbortController; run: Promise<unknown> }[] = [];
    const join = (): void => {
      const stop = new AbortController();
      members.push({
        stop,
        // A member that hears late that it has lost a partition may fence the one that has it by then: trying again mends that.
        run: lastValueFrom(processor(source, target, groupId, id, stop.signal).pipe(retry({ count: 5, delay: 100 })), {
          defaultValue: null,
        }),
      });
    };
    join();
    for (let round = 0; round < 6; round++) {
      await feed();
      if (round % 2 === 0) join();
      else {
        const { stop, run } = members.shift()!;
        stop.abort();
        await run;
      }
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    await committed(client, groupId, source, [0, 1, 2, 3], produced);
    for (const { stop } of members) stop.abort();
    await Promise.all(members.map(({ run }) => run));
    const doubled = numbers(0, produced).map((n) => String(2 * Number(n)));
    for (const partition of [0, 1, 2, 3]) expect(await valuesOf(client, target, partition)).toEqual(doubled);
    await producer.close();
  });

  it('writes at least once without transactions, and leaves out what the operator drops', async () => {
    const [source, target] = [await newTopic(client), await newTopic(client)];
    const producer = client.producer();
    await producer.produce([{ topic: source, partition: 0, records: recordsOf(numbers(0, 10)) }]);
    const groupId = newName('group');
    const outputs = await lastValueFrom(
      fromKafka({ client, groupId, topics: [source] }).pipe(
        recordwise((records) =>
          records.pipe(
            filter(({ offset }) => offset % 2 === 1),
            map(double),
          ),
        ),
        toKafka({ client, topic: target }),
        take(1),
        toArray(),
      ),
    );
    expect(outputs[0]!.outputs.length).toBe(5);
    expect(await valuesOf(client, target)).toEqual(['2', '6', '10', '14', '18']);
    expect(await client.admin.committedOffset(groupId, { topic: source, partition: 0 })).toBe(10);
    await producer.close();
  });

  it('errors the stream when the topic is not there', async () => {
    await expect(
      lastValueFrom(concat(fromKafka({ client, groupId: newName('group'), topics: ['no-such-topic'] }))),
    ).rejects.toMatchObject({ code: 'TRANSPORT' });
  });

  it('keeps state, next offset and output of the same moment in a changelog', async () => {
    const [source, target] = [await newTopic(client), await newTopic(client)];
    const changelog = new ChangelogStore({ client, topic: newName('changelog') });
    await changelog.ensure(1);
    await changelog.ensure(1);
    const transactionalId = newName('id');
    const producer = client.transactionalProducer({ transactionalId });
    await producer.init();
    const write = async (next: number, end: 'commit' | 'abort' | 'leave'): Promise<void> => {
      const batch = changelog.batch(0);
      changelog.append(batch, 1, Buffer.from('sum'), Buffer.from([next]));
      changelog.append(batch, 1, Buffer.from(`key-${next}`), Buffer.from([1]));
      if (next > 1) changelog.append(batch, 1, Buffer.from('key-1'), null);
      changelog.appendNextOffset(batch, 1, next);
      const transaction = producer.begin();
      await transaction.produce([batch, { topic: target, partition: 0, records: recordsOf([String(next)]) }]);
      if (end !== 'leave') await transaction[end]();
    };
    await write(1, 'commit');
    await write(2, 'commit');
    await write(3, 'abort');
    await write(4, 'leave');
    const successor = client.transactionalProducer({ transactionalId });
    await successor.init();
    const state = new Map<string, number>();
    let done = 0;
    const restored = await changelog.restore(0, {
      apply: (key, value) => {
        if (value === null) state.delete(Buffer.from(key).toString());
        else state.set(Buffer.from(key).toString(), value[0]!);
      },
      progress: (read, total) => {
        done = read / total;
      },
    });
    expect([...state]).toEqual([
      ['sum', 2],
      ['key-2', 1],
    ]);
    expect(restored).toEqual({ nextOffset: 2, entries: 5 });
    expect(done).toBe(1);
    expect(await valuesOf(client, target)).toEqual(['1', '2']);
    await Promise.all([producer.close(), successor.close()]);
    expect(await new ChangelogStore({ client, topic: source }).check(2)).toEqual([
      'it must have 2 partitions as its source has, got 1',
      'cleanup.policy must be compact, got delete: state would be deleted',
    ]);
  });
});
