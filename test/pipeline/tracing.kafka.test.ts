import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { clientOf, type KafkaClient, RecordBatchList, type RecordHeader } from '../../src/kafka/index.js';
import { describeOnKafka, newName, newTopic, until, valuesOf } from '../support/kafka-broker.js';

const main = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));
const sdk = new URL('../support/trace-to-file.mjs', import.meta.url).href;

interface Span {
  name: string;
  kind: number;
  attributes: Record<string, unknown>;
  linked: { traceId: string; spanId: string }[];
  status: { code: number };
  times: [from: number, to: number];
  traceId: string;
  spanId: string;
  parent?: string;
}

describeOnKafka('traces of a run on Kafka', (kafka) => {
  const folder = mkdtempSync(join(tmpdir(), 'streamnorm-trace-'));
  let client: KafkaClient;
  beforeAll(() => {
    client = clientOf({ brokers: kafka.brokers });
  });
  afterAll(async () => {
    await client.close();
    rmSync(folder, { recursive: true });
  });

  it('shows fetch, score and transaction, linked to the traces of the records, whose headers go on', async () => {
    const topic = await newTopic(client);
    const records = new RecordBatchList();
    const parent = (i: number) =>
      [`${i}`.padStart(32, '4'), `${i}`.padStart(16, '7')] satisfies [traceId: string, spanId: string];
    for (let i = 0; i < 4; i++) {
      const [traceId, spanId] = parent(i);
      const headers: RecordHeader[] = [
        ['tracestate', Buffer.from('vendor=1')],
        ['traceparent', Buffer.from(i === 3 ? 'no trace' : `00-${traceId}-${spanId}-01`)],
      ];
      records.append(1.7e12 + i, null, Buffer.from(JSON.stringify({ device: 'd', x: i })), headers);
    }
    const producer = client.producer();
    await producer.produce([{ topic, partition: 0, records }]);
    await producer.close();

    const path = join(folder, 'pipeline.yaml');
    const file = join(folder, 'spans.ndjson');
    const groupId = newName('group');
    writeFileSync(
      path,
      stringify({
        source: { kafka: { brokers: kafka.brokers, topic, groupId } },
        record: { key: 'device' },
        fields: { x: 'z-score' },
        sink: { kafka: { topic: `${topic}.normalized` } },
        http: false,
      }),
    );
    const child = spawn(process.execPath, ['--import', sdk, main, 'run', path, '--log-format', 'json'], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, TRACE_FILE: file },
    });
    let stderr = '';
    child.stderr.on('data', (data: Buffer) => {
      stderr += data;
    });
    try {
      await until(
        'all are written',
        async () => (await valuesOf(client, `${topic}.normalized`).catch(() => [])).length === 4,
      );
    } finally {
      child.kill('SIGTERM');
    }
    const [code] = (await once(child, 'exit')) as [number | null];
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('tracing by OpenTelemetry');

    const spans = readFileSync(file, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Span);
    const wholes = spans.filter(({ name }) => name === `process ${topic}`);
    expect(wholes.reduce((sum, { attributes }) => sum + Number(attributes['messaging.batch.message_count']), 0)).toBe(
      4,
    );
    expect(wholes.flatMap(({ linked }) => linked)).toEqual(
      [0, 1, 2].map((i) => ({ traceId: parent(i)[0], spanId: parent(i)[1] })),
    );
    for (const whole of wholes) {
      expect(whole.attributes).toMatchObject({
        'messaging.system': 'kafka',
        'messaging.destination.name': topic,
        'messaging.destination.partition.id': '0',
        'messaging.consumer.group.name': groupId,
      });
      expect(whole.parent).toBeUndefined();
      const parts = spans.filter(({ parent: of }) => of === whole.spanId);
      expect(parts.map(({ name }) => name).sort()).toEqual(['fetch', 'score', 'transaction']);
      for (const { times, traceId } of parts) {
        expect(traceId).toBe(whole.traceId);
        expect(times[0]).toBeLessThanOrEqual(times[1]);
        expect(times[0]).toBeGreaterThanOrEqual(whole.times[0]);
      }
    }
    expect(spans.every(({ status }) => status.code === 0)).toBe(true);

    // What comes out goes on in the trace that it came with.
    const handedOn: string[] = [];
    for await (const { records: outputs } of client.readPartition({ topic: `${topic}.normalized`, partition: 0 }))
      for (let i = 0; i < outputs.length; i++)
        handedOn.push(...outputs.headers(i).map(([name, value]) => `${name}=${Buffer.from(value ?? []).toString()}`));
    expect(handedOn.filter((header) => header.startsWith('traceparent='))).toEqual([
      ...[0, 1, 2].map((i) => `traceparent=00-${parent(i)[0]}-${parent(i)[1]}-01`),
      'traceparent=no trace',
    ]);
  });
});
