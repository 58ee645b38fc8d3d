import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { clientOf, type KafkaClient, RecordBatchList } from '../../src/kafka/index.js';
import { describeOnKafka, newName, newTopic, until, valuesOf } from '../support/kafka-broker.js';

const main = new URL('../../dist/src/cli/main.js', import.meta.url).pathname;

describeOnKafka('the configuration of a run on Kafka, changed while it runs', (kafka) => {
  const folder = mkdtempSync(join(tmpdir(), 'streamnorm-reload-'));
  let client: KafkaClient;
  beforeAll(() => {
    client = clientOf({ brokers: kafka.brokers });
  });
  afterAll(async () => {
    await client.close();
    rmSync(folder, { recursive: true });
  });

  interface Output {
    normalized: Record<string, number | null>;
    count: Record<string, number>;
  }

  it.each([1, 2])('is taken up where it is right, by %i processes, and what was learnt stays', async (workers) => {
    const topic = await newTopic(client);
    const path = join(folder, `${newName('config')}.yaml`);
    const groupId = newName('group');
    const config = (change: object = {}) =>
      writeFileSync(
        path,
        stringify({
          source: { kafka: { brokers: kafka.brokers, topic, groupId } },
          record: { key: 'device' },
          fields: { x: 'z-score' },
          output: { include: ['count'] },
          sink: { kafka: { topic: `${topic}.normalized` } },
          http: false,
          workers,
          ...change,
        }),
      );
    let made = 0;
    const fill = async () => {
      const records = new RecordBatchList();
      for (let i = 0; i < 50; i++, made++)
        records.append(1.7e12 + made, null, Buffer.from(JSON.stringify({ device: 'd', x: made % 7, y: made % 5 })));
      const producer = client.producer();
      await producer.produce([{ topic, partition: 0, records }]);
      await producer.close();
    };
    const outputs = async () =>
      (await valuesOf(client, `${topic}.normalized`)).map((text) => JSON.parse(text) as Output);
    const written = async (count: number): Promise<Output> => {
      let all: Output[] = [];
      const reached = async () => {
        all = await outputs().catch(() => []);
        return all.length === count;
      };
      await until(`${count} are written`, reached, 30_000);
      return all.at(-1)!;
    };

    config();
    const child = spawn(process.execPath, [main, 'run', path, '--watch', '--log-format', 'json'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    child.stderr.on('data', (data: Buffer) => {
      stderr += data;
    });
    const lines = (message: string) =>
      stderr
        .split('\n')
        .filter((line) => line.startsWith('{') && line.includes(`"msg":"${message}"`))
        .map((line) => JSON.parse(line) as Record<string, unknown>);
    const says = (message: string, times = 1) =>
      until(message, () => lines(message).length >= times, 30_000).then(() => lines(message).at(-1)!);
    try {
      await fill();
      expect((await written(50)).count).toEqual({ x: 49 });

      config({ fields: { x: { method: 'z-scor' } } });
      const wrong = await says('the new configuration is wrong; the old one stays');
      expect(wrong.reason).toMatch(/fields\.x\.method: must be one of /);
      config({ workers: 3 });
      expect((await says('what has changed needs a new start; the old configuration stays')).parts).toBe('workers');
      await fill();
      expect((await written(100)).count).toEqual({ x: 99 });

      config({ fields: { x: 'z-score', y: 'z-score' } });
      await says('going on with the new configuration', workers);
      await fill();
      // What was learnt of the one goes on; the other begins.
      expect((await written(150)).count).toEqual({ x: 149, y: 49 });
      // No record was lost or scored twice.
      expect((await outputs()).map(({ count }) => count.x)).toEqual(Array.from({ length: 150 }, (_, i) => i));

      child.kill('SIGHUP');
      await says('the configuration has not changed');

      if (workers > 1) {
        // One of them ends while the file is wrong: it starts again with what holds.
        config({ fields: { x: { method: 'z-scor' } } });
        await says('the new configuration is wrong; the old one stays', 2);
        const isOfZero = (line: Record<string, unknown>) => line.partition === 0;
        process.kill(lines('partition taken').filter(isOfZero).at(-1)!.pid as number, 'SIGKILL');
        await says('a worker has ended, and is started again');
        await fill();
        expect((await written(200)).count).toEqual({ x: 199, y: 99 });
      }
      child.kill('SIGTERM');
      const [code] = (await once(child, 'exit')) as [number | null];
      expect(code).toBe(0);
    } catch (error) {
      throw new Error(`${(error as Error).message}\n${stderr.slice(-3000)}`, { cause: error });
    } finally {
      if (child.exitCode === null) child.kill('SIGKILL');
    }
  });

  it('is not watched where it would not help: files, stdin as the configuration', async () => {
    const path = join(folder, 'text.yaml');
    writeFileSync(path, stringify({ source: { file: { path: 'in.ndjson' } }, fields: { x: 'z-score' } }));
    const child = spawn(process.execPath, [main, 'run', path, '--watch'], { stdio: ['ignore', 'ignore', 'pipe'] });
    let stderr = '';
    child.stderr.on('data', (data: Buffer) => {
      stderr += data;
    });
    const [code] = (await once(child, 'exit')) as [number | null];
    expect(code).toBe(2);
    expect(stderr).toMatch(/--watch must be absent: it goes with a Kafka source/);
  });
});
