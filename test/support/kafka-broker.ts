import { randomUUID } from 'node:crypto';
import { describe, inject } from 'vitest';
import type { IsolationLevel, KafkaClient } from '../../src/kafka/port.js';
import { RecordBatchList } from '../../src/kafka/record-batch/record-batch-list.js';
import type { KafkaUnderTest } from './kafka-setup.js';

/** Runs the suite on each broker there is; without one it is skipped, and the run has said why. */
export function describeOnKafka(name: string, suite: (kafka: KafkaUnderTest) => void): void {
  const brokers = inject('kafka');
  if (brokers.length === 0) describe.skip(name, () => {});
  else describe.each(brokers)(`${name}, Kafka $version`, (kafka) => suite(kafka));
}

/** A topic of its own for a test. */
export async function newTopic(
  client: KafkaClient,
  partitions = 1,
  settings: Record<string, string> = {},
): Promise<string> {
  const name = `test-${randomUUID()}`;
  await client.admin.createTopics([{ name, partitions, settings }]);
  return name;
}

/** A name that no other test has. */
export function newName(kind: string): string {
  return `${kind}-${randomUUID()}`;
}

/** Texts as records without keys. */
export function recordsOf(values: Iterable<string>, maxBytes?: number): RecordBatchList {
  const list = new RecordBatchList(maxBytes);
  for (const value of values) list.append(1_700_000_000_000, null, Buffer.from(value));
  return list;
}

/** What a partition holds for a reader of committed records, as texts, once no transaction is open in it. */
export async function valuesOf(client: KafkaClient, topic: string, partition = 0): Promise<string[]> {
  const end = (isolation: IsolationLevel): Promise<number> =>
    client.admin.offset({ topic, partition }, 'latest', isolation);
  // A commit is answered before its marker is in every partition.
  await until(
    'transactions are settled',
    async () => (await end('read_committed')) === (await end('read_uncommitted')),
  );
  const values: string[] = [];
  for await (const { records } of client.readPartition({ topic, partition }))
    for (let i = 0; i < records.length; i++) values.push(Buffer.from(records.value(i) ?? []).toString());
  return values;
}

/** Waits until a group has committed each of these partitions of a topic up to an offset. */
export async function committed(
  client: KafkaClient,
  groupId: string,
  topic: string,
  partitions: readonly number[],
  offset: number,
): Promise<void> {
  await until(`${topic} is committed up to ${offset}`, async () => {
    const asked = partitions.map((partition) => client.admin.committedOffset(groupId, { topic, partition }));
    return (await Promise.all(asked)).every((each) => each === offset);
  });
}

/** Waits until a condition holds; fails with its name when it does not within `timeout` ms. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, timeout = 20_000): Promise<void> {
  const end = performance.now() + timeout;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`not within ${timeout} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
