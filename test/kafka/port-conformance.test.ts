import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientOf } from '../../src/kafka/client.js';
import type { Assignment, Delivery, GroupConsumer, GroupConsumerOptions, KafkaClient } from '../../src/kafka/port.js';
import type { CompressionName } from '../../src/kafka/record-batch/compression.js';
import { RecordBatchList } from '../../src/kafka/record-batch/record-batch-list.js';
import type { RecordHeader } from '../../src/kafka/record-batch/record-header.js';
import { zstdWritable } from '../../src/kafka/record-batch/zstd.js';
import { describeOnKafka, newName, newTopic, recordsOf, until, valuesOf } from '../support/kafka-broker.js';

interface Seen {
  offset: number;
  timestamp: number;
  key: Buffer | null;
  value: Buffer | null;
  headers: RecordHeader[];
}

/** A consumer that keeps what it is given; settles at once unless told not to. */
class Reading {
  readonly seen: Seen[] = [];
  readonly deliveries: Delivery[] = [];
  readonly failures: Error[] = [];
  readonly revoked: { partition: number; epoch: number; lost: boolean }[] = [];
  readonly assigned: { partition: number; epoch: number }[] = [];
  readonly consumer: GroupConsumer;
  settles = true;
  from: number | undefined;

  constructor(client: KafkaClient, options: GroupConsumerOptions) {
    this.consumer = client.consumer({ maxWait: 100, ...options });
  }

  async start(): Promise<this> {
    await this.consumer.start({
      assigned: ({ partition, epoch }) => {
        this.assigned.push({ partition, epoch });
        return this.from;
      },
      revoked: ({ partition, epoch }, lost) => {
        this.revoked.push({ partition, epoch, lost });
      },
      delivered: (delivery) => {
        this.deliveries.push(delivery);
        const { records } = delivery;
        for (let i = 0; i < records.length; i++)
          this.seen.push({
            offset: records.offsets[i]!,
            timestamp: records.timestamps[i]!,
            key: copy(records.key(i)),
            value: copy(records.value(i)),
            headers: records.headers(i).map(([name, value]): RecordHeader => [name, copy(value)]),
          });
        if (this.settles) delivery.settle();
      },
      failed: (error) => this.failures.push(error),
    });
    return this;
  }

  values(): string[] {
    return this.seen.map(({ value }) => String(value));
  }
}

function copy(view: Uint8Array | null): Buffer | null {
  return view === null ? null : Buffer.from(view);
}

const numbers = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, i) => String(from + i));
const compressions = (['none', 'gzip', 'snappy', 'lz4', 'zstd'] as CompressionName[]).filter(
  (name) => name !== 'zstd' || zstdWritable,
);

describeOnKafka('the Kafka port', (kafka) => {
  describe.each(['platformatic', 'kafkajs'] as const)('by %s', (name) => {
    let client: KafkaClient;
    beforeAll(() => {
      client = clientOf({ client: name, brokers: kafka.brokers });
    });
    afterAll(() => client.close());

    /** kafkajs cannot write a header without a value. */
    const absent = name === 'kafkajs' ? '' : null;

    it('keeps order, keys, values, headers and times', async () => {
      const topic = await newTopic(client);
      const list = new RecordBatchList();
      const written: Omit<Seen, 'offset'>[] = [
        { timestamp: 1_700_000_000_000, key: Buffer.from('k'), value: Buffer.from('v'), headers: [] },
        {
          timestamp: 1_700_000_000_001,
          key: null,
          value: Buffer.alloc(0),
          headers: [
            ['a', Buffer.from('1')],
            ['a', Buffer.from('2')],
          ],
        },
        {
          timestamp: 1_699_999_999_000,
          key: Buffer.alloc(0),
          value: null,
          headers: [
            ['größe', null],
            ['b', Buffer.alloc(0)],
          ],
        },
        {
          timestamp: 1_700_000_000_003,
          key: randomBytes(1_000_000),
          value: Buffer.from([0, 255, 195, 40]),
          headers: [],
        },
        { timestamp: 1_700_000_000_004, key: Buffer.from('__proto__'), value: Buffer.from('last'), headers: [] },
      ];
      for (const { timestamp, key, value, headers } of written) list.append(timestamp, key, value, headers);
      const producer = client.producer();
      await producer.produce([{ topic, partition: 0, records: list }]);
      const reading = await new Reading(client, { groupId: newName('group'), topics: [topic] }).start();
      await until('all records are read', () => reading.seen.length >= written.length);
      await Promise.all([reading.consumer.close(), producer.close()]);
      expect(
        reading.seen.map(({ headers, offset: _, ...rest }) => ({
          ...rest,
          headers: headers.map(([k, v]) => [k, v?.toString() ?? null]),
        })),
      ).toEqual(
        written.map(({ headers, ...rest }) => ({
          ...rest,
          headers: headers.map(([k, v]) => [k, v === null ? absent : Buffer.from(v).toString()]),
        })),
      );
      expect(reading.seen.map(({ offset }) => offset)).toEqual([0, 1, 2, 3, 4]);
      expect(reading.failures).toEqual([]);
    });

    it.each(compressions)('writes and reads %s, more than one batch of it', async (compression) => {
      const topic = await newTopic(client);
      const producer = client.producer({ compression });
      const values = numbers(0, 3000).map((n) => `{"sensor":"pump-${Number(n) % 7}","value":${n}}`);
      await producer.produce([{ topic, partition: 0, records: recordsOf(values, 20_000) }]);
      expect(await valuesOf(client, topic)).toEqual(values);
      await producer.close();
    });

    it('splits by bytes what the broker would not take in one piece', async () => {
      const topic = await newTopic(client, 2, { 'max.message.bytes': '100000' });
      const producer = client.producer();
      const values = numbers(0, 5000).map((n) => n.padEnd(200, '.'));
      await Promise.all([
        producer.produce([{ topic, partition: 0, records: recordsOf(values, 90_000) }]),
        producer.produce([{ topic, partition: 1, records: recordsOf(values.slice(0, 9)) }]),
      ]);
      expect(await valuesOf(client, topic, 0)).toEqual(values);
      expect(await valuesOf(client, topic, 1)).toEqual(values.slice(0, 9));
      const tooLarge = producer.produce([{ topic, partition: 0, records: recordsOf(['x'.repeat(200_000)]) }]);
      await expect(tooLarge).rejects.toMatchObject({ code: 'TRANSPORT', retriable: false });
      await producer.produce([{ topic, partition: 1, records: recordsOf(['after']) }]);
      expect((await valuesOf(client, topic, 1)).at(-1)).toBe('after');
      await producer.close();
    });

    it('keeps calls for the same partition in order', async () => {
      const topic = await newTopic(client);
      const producer = client.producer();
      await Promise.all(
        numbers(0, 100).map((n) => producer.produce([{ topic, partition: 0, records: recordsOf([n]) }])),
      );
      expect(await valuesOf(client, topic)).toEqual(numbers(0, 100));
      await producer.close();
    });

    it('holds no more than its budget of bytes until deliveries are settled', async () => {
      const topic = await newTopic(client, 2);
      const producer = client.producer();
      const values = numbers(0, 4000).map((n) => n.padEnd(500, '.'));
      await producer.produce([0, 1].map((partition) => ({ topic, partition, records: recordsOf(values, 20_000) })));
      const reading = new Reading(client, {
        groupId: newName('group'),
        topics: [topic],
        maxBytesInFlight: 200_000,
        maxBytesPerPartition: 50_000,
      });
      reading.settles = false;
      await reading.start();
      await until('the budget is in use', () => reading.consumer.bytesInFlight > 60_000);
      await new Promise((resolve) => setTimeout(resolve, 500));
      expect(reading.consumer.bytesInFlight).toBeLessThanOrEqual(200_000 + 2 * 50_000);
      const held = reading.seen.length;
      expect(held).toBeLessThan(2000);
      reading.settles = true;
      for (const delivery of [...reading.deliveries]) delivery.settle();
      await until('the rest has come', () => reading.seen.length === 8000);
      expect(reading.consumer.bytesInFlight).toBe(0);
      await Promise.all([reading.consumer.close(), producer.close()]);
      expect(reading.failures).toEqual([]);
    });

    it('pauses, stays in the group, and resumes', async () => {
      const topic = await newTopic(client);
      const producer = client.producer();
      await producer.produce([{ topic, partition: 0, records: recordsOf(['a']) }]);
      const reading = await new Reading(client, {
        groupId: newName('group'),
        topics: [topic],
        sessionTimeout: 1500,
      }).start();
      await until('the first has come', () => reading.seen.length === 1);
      reading.consumer.pause([{ topic, partition: 0 }]);
      await new Promise((resolve) => setTimeout(resolve, 300));
      await producer.produce([{ topic, partition: 0, records: recordsOf(['b']) }]);
      await new Promise((resolve) => setTimeout(resolve, 2500));
      expect(reading.values()).toEqual(['a']);
      expect(reading.revoked).toEqual([]);
      reading.consumer.resume([{ topic, partition: 0 }]);
      await until('the second has come', () => reading.seen.length === 2);
      await Promise.all([reading.consumer.close(), producer.close()]);
      expect([reading.values(), reading.assigned.length, reading.failures]).toEqual([['a', 'b'], 1, []]);
    });

    it('reads a partition from one offset to another and nothing beside, wherever batches begin and end', async () => {
      const topic = await newTopic(client);
      const producer = client.producer();
      for (const [from, to] of [
        [0, 4],
        [4, 5],
        [5, 12],
      ] as const)
        await producer.produce([{ topic, partition: 0, records: recordsOf(numbers(from, to)) }]);
      await producer.close();
      const between = async (from: number, to: number): Promise<string[]> => {
        const values: string[] = [];
        let at = from;
        for await (const { records, nextOffset, endOffset } of client.readPartition({
          topic,
          partition: 0,
          from,
          to,
        })) {
          for (let i = 0; i < records.length; i++) values.push(Buffer.from(records.value(i)!).toString());
          expect(nextOffset).toBeGreaterThanOrEqual(at);
          at = nextOffset;
          expect(endOffset).toBe(to);
        }
        expect(at).toBe(to);
        return values;
      };
      for (let from = 0; from <= 12; from++)
        for (let to = from; to <= 12; to += from === 2 ? 1 : 5)
          expect(await between(from, to)).toEqual(numbers(from, to));
    });

    it('goes on where it is told to, and makes what was under way stale', async () => {
      const topic = await newTopic(client);
      const producer = client.producer();
      await producer.produce([{ topic, partition: 0, records: recordsOf(numbers(0, 10)) }]);
      const reading = new Reading(client, { groupId: newName('group'), topics: [topic] });
      reading.from = 4;
      await reading.start();
      await until('it has read from 4', () => reading.seen.length === 6);
      expect(reading.values()).toEqual(numbers(4, 10));
      expect(reading.deliveries[0]).toMatchObject({ firstOffset: 4, nextOffset: 10, stale: false });
      reading.consumer.seek({ topic, partition: 0, offset: 8 });
      expect(reading.deliveries[0]!.stale).toBe(true);
      await until('it has read from 8 again', () => reading.seen.length === 8);
      expect(reading.values()).toEqual([...numbers(4, 10), ...numbers(8, 10)]);
      expect(reading.consumer.lag()).toEqual([{ topic, partition: 0, position: 10, endOffset: 10 }]);
      await Promise.all([reading.consumer.close(), producer.close()]);
    });

    it('begins where the group has committed', async () => {
      const topic = await newTopic(client);
      const groupId = newName('group');
      const producer = client.producer();
      await producer.produce([{ topic, partition: 0, records: recordsOf(numbers(0, 10)) }]);
      const first = await new Reading(client, { groupId, topics: [topic] }).start();
      await until('all is read', () => first.seen.length === 10);
      await first.consumer.commit([{ topic, partition: 0, offset: 7 }]);
      await first.consumer.close();
      await expect(first.consumer.commit([{ topic, partition: 0, offset: 3 }])).rejects.toMatchObject({
        code: 'STALE_EPOCH',
      });
      expect(await client.admin.committedOffset(groupId, { topic, partition: 0 })).toBe(7);
      const second = await new Reading(client, { groupId, topics: [topic] }).start();
      await until('the rest is read', () => second.seen.length === 3);
      expect(second.values()).toEqual(numbers(7, 10));
      await Promise.all([second.consumer.close(), producer.close()]);
    });

    it('shares partitions out, moves as few as it can, and marks each change of hands', async () => {
      const topic = await newTopic(client, 4);
      const groupId = newName('group');
      const one = await new Reading(client, {
        groupId,
        topics: [topic],
        sessionTimeout: 3000,
        heartbeatInterval: 200,
      }).start();
      await until('one has all', () => one.consumer.assignments().length === 4);
      const two = await new Reading(client, {
        groupId,
        topics: [topic],
        sessionTimeout: 3000,
        heartbeatInterval: 200,
      }).start();
      await until(
        'they share',
        () => one.consumer.assignments().length === 2 && two.consumer.assignments().length === 2,
      );
      const stayed = one.consumer.assignments().map(({ partition }) => partition);
      const moved = two.consumer.assignments();
      expect(new Set([...stayed, ...moved.map(({ partition }) => partition)]).size).toBe(4);
      expect(moved.map(({ partition }) => partition).sort()).toEqual(
        one.revoked.map(({ partition }) => partition).sort(),
      );
      for (const { epoch } of moved) expect(epoch).toBeGreaterThan(one.assigned[0]!.epoch);
      // What the one still held of a partition that went cannot be committed by it.
      const gone = one.revoked[0]!.partition;
      await expect(one.consumer.commit([{ topic, partition: gone, offset: 0 }])).rejects.toMatchObject({
        code: 'STALE_EPOCH',
      });
      await two.consumer.close();
      await until('one has all again', () => one.consumer.assignments().length === 4);
      expect(
        one.consumer
          .assignments()
          .filter(({ partition }) => stayed.includes(partition))
          .every(({ epoch }) => epoch === one.assigned[0]!.epoch),
      ).toBe(true);
      await one.consumer.close();
      expect([...one.failures, ...two.failures]).toEqual([]);
    });

    it('commits output and offsets together, or neither', async () => {
      const [source, target] = [await newTopic(client), await newTopic(client)];
      const groupId = newName('group');
      const plain = client.producer();
      await plain.produce([{ topic: source, partition: 0, records: recordsOf(numbers(0, 10)) }]);
      const reading = await new Reading(client, { groupId, topics: [source] }).start();
      await until('all is read', () => reading.seen.length === 10);
      const assignment = reading.consumer.assignments()[0]!;
      const producer = client.transactionalProducer({ transactionalId: newName('id') });
      await producer.init();
      const run = async (
        values: string[],
        offset: number,
      ): Promise<{ commit(): Promise<void>; abort(): Promise<void> }> => {
        const transaction = producer.begin();
        await Promise.all([
          transaction.produce([{ topic: target, partition: 0, records: recordsOf(values) }]),
          transaction.sendOffsets(reading.consumer, [{ topic: source, partition: 0, offset, assignment }]),
        ]);
        return transaction;
      };
      await (await run(['a', 'b'], 3)).commit();
      const aborted = await run(['never'], 5);
      await aborted.abort();
      expect(await client.admin.committedOffset(groupId, { topic: source, partition: 0 })).toBe(3);
      await (await run(['c'], 6)).commit();
      await (await run(['d'], 7)).commit();
      const empty = producer.begin();
      await empty.commit();
      // kafkajs may still be told what was before the last commit, whose markers are being written.
      const groupOffset = () => client.admin.committedOffset(groupId, { topic: source, partition: 0 });
      await until('the last offset is committed', async () => (await groupOffset()) === 7);
      expect(await valuesOf(client, target)).toEqual(['a', 'b', 'c', 'd']);
      // A consumer that reads what is committed does not see it either, and its position passes the markers.
      const other = await new Reading(client, { groupId: newName('group'), topics: [target] }).start();
      await until('committed output is read', () => other.seen.length === 4);
      const everything = await new Reading(client, {
        groupId: newName('group'),
        topics: [target],
        isolation: 'read_uncommitted',
      }).start();
      await until('uncommitted output is read', () => everything.seen.length === 5);
      await Promise.all([other, everything, reading].map(({ consumer }) => consumer.close()));
      await Promise.all([plain.close(), producer.close()]);
      expect(other.values()).toEqual(['a', 'b', 'c', 'd']);
    });

    it('fences whoever had the transactional id before, and settles what it left', async () => {
      const topic = await newTopic(client);
      const transactionalId = newName('id');
      const before = client.transactionalProducer({ transactionalId });
      await before.init();
      const left = before.begin();
      await left.produce([{ topic, partition: 0, records: recordsOf(['left']) }]);
      const after = client.transactionalProducer({ transactionalId });
      await after.init();
      await expect(left.commit()).rejects.toMatchObject({ code: 'PRODUCER_FENCED' });
      const transaction = after.begin();
      await transaction.produce([{ topic, partition: 0, records: recordsOf(['kept']) }]);
      await transaction.commit();
      expect(await valuesOf(client, topic)).toEqual(['kept']);
      await Promise.all([before.close(), after.close()]);
    });

    it('refuses in a transaction the offsets of a partition that has gone', async () => {
      const [source, target] = [await newTopic(client, 2), await newTopic(client)];
      const groupId = newName('group');
      const options = { groupId, topics: [source], sessionTimeout: 3000, heartbeatInterval: 200 };
      const one = await new Reading(client, options).start();
      await until('one has both', () => one.consumer.assignments().length === 2);
      const assignments = one.consumer.assignments();
      const producer = client.transactionalProducer({ transactionalId: newName('id') });
      await producer.init();
      const two = await new Reading(client, options).start();
      await until(
        'they share',
        () => one.consumer.assignments().length === 1 && two.consumer.assignments().length === 1,
      );
      const gone = assignments.find(({ signal }) => signal.aborted)!;
      const kept = assignments.find(({ signal }) => !signal.aborted)!;
      const stale = producer.begin();
      await stale.produce([{ topic: target, partition: 0, records: recordsOf(['stale']) }]);
      const refused = stale.sendOffsets(one.consumer, [
        { topic: source, partition: gone.partition, offset: 1, assignment: gone },
      ]);
      await expect(refused).rejects.toMatchObject({ code: 'STALE_EPOCH' });
      await stale.abort();
      await producer.init();
      const good = producer.begin();
      await good.produce([{ topic: target, partition: 0, records: recordsOf(['good']) }]);
      await good.sendOffsets(one.consumer, [{ topic: source, partition: kept.partition, offset: 0, assignment: kept }]);
      await good.commit();
      expect(await valuesOf(client, target)).toEqual(['good']);
      await Promise.all([one.consumer.close(), two.consumer.close(), producer.close()]);
    });

    it.each(['fail', 'earliest', 'latest'] as const)(
      'never passes deleted records over in silence: onGap %s',
      async (onGap) => {
        const topic = await newTopic(client);
        const groupId = newName('group');
        const producer = client.producer();
        await producer.produce([{ topic, partition: 0, records: recordsOf(numbers(0, 10)) }]);
        const before = await new Reading(client, { groupId, topics: [topic] }).start();
        await until('all is read', () => before.seen.length === 10);
        await before.consumer.commit([{ topic, partition: 0, offset: 2 }]);
        await before.consumer.close();
        await client.admin.deleteRecords({ topic, partition: 0, offset: 6 });
        const reading = await new Reading(client, { groupId, topics: [topic], onGap }).start();
        if (onGap === 'fail') {
          await until('it fails', () => reading.failures.length === 1);
          expect(reading.failures[0]).toMatchObject({ code: 'OFFSET_GAP' });
          expect(reading.seen).toEqual([]);
        } else {
          if (onGap === 'latest') {
            await new Promise((resolve) => setTimeout(resolve, 1000));
            await producer.produce([{ topic, partition: 0, records: recordsOf(['10']) }]);
          }
          const expected = onGap === 'latest' ? ['10'] : numbers(6, 10);
          await until('it goes on', () => reading.seen.length === expected.length);
          expect(reading.values()).toEqual(expected);
          expect(reading.deliveries[0]!.gap).toEqual({ from: 2, to: onGap === 'latest' ? 10 : 6 });
        }
        await Promise.all([reading.consumer.close(), producer.close()]);
      },
    );

    it('hands out a bomb as a fault, within the cap, and goes on behind it', async () => {
      const topic = await newTopic(client);
      const producer = client.producer({ compression: 'gzip' });
      for (const value of ['before', 'x'.repeat(2_000_000), 'behind'])
        await producer.produce([{ topic, partition: 0, records: recordsOf([value]) }]);
      const reading = await new Reading(client, {
        groupId: newName('group'),
        topics: [topic],
        maxBatchBytes: 1_000_000,
      }).start();
      await until('it has read what is behind', () => reading.seen.length === 2);
      expect(reading.values()).toEqual(['before', 'behind']);
      const faults = reading.deliveries.filter(({ fault }) => fault !== null);
      expect(faults.length).toBe(1);
      expect(faults[0]).toMatchObject({ firstOffset: 1, nextOffset: 2, fault: { code: 'UNREADABLE_BATCH' } });
      expect(faults[0]!.fault!.message).toContain('cap');
      await Promise.all([reading.consumer.close(), producer.close()]);
      expect(reading.failures).toEqual([]);
    });

    it('lets a restore take its time, without losing the group', async () => {
      const topic = await newTopic(client);
      const producer = client.producer();
      await producer.produce([{ topic, partition: 0, records: recordsOf(numbers(0, 3)) }]);
      const consumer = client.consumer({
        groupId: newName('group'),
        topics: [topic],
        sessionTimeout: 1500,
        maxWait: 100,
      });
      const values: string[] = [];
      let revoked = 0;
      await consumer.start({
        assigned: async () => {
          await new Promise((resolve) => setTimeout(resolve, 3000));
          return 1;
        },
        revoked: () => {
          revoked++;
        },
        delivered: (delivery) => {
          for (let i = 0; i < delivery.records.length; i++)
            values.push(Buffer.from(delivery.records.value(i)!).toString());
          delivery.settle();
        },
        failed: (error) => values.push(error.message),
      });
      await until('it reads after the restore', () => values.length >= 2);
      expect([values, revoked]).toEqual([['1', '2'], 0]);
      await Promise.all([consumer.close(), producer.close()]);
    });

    it('goes on when a partition that has gone could not be taken', async () => {
      const topic = await newTopic(client, 2);
      const groupId = newName('group');
      const failures: string[] = [];
      let refused = 0;
      const member = async (assigned?: (assignment: Assignment) => Promise<number>): Promise<GroupConsumer> => {
        const consumer = client.consumer({ groupId, topics: [topic], sessionTimeout: 6000, maxWait: 100 });
        await consumer.start({
          ...(assigned && { assigned }),
          delivered: (delivery) => delivery.settle(),
          failed: (error) => failures.push(error.message),
        });
        return consumer;
      };
      // What a fenced takeover does: it fails, when the partition has gone meanwhile.
      const first = await member(async ({ signal }) => {
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        refused++;
        throw new Error('it has gone');
      });
      const second = await member();
      await until('a partition has gone before it was taken', () => refused > 0);
      await until('the other one has it', () => second.assignments().length > 0);
      expect([failures, first.assignments().length]).toEqual([[], 1]);
      await Promise.all([first.close(), second.close()]);
      expect(failures).toEqual([]);
    });

    it('says in one sentence what it cannot reach', async () => {
      const nowhere = clientOf({ client: name, brokers: ['127.0.0.1:1'], connectTimeout: 500 });
      const producer = nowhere.producer({ deliveryTimeout: 300 });
      await expect(producer.produce([{ topic: 'x', partition: 0, records: recordsOf(['x']) }])).rejects.toMatchObject({
        code: 'TRANSPORT',
        message: expect.stringContaining('127.0.0.1:1'),
      });
      await nowhere.close();
      const consumer = client.consumer({ groupId: newName('group'), topics: ['no-such-topic'] });
      await expect(consumer.start({ delivered: () => {}, failed: () => {} })).rejects.toMatchObject({
        code: 'TRANSPORT',
        message: expect.stringContaining('no-such-topic'),
      });
      await consumer.close();
      expect(await client.admin.describeTopic('no-such-topic')).toBeNull();
    });
  });
});
