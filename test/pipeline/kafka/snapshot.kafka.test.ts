import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { clientOf, type KafkaClient, RecordBatchList } from '../../../src/kafka/index.js';
import { runKafka } from '../../../src/pipeline/kafka/run-kafka.js';
import { showChangelog } from '../../../src/pipeline/kafka/show-changelog.js';
import { loadConfig } from '../../../src/pipeline/load-config.js';
import { Health } from '../../../src/pipeline/metrics/health.js';
import { RunMetrics } from '../../../src/pipeline/metrics/run-metrics.js';
import type { KafkaPipelinePlan } from '../../../src/pipeline/plan.js';
import { describeOnKafka, newName, newTopic, until } from '../../support/kafka-broker.js';
import { seededNormals } from '../../support/seeded-normals.js';

interface Said {
  message: string;
  particulars: Record<string, unknown>;
}

function planOf(config: object): KafkaPipelinePlan {
  return loadConfig(stringify(config), { file: 'test', env: {}, readSecret: () => '' }) as KafkaPipelinePlan;
}

/** The engine in this process. */
class Run {
  readonly said: Said[] = [];
  readonly health = new Health();
  readonly #stop = new AbortController();
  readonly #ended: Promise<void>;

  constructor(config: object, snapshotEvery?: number) {
    const say = (message: string, particulars: Record<string, unknown> = {}) =>
      this.said.push({ message, particulars });
    this.#ended = runKafka(planOf(config), {
      signal: this.#stop.signal,
      metrics: new RunMetrics({ version: 'test', health: this.health }),
      health: this.health,
      log: { info: say, warn: say, error: say },
      ...(snapshotEvery !== undefined && { snapshotEvery }),
    });
  }

  /** What was said of a kind, for partition after partition. */
  saying(message: string): Record<string, unknown>[] {
    return this.said.flatMap((each) => (each.message === message ? [each.particulars] : []));
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#ended;
  }
}

describeOnKafka('local snapshots', (kafka) => {
  let client: KafkaClient;
  let path: string;
  beforeAll(() => {
    client = clientOf({ brokers: kafka.brokers });
    path = mkdtempSync(join(tmpdir(), 'streamnorm-snapshots-'));
  });
  afterAll(async () => {
    await client.close();
    rmSync(path, { recursive: true });
  });

  const configOf = (topic: string, groupId: string, folder: string) => ({
    source: { kafka: { brokers: kafka.brokers, topic, groupId } },
    record: { key: 'device' },
    fields: { x: { memory: { halfLife: 20 } }, q: { method: 'robust', memory: { window: 9 }, warmup: 2 } },
    output: { include: ['center', 'scale', 'count'] },
    sink: { kafka: { topic: `${groupId}.normalized` } },
    state: { path: folder, maxSeries: 40 },
    http: false,
  });

  /** 60 devices, of which a partition keeps no more than 40. */
  async function fill(topic: string, count: number, seed: number): Promise<void> {
    const noise = seededNormals(seed, 3 * count);
    const lists = [new RecordBatchList(), new RecordBatchList()];
    for (let i = 0; i < count; i++) {
      const device = `d${Math.floor(Math.abs(noise[3 * i]! * 30)) % 60}`;
      const value = JSON.stringify({ device, x: 1e6 + noise[3 * i + 1]!, q: noise[3 * i + 2]! });
      lists[i % 2]!.append(1_700_000_000_000 + i, Buffer.from(device), Buffer.from(value));
    }
    const producer = client.producer();
    await producer.produce(lists.map((records, partition) => ({ topic, partition, records })));
    await producer.close();
  }

  async function drained(topic: string, groupId: string): Promise<void> {
    await until(
      'everything is committed',
      async () => {
        for (const partition of [0, 1]) {
          const at = { topic, partition };
          if ((await client.admin.committedOffset(groupId, at)) !== (await client.admin.offset(at, 'latest')))
            return false;
        }
        return true;
      },
      60_000,
    );
  }

  async function outputsOf(groupId: string): Promise<string[]> {
    const outputs: string[] = [];
    for (const partition of [0, 1])
      for await (const { records } of client.readPartition({ topic: `${groupId}.normalized`, partition }))
        for (let i = 0; i < records.length; i++)
          outputs.push(`${partition} ${Buffer.from(records.value(i) ?? []).toString()}`);
    return outputs;
  }

  /** Three lives of a member, each with records of its own. */
  async function work(topic: string, groupId: string): Promise<Run[]> {
    const folder = join(path, groupId);
    const runs: Run[] = [];
    for (let life = 0; life < 3; life++) {
      const run = new Run(configOf(topic, groupId, folder));
      runs.push(run);
      // Twice, so that there are transactions before and after the copy of a life.
      for (const half of [0, 1]) {
        await fill(topic, 1500, 10 * life + half);
        await drained(topic, groupId);
      }
      await run.stop();
    }
    return runs;
  }

  it('a restart begins with the snapshot, and what it writes is what it would have written without', async () => {
    const topic = await newTopic(client, 2);
    const [kept, deleted] = [newName('group'), newName('group')];
    const runs = await work(topic, kept);
    for (const run of runs) expect(run.saying('local snapshot saved')).toHaveLength(2);
    for (const run of runs.slice(1)) {
      const taken = run.saying('partition taken');
      expect(taken).toHaveLength(2);
      for (const each of taken) expect(each).toMatchObject({ snapshotOf: expect.any(String), entries: 0, series: 40 });
      expect(run.health.reasons.filter(({ id }) => id === 'snapshot')).toEqual([]);
    }
    // The same records, and nothing to begin with but the changelog.
    const folder = join(path, deleted);
    for (let life = 0; life < 3; life++) {
      rmSync(folder, { recursive: true, force: true });
      const run = new Run(configOf(topic, deleted, folder));
      await until('it has taken both', () => run.saying('partition taken').length === 2);
      expect(run.saying('partition taken').some((each) => 'snapshotOf' in each)).toBe(false);
      if (life === 2) await drained(topic, deleted);
      await run.stop();
    }
    expect(await outputsOf(deleted)).toEqual(await outputsOf(kept));
  });

  it('copies while records come, and after a kill goes on from the copy and the entries since', async () => {
    const topic = await newTopic(client, 2);
    const [killed, plain] = [newName('group'), newName('group')];
    // A killed process leaves its latest copy: the one before the stop is put back.
    const copies = new Map<string, Buffer>();
    const folder = join(path, killed);
    const first = new Run(configOf(topic, killed, folder), 1);
    for (let round = 0; round < 20; round++) {
      await fill(topic, 200, round);
      await drained(topic, killed);
      if (round === 12) {
        const files = () => readdirSync(folder).map((name) => join(folder, name, 'current.ckpt'));
        await until('both have been copied', () => files().length === 2 && files().every((file) => existsSync(file)));
        for (const file of files()) copies.set(file, readFileSync(file));
      }
    }
    expect(first.saying('local snapshot saved').length).toBeGreaterThan(4);
    await first.stop();
    for (const [file, bytes] of copies) writeFileSync(file, bytes);
    const second = new Run(configOf(topic, killed, folder));
    await fill(topic, 1000, 99);
    await drained(topic, killed);
    await second.stop();
    const taken = second.saying('partition taken');
    expect(taken).toHaveLength(2);
    for (const each of taken) {
      expect(each).toMatchObject({ snapshotOf: expect.any(String) });
      expect(each.entries).toBeGreaterThan(0);
    }
    const other = new Run(configOf(topic, plain, join(path, plain)));
    await drained(topic, plain);
    await other.stop();
    expect(await outputsOf(killed)).toEqual(await outputsOf(plain));
  });

  it('reads the whole changelog where the topic is not the one that the snapshot knows', async () => {
    const topic = await newTopic(client, 2);
    const groupId = newName('group');
    const folder = join(path, groupId);
    await fill(topic, 300, 5);
    const first = new Run(configOf(topic, groupId, folder));
    await drained(topic, groupId);
    await first.stop();
    const changelog = `${groupId}-${topic}-changelog`;
    await client.admin.deleteTopics([changelog]);
    await until('it is gone', async () => (await client.admin.describeTopic(changelog)) === null);
    const second = new Run(configOf(topic, groupId, folder));
    await until('it has taken both', () => second.saying('partition taken').length === 2);
    await second.stop();
    expect(second.saying('the local snapshot is not used: the whole changelog is read')).toMatchObject([
      { reason: 'it is of another topic' },
      { reason: 'it is of another topic' },
    ]);
    for (const each of second.saying('partition taken')) expect(each).toMatchObject({ series: 0 });
  });

  it('what the changelog holds is shown', async () => {
    const topic = await newTopic(client, 2);
    const groupId = newName('group');
    const config = { ...configOf(topic, groupId, join(path, groupId)) };
    await expect(showChangelog(planOf(config))).rejects.toThrow(`there is no changelog ${groupId}-${topic}-changelog`);
    await fill(topic, 1000, 3);
    const run = new Run(config);
    await drained(topic, groupId);
    await run.stop();
    const content = await showChangelog(planOf({ ...config, fields: { ...config.fields, x: 'min-max' } }));
    expect(content).toMatchObject({ changelog: `${groupId}-${topic}-changelog`, series: 80, restarted: ['x'] });
    expect(content.fields.map(({ name }) => name)).toEqual(['x', 'q']);
    for (const { series, nextOffset, entries } of content.partitions) {
      expect([series, nextOffset]).toEqual([40, 500]);
      expect(entries).toBeGreaterThanOrEqual(40);
    }
  });

  it('writes to a file what it writes to a topic, through restarts, at least once', async () => {
    const topic = await newTopic(client, 2);
    const [toFile, toTopic] = [newName('group'), newName('group')];
    const file = join(path, `${toFile}.ndjson`);
    const config = { ...configOf(topic, toFile, join(path, toFile)), sink: { file: { path: file } } };
    for (let life = 0; life < 2; life++) {
      const run = new Run(config);
      for (const part of [0, 1]) {
        await fill(topic, 2000, 10 * life + part);
        await drained(topic, toFile);
      }
      await run.stop();
      expect(run.saying('local snapshot saved')).toHaveLength(2);
      for (const each of run.saying('partition taken')) expect('snapshotOf' in each).toBe(life === 1);
    }
    const other = new Run(configOf(topic, toTopic, join(path, toTopic)));
    await drained(topic, toTopic);
    await other.stop();
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    expect(lines.sort()).toEqual((await outputsOf(toTopic)).map((output) => output.slice(2)).sort());
  });
});
