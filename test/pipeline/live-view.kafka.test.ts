import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { clientOf, type KafkaClient, RecordBatchList } from '../../src/kafka/index.js';
import { partitionOfKey } from '../../src/kafka/partition-of-key.js';
import type { Happening, SeriesDetail, SeriesPage } from '../../src/pipeline/view/series-view.js';
import {
  happeningSchema,
  overviewSchema,
  seriesDetailSchema,
  seriesPageSchema,
} from '../../src/service/api-schemas.js';
import type { Overview } from '../../src/service/overview.js';
import { describeOnKafka, newName, newTopic, until } from '../support/kafka-broker.js';
import { runCli } from '../support/run-cli.js';
import { seededNormals } from '../support/seeded-normals.js';

const main = new URL('../../dist/src/cli/main.js', import.meta.url).pathname;
const PARTITIONS = 3;

describeOnKafka('the live page of a run on Kafka', (kafka) => {
  const folder = mkdtempSync(join(tmpdir(), 'streamnorm-live-'));
  let client: KafkaClient;
  beforeAll(() => {
    client = clientOf({ brokers: kafka.brokers });
  });
  afterAll(async () => {
    await client.close();
    rmSync(folder, { recursive: true });
  });

  /** Twelve devices, the level of one of which moves; one line in a hundred is no JSON. */
  async function fill(topic: string, records: number, from: number): Promise<void> {
    const lists = Array.from({ length: PARTITIONS }, () => new RecordBatchList());
    const noise = seededNormals(from + 1, records);
    for (let i = 0; i < records; i++) {
      const device = `dev-${i % 12}`;
      const x = 20 + noise[i]! + (i % 12 === 7 && i >= records / 2 ? 30 : 0);
      const text = i % 100 === 99 ? 'no JSON' : JSON.stringify({ device, ts: 1.7e12 + (from + i) * 1000, x });
      const key = Buffer.from(device);
      lists[partitionOfKey(key, PARTITIONS)]!.append(1.7e12 + from + i, key, Buffer.from(text), []);
    }
    const producer = client.producer();
    await producer.produce(lists.map((list, partition) => ({ topic, partition, records: list })));
    await producer.close();
  }

  it.each([1, 2])('shows series, points, events and figures of %i processes', { timeout: 240_000 }, async (workers) => {
    const topic = await newTopic(client, PARTITIONS);
    const config = {
      source: { kafka: { brokers: kafka.brokers, topic, groupId: newName('group') } },
      record: { key: 'device', time: 'ts' },
      fields: { x: { method: 'adaptive' } },
      sink: { kafka: { topic: `${topic}.normalized` } },
      onBadRecord: 'skip',
      workers,
      http: { port: 0 },
    };
    const path = join(folder, `${newName('config')}.yaml`);
    writeFileSync(path, stringify(config));
    const child = spawn(process.execPath, [main, 'run', path, '--log-format', 'json'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    child.stderr.on('data', (data: Buffer) => {
      stderr += data;
    });
    try {
      let url = '';
      await until(
        'the page is served',
        () => {
          url = /"url":"(http:[^"]+)"/.exec(stderr)?.[1] ?? '';
          return url !== '';
        },
        60_000,
      );
      // Partitions have come to rest: what is scored twice in a rebalance would be counted twice.
      const holders = () => {
        const lines = stderr.split('\n').filter((line) => line.includes('"msg":"partition taken"'));
        return new Set(lines.map((line) => (JSON.parse(line) as { worker?: number }).worker)).size;
      };
      await until(
        'every process has its partitions',
        async () => {
          if (holders() < workers || (await fetch(`${url}/readyz`)).status !== 200) return false;
          return /^streamnorm_partitions_assigned 3$/m.test(await (await fetch(`${url}/metrics`)).text());
        },
        60_000,
      );
      await fill(topic, 6000, 0);
      const get = async <T>(at: string) => (await (await fetch(url + at)).json()) as T;
      await until('all is scored', async () => (await get<Overview>('/api/overview')).records === 6000, 60_000);
      expect(await (await fetch(url)).text()).toContain('<title>streamnorm</title>');

      // Every series is there, whichever process has it, in order.
      await until('all series are shown', async () => (await get<SeriesPage>('/api/series')).matching === 12);
      const page = seriesPageSchema.parse(await get('/api/series?order=name&limit=5&offset=5')) as SeriesPage;
      expect(page.total).toBe(12);
      expect(page.rows.map(({ key }) => key)).toEqual(
        Array.from({ length: 12 }, (_, i) => `dev-${i}`)
          .sort()
          .slice(5, 10),
      );

      // One series: its level has moved, and it says so.
      const [row] = (await get<SeriesPage>('/api/series?search=dev-7')).rows;
      const read = async () =>
        seriesDetailSchema.parse(await get(`/api/series/${encodeURIComponent(row!.id)}`)) as SeriesDetail;
      const before = await read();
      expect(before.row).toMatchObject({ key: 'dev-7', field: 'x', epoch: 1 });
      expect(before.row.center).toBeGreaterThan(45);
      expect(before.marks.filter(({ kind }) => kind === 'renormalization')).toHaveLength(1);
      const { oldCenter, newCenter } = before.marks[0]!.change!;
      expect([Math.round(oldCenter! / 5), Math.round(newCenter! / 5)]).toEqual([4, 10]);

      // From now on someone looks at it: every value comes.
      await read();
      await fill(topic, 1200, 6000);
      await until(
        'what came then is scored',
        async () => (await get<Overview>('/api/overview')).records === 7200,
        60_000,
      );
      await until('it is shown', async () => {
        const { points } = await read();
        return points.from + points.time.length >= before.points.from + before.points.time.length + 95;
      });
      const happenings = happeningSchema.array().parse(await get('/api/events')) as Happening[];
      expect(new Set(happenings.map(({ kind }) => kind))).toEqual(
        new Set(['rebalance', 'renormalization', 'dead-letter']),
      );
      expect(happenings.find(({ kind }) => kind === 'dead-letter')!.text).toMatch(/at offset \d+: /);

      const overview = overviewSchema.parse(await get('/api/overview')) as Overview;
      expect(overview).toMatchObject({ ready: true, series: 12, deadLetters: 72, restarts: 0, backends: {} });
      expect(overview.renormalizations).toBeGreaterThanOrEqual(1);
      expect(overview.memoryBytes).toBeGreaterThan(1e7 * workers);

      // What comes from when it began to listen, however long that took.
      let at = 7200;
      let isDone = false;
      const tap = runCli(['tap', '-n', '10', '--key', 'dev-7', '--url', url]).finally(() => {
        isDone = true;
      });
      for (; !isDone; at += 120) {
        await fill(topic, 120, at);
        await new Promise((resolve) => setTimeout(resolve, 300));
      }
      const { code, stdout } = await tap;
      expect(code).toBe(0);
      expect(stdout.trimEnd().split('\n')).toHaveLength(10);
      expect(JSON.parse(stdout.split('\n')[0]!)).toMatchObject({ key: 'dev-7', field: 'x' });

      if (workers === 1) return;
      // The process that has the series dies while someone looks at it: it comes back under its name, with what it had learnt.
      const partition = partitionOfKey(Buffer.from('dev-7'), PARTITIONS);
      const taken = stderr.split('\n').filter((line) => line.includes('"msg":"partition taken"'));
      const holder = taken
        .map((line) => JSON.parse(line) as { pid: number; partition: number })
        .findLast((line) => line.partition === partition)!;
      const { row: last, points: shown } = await read();
      process.kill(holder.pid, 'SIGKILL');
      await until('it is started again', () => stderr.includes('a worker has ended, and is started again'), 30_000);
      await fill(topic, 120, at);
      // All that was ever sent of it, without the lines that are no JSON: nothing was lost, nothing learnt twice.
      const sent = 480 + 96 + (at + 120 - 7200) / 12;
      let after: SeriesDetail | undefined;
      await until(
        'it goes on',
        async () => {
          const response = await fetch(`${url}/api/series/${encodeURIComponent(row!.id)}`);
          after = response.ok ? ((await response.json()) as SeriesDetail) : undefined;
          return after !== undefined && after.row.count >= sent;
        },
        60_000,
      );
      expect(after!.row.count).toBe(sent);
      expect(after!.row.epoch).toBeGreaterThanOrEqual(last.epoch);
      expect(after!.points.from + after!.points.time.length).toBeGreaterThan(shown.from + shown.time.length);
      await until('it is told of', async () => (await get<Overview>('/api/overview')).restarts === 1);
    } catch (error) {
      throw new Error(`${(error as Error).message}\n${stderr.slice(-3000)}`, { cause: error });
    } finally {
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
  });
});
