import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { clientOf, type KafkaClient, RecordBatchList } from '../../src/kafka/index.js';
import { partitionOfKey } from '../../src/kafka/partition-of-key.js';
import { RecordNormalizer } from '../../src/normalize/record-normalizer.js';
import { SeriesTable } from '../../src/series/series-table.js';
import { describeOnKafka, newName, newTopic, until } from '../support/kafka-broker.js';
import { seededNormals } from '../support/seeded-normals.js';

const main = new URL('../../dist/src/cli/main.js', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'streamnorm-run-'));

/** The program on a configuration, as its user runs it. */
class Engine {
  readonly #child: ReturnType<typeof spawn>;
  stderr = '';
  stdout = '';
  readonly exit: Promise<number | null>;

  constructor(config: object, { stdin = false }: { stdin?: boolean } = {}) {
    const path = stdin ? '-' : join(folder, `${newName('config')}.yaml`);
    if (!stdin) writeFileSync(path, stringify(config));
    this.#child = spawn(process.execPath, [main, 'run', path], { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child.stdin!.end(stdin ? stringify(config) : '');
    this.#child.stdout!.on('data', (data: Buffer) => {
      this.stdout += data;
    });
    this.#child.stderr!.on('data', (data: Buffer) => {
      this.stderr += data;
    });
    this.exit = once(this.#child, 'exit').then(([code]) => code as number | null);
  }

  get log(): Record<string, unknown>[] {
    return this.stderr
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  says(message: string): boolean {
    return this.log.some(({ msg }) => msg === message);
  }

  kill(signal: NodeJS.Signals): Promise<number | null> {
    this.#child.kill(signal);
    return this.exit;
  }
}

interface Output {
  key: string;
  value: Record<string, unknown>;
  headers: Record<string, string>;
  partition: number;
}

describeOnKafka('streamnorm run on Kafka', (kafka) => {
  let client: KafkaClient;
  beforeAll(() => {
    client = clientOf({ brokers: kafka.brokers });
  });
  afterAll(() => client.close());

  const base = (topic: string, groupId = newName('group')) => ({
    source: { kafka: { brokers: kafka.brokers, topic, groupId } },
    record: { key: 'device' },
    fields: { x: 'z-score', y: { method: 'adaptive' } },
    output: { include: ['center', 'scale', 'count'] },
    sink: { kafka: { topic: `${topic}.normalized` } },
  });

  async function fill(
    topic: string,
    partitions: number,
    values: Iterable<string | { key: string; value: string | null }>,
  ) {
    const lists = Array.from({ length: partitions }, () => new RecordBatchList());
    let i = 0;
    for (const each of values) {
      const { key, value } =
        typeof each === 'string' ? { key: (JSON.parse(each) as { device: string }).device, value: each } : each;
      const bytes = Buffer.from(key);
      lists[partitionOfKey(bytes, partitions)]!.append(
        1_700_000_000_000 + i++,
        bytes,
        value === null ? null : Buffer.from(value),
        [['trace', Buffer.from(`t${i}`)]],
      );
    }
    const producer = client.producer();
    await producer.produce(lists.map((records, partition) => ({ topic, partition, records })));
    await producer.close();
    return i;
  }

  async function read(topic: string): Promise<Output[]> {
    const { partitions = 0 } = (await client.admin.describeTopic(topic)) ?? {};
    const outputs: Output[] = [];
    for (let partition = 0; partition < partitions; partition++)
      for await (const { records } of client.readPartition({ topic, partition }))
        for (let i = 0; i < records.length; i++)
          outputs.push({
            partition,
            key: Buffer.from(records.key(i) ?? []).toString(),
            value:
              records.value(i) === null
                ? {}
                : (parsed(Buffer.from(records.value(i)!).toString()) as Record<string, unknown>),
            headers: Object.fromEntries(
              records.headers(i).map(([name, value]) => [name, Buffer.from(value ?? []).toString()]),
            ),
          });
    return outputs;
  }

  function parsed(text: string): unknown {
    try {
      return JSON.parse(text);
    } catch {
      return { text };
    }
  }

  /** What the outputs must be, worked out offline: partition by partition, record by record. */
  async function expected(topic: string, partitions: number) {
    const wanted = new Map<string, Record<string, Record<string, number | null>>>();
    for (let partition = 0; partition < partitions; partition++) {
      const engine = new RecordNormalizer({
        named: [
          { name: 'x', options: { method: 'z-score' } },
          { name: 'y', options: { method: 'adaptive' } },
        ],
        table: new SeriesTable(),
      });
      for await (const { records } of client.readPartition({ topic, partition }))
        for (let i = 0; i < records.length; i++) {
          const record = JSON.parse(Buffer.from(records.value(i)!).toString()) as {
            device: string;
            x: number;
            y: number;
          };
          const slot = engine.table.slotOf(record.device);
          const of: Record<string, Record<string, number | null>> = {
            normalized: {},
            epoch: {},
            center: {},
            scale: {},
            count: {},
          };
          for (const [k, name] of (['x', 'y'] as const).entries()) {
            const nullable = (value: number) => (Number.isNaN(value) ? null : value);
            of.normalized![name] = nullable(engine.score(k, slot, record[name], 0));
            const scorer = engine.fields[k]!.scorer!;
            Object.assign(of.epoch!, { [name]: scorer.epoch });
            for (const extra of ['center', 'scale', 'count'] as const) of[extra]![name] = nullable(scorer[extra]);
          }
          wanted.set(`${topic}/${partition}/${records.offsets[i]}`, of);
        }
    }
    return wanted;
  }

  function* sensors(count: number, seed = 1): Generator<string> {
    const noise = seededNormals(seed, 2 * count);
    for (let i = 0; i < count; i++)
      yield JSON.stringify({
        device: `d${i % 37}`,
        x: 1e6 + noise[2 * i]!,
        y: (i > count / 2 ? 8 : 0) + noise[2 * i + 1]!,
      });
  }

  async function drained(topic: string, groupId: string, partitions: number): Promise<void> {
    await until(
      'everything is committed',
      async () => {
        for (let partition = 0; partition < partitions; partition++) {
          const at = { topic, partition };
          const end = await client.admin.offset(at, 'latest');
          if (end > 0 && (await client.admin.committedOffset(groupId, at)) !== end) return false;
        }
        return true;
      },
      60_000,
    );
  }

  async function expectExact(
    topic: string,
    outputs: Output[],
    partitions: number,
    isDeduplicated = false,
  ): Promise<void> {
    const wanted = await expected(topic, partitions);
    const seen = new Map<string, Output>();
    for (const output of outputs) {
      const source = output.headers['streamnorm-source']!;
      if (!isDeduplicated) expect(seen.has(source), `${source} came twice`).toBe(false);
      seen.set(source, output);
      const { normalized, epoch, center, scale, count } = output.value;
      // Object.is by way of toStrictEqual: -0 and 0 differ.
      expect({ normalized, epoch, center, scale, count }).toStrictEqual(wanted.get(source));
      expect(output.partition).toBe(Number(source.split('/')[1]));
      expect(output.key).toBe(output.value.device);
      expect(output.headers.trace).toMatch(/^t\d+$/);
    }
    expect(seen.size).toBe(wanted.size);
  }

  it('writes every record once, with the statistics of an offline pass, through kill -9 and a stop', async () => {
    const topic = await newTopic(client, 3);
    const config = base(topic);
    const { groupId } = config.source.kafka;
    await fill(topic, 3, sensors(20_000));
    const first = new Engine(config);
    await until('it has begun', () => first.says('partition taken'));
    await until('it has written something', async () => (await read(`${topic}.normalized`)).length > 0);
    await first.kill('SIGKILL');
    const second = new Engine(config);
    await fill(topic, 3, sensors(20_000, 2));
    await drained(topic, groupId, 3);
    expect(await second.kill('SIGTERM')).toBe(0);
    expect(second.says('stopped')).toBe(true);
    const third = new Engine(config);
    await fill(topic, 3, sensors(5000, 3));
    await drained(topic, groupId, 3);
    expect(await third.kill('SIGTERM')).toBe(0);
    expect(third.log.filter(({ msg }) => msg === 'stopped')[0]).toMatchObject({ records: 5000, outputs: 5000 });
    await expectExact(topic, await read(`${topic}.normalized`), 3);
  });

  it('at least once: duplicates after kill -9 are the same to the bit', async () => {
    const topic = await newTopic(client, 2);
    const config = { ...base(topic), delivery: 'at-least-once', state: { checkpointEvery: '6s' } };
    const { groupId } = config.source.kafka;
    await fill(topic, 2, sensors(6000));
    const first = new Engine(config);
    await until('it has written', async () => (await read(`${topic}.normalized`).catch(() => [])).length === 6000);
    await first.kill('SIGKILL');
    const second = new Engine(config);
    await drained(topic, groupId, 2);
    await second.kill('SIGTERM');
    const outputs = await read(`${topic}.normalized`);
    await expectExact(topic, outputs, 2, true);
    const texts = new Map<string, string>();
    for (const { headers, value } of outputs) {
      const text = JSON.stringify(value);
      expect(texts.get(headers['streamnorm-source']!) ?? text).toBe(text);
      texts.set(headers['streamnorm-source']!, text);
    }
    expect(outputs.length).toBeGreaterThan(6000);
  });

  it('tells renormalizations once each, at the record that caused them, whatever is killed', async () => {
    const topic = await newTopic(client);
    const config = { ...base(topic), events: { kafka: { topic: `${topic}.events` } } };
    await fill(topic, 1, sensors(10_000));
    const first = new Engine(config);
    await until('it has written', async () => (await read(`${topic}.normalized`).catch(() => [])).length > 0);
    await first.kill('SIGKILL');
    const second = new Engine(config);
    await drained(topic, config.source.kafka.groupId, 1);
    await second.kill('SIGTERM');
    const events = (await read(`${topic}.events`)).map(({ value }) => value);
    expect(events.length).toBeGreaterThanOrEqual(37);
    expect(new Set(events.map((event) => `${event.offset} ${event.field}`)).size).toBe(events.length);
    const wanted = await expected(topic, 1);
    for (const event of events.filter(({ cause }) => cause === 'level')) {
      expect(event).toMatchObject({ type: 'renormalization', field: 'y', topic, partition: 0 });
      const { center, epoch } = wanted.get(`${topic}/0/${event.offset}`)!;
      expect(event.oldCenter).toBe(center!.y);
      expect(event.epoch).toBe(epoch!.y! + 1);
    }
  });

  it('sends what cannot be read to the dead letters as it was, with the reason, and nothing else is touched', async () => {
    const topic = await newTopic(client);
    const config = { ...base(topic), deadLetter: { kafka: { topic: `${topic}.dead` } } };
    const good = [...sensors(100)];
    const bad = ['{"device":"d1","x":', 'no json', '[1]', '{"x":1,"y":2}', null];
    const mixed = good.flatMap((value, i) =>
      i % 20 === 7 ? [{ key: 'd1', value: bad[(i - 7) / 20]! }, value] : [value],
    );
    await fill(topic, 1, mixed);
    const engine = new Engine(config);
    await drained(topic, config.source.kafka.groupId, 1);
    await engine.kill('SIGTERM');
    const dead = await read(`${topic}.dead`);
    expect(dead.map(({ headers }) => headers['streamnorm-reason'])).toEqual([
      'not JSON: it ends too early',
      expect.stringMatching(/^not JSON: unexpected character at column \d$/),
      'not a JSON object',
      'the record has no device, which is its key',
      'it has no value',
    ]);
    for (const { headers, key } of dead) {
      expect(key).toBe('d1');
      expect(headers.trace).toMatch(/^t\d+$/);
      expect(headers['streamnorm-source']).toBe(`${topic}/0/${headers['__connect.errors.offset']}`);
    }
    expect(await read(`${topic}.normalized`)).toHaveLength(100);
  });

  it('stops when most records are bad, or the first is where it is told so', async () => {
    const topic = await newTopic(client);
    await fill(
      topic,
      1,
      Array.from({ length: 3000 }, () => ({ key: 'k', value: 'nothing' })),
    );
    const engine = new Engine(base(topic));
    expect(await engine.exit).toBe(1);
    expect(engine.stderr).toMatch(
      /streamnorm: 100 % of the latest \d+ records of .* are bad, more than maxBadRatio allows \(0.5\)/,
    );
    const strict = new Engine({ ...base(topic), onBadRecord: 'fail' });
    expect(await strict.exit).toBe(1);
    expect(strict.stderr).toContain(`streamnorm: ${topic}/0 at offset 0: not JSON: unexpected character at column`);
  });

  it('restarts a field whose method was changed, says so, and keeps the others', async () => {
    const topic = await newTopic(client);
    const config = base(topic);
    const { groupId } = config.source.kafka;
    await fill(topic, 1, sensors(1000));
    const first = new Engine(config);
    await drained(topic, groupId, 1);
    await first.kill('SIGTERM');
    const second = new Engine({ ...config, fields: { x: { method: 'robust' }, y: { method: 'adaptive' } } });
    await fill(topic, 1, sensors(37));
    await drained(topic, groupId, 1);
    await second.kill('SIGTERM');
    expect(second.log.filter(({ msg }) => String(msg).includes('another configuration'))).toMatchObject([
      { field: 'x' },
    ]);
    const last = (await read(`${topic}.normalized`)).at(-1)!;
    expect(last.value.count).toEqual({ x: 0, y: expect.any(Number) });
    expect((last.value.count as { y: number }).y).toBeGreaterThan(0);
  });

  it('writes to stdout, keyed by Kafka, and begins where it stopped', async () => {
    const topic = await newTopic(client);
    const { record: _, sink: __, output: ___, ...rest } = base(topic);
    await fill(topic, 1, sensors(100));
    const config = { ...rest, fields: { x: { method: 'z-score', warmup: 0 } } };
    const engine = new Engine(config);
    await drained(topic, config.source.kafka.groupId, 1);
    await engine.kill('SIGTERM');
    const lines = engine.stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(100);
    expect(JSON.parse(lines[74]!)).toMatchObject({ device: 'd0', normalized: { x: expect.any(Number) } });
    expect((JSON.parse(lines[74]!) as { normalized: { x: number } }).normalized.x).not.toBe(0);
  });

  it('keeps several workers, configured by stdin, shares the partitions out among them, and starts one again that was killed', async () => {
    const topic = await newTopic(client, 4);
    const config = { ...base(topic), workers: 2, http: { port: 0 } };
    const { groupId } = config.source.kafka;
    await fill(topic, 4, sensors(8000));
    const engine = new Engine(config, { stdin: true });
    await drained(topic, groupId, 4);
    await until(
      'both have partitions',
      () => new Set(engine.log.filter(({ msg }) => msg === 'partition taken').map(({ worker }) => worker)).size === 2,
    );
    const pid = engine.log.find(({ worker }) => worker === 1)!.pid as number;
    process.kill(pid, 'SIGKILL');
    await until('it is started again', () =>
      engine.log.some(({ worker, pid: other }) => worker === 1 && other !== pid),
    );
    await fill(topic, 4, sensors(8000, 2));
    await drained(topic, groupId, 4);
    const url = engine.log.find(({ url: served }) => served !== undefined)!.url as string;
    await until('it is ready', async () => (await fetch(`${url}/readyz`)).status === 200);
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).toMatch(/^streamnorm_worker_restarts_total 1$/m);
    expect(metrics).toMatch(/^streamnorm_ready\{worker="1"\} 1$/m);
    expect(await engine.kill('SIGTERM')).toBe(0);
    await expectExact(topic, await read(`${topic}.normalized`), 4);
  });

  it.each([
    ['a broker that is not there', { brokers: ['127.0.0.1:1'] }, /^streamnorm: .*127\.0\.0\.1:1/m],
    [
      'a topic that is not there',
      { topic: 'no-such-topic' },
      /^streamnorm: source\.kafka\.topic: there is no topic no-such-topic on 127/m,
    ],
  ])('says in one sentence what is wrong: %s', async (_, change, sentence) => {
    const config = base('any');
    Object.assign(config.source.kafka, change, { connectTimeout: '1s' });
    const engine = new Engine(config);
    expect(await engine.exit).toBe(1);
    expect(engine.stderr).toMatch(sentence);
    expect(engine.stderr).not.toMatch(/^\s+at /m);
  });

  it('refuses a source that was given more partitions than its changelog has', async () => {
    const topic = await newTopic(client, 2);
    const config = base(topic);
    await fill(topic, 2, sensors(10));
    const first = new Engine(config);
    await drained(topic, config.source.kafka.groupId, 2);
    await first.kill('SIGTERM');
    await client.admin.addPartitions(topic, 4);
    const second = new Engine(config);
    expect(await second.exit).toBe(1);
    expect(second.stderr).toContain(
      `${topic} has 4 partitions and its changelog ${config.source.kafka.groupId}-${topic}-changelog 2`,
    );
  });
});
