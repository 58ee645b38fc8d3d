import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { clientOf, type KafkaClient, RecordBatchList } from '../../src/kafka/index.js';
import { describeOnKafka, newTopic, until, valuesOf } from '../support/kafka-broker.js';
import { PortableStream } from '../support/portable-stream.js';

const main = new URL('../../dist/src/cli/main.js', import.meta.url).pathname;
const PARTS = 3;
const PART = 500;
const PARTITIONS = [0, 1];

describeOnKafka('what is learnt by a run on Kafka', (kafka) => {
  const folder = mkdtempSync(join(tmpdir(), 'streamnorm-learn-'));
  let client: KafkaClient;
  beforeAll(() => {
    client = clientOf({ brokers: kafka.brokers });
  });
  afterAll(async () => {
    await client.close();
    rmSync(folder, { recursive: true });
  });

  /** The program, with what it says. */
  function start(path: string) {
    const child = spawn(process.execPath, [main, 'run', path, '--log-format', 'json'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const engine = { child, stderr: '' };
    child.stderr.on('data', (data: Buffer) => {
      engine.stderr += data;
    });
    return engine;
  }

  it('is what two undisturbed workers learn, whenever it is killed; a model that fails says so, until it is configured otherwise', async () => {
    const source = await newTopic(client, PARTITIONS.length);
    const configure = (name: string, wild: object, more: object = {}): string => {
      const path = join(folder, `${name}.yaml`);
      const from = { brokers: kafka.brokers, topic: source, groupId: `${source}-${name}`, groupInstanceId: name };
      const adam = { model: 'linear', target: 'watt', features: ['a', 'b'], optimizer: 'adam' };
      const config = {
        source: { kafka: from },
        record: { key: 'device' },
        fields: { a: 'adaptive', b: { method: 'z-score', memory: { halfLife: 200 } }, c: 'none' },
        learn: {
          watt: { ...adam, scaleTarget: true, earlyStopping: { patience: 100 } },
          all: { model: 'passive-aggressive', target: 'watt', features: ['b'], per: 'all' },
          wild: { model: 'linear', target: 'watt', features: ['a', 'c'], ...wild },
        },
        sink: { kafka: { topic: `${source}.${name}` } },
        http: { port: 0 },
        ...more,
      };
      writeFileSync(path, stringify(config));
      return path;
    };
    const stream = new PortableStream(6);
    const producer = client.producer();
    const fill = async (from: number) => {
      const lists = PARTITIONS.map(() => new RecordBatchList());
      for (let i = from; i < from + PART; i++) {
        const [a, b] = [(i > 900 ? 60 : 20) + stream.gaussian(), 100 * stream.gaussian()];
        const odd = i === 700 ? { c: 1e150, watt: -1e308 } : { c: 0, watt: 3 * a + b / 10 };
        const value = JSON.stringify({ device: `d${i % 3}`, a, b, ...odd });
        lists[i % PARTITIONS.length]!.append(1.7e12 + i, null, Buffer.from(value));
      }
      await producer.produce(lists.map((records, partition) => ({ topic: source, partition, records })));
    };
    const outputs = (name: string) =>
      Promise.all(PARTITIONS.map((partition) => valuesOf(client, `${source}.${name}`, partition)));
    const written = (name: string, count: number): Promise<void> =>
      until(
        `${count} of ${name} are written`,
        async () => (await outputs(name).catch(() => [])).flat().length >= count,
        60_000,
      );
    interface Readiness {
      ready: boolean;
      reasons: { id: string; text: string }[];
    }
    const readiness = async (): Promise<Readiness> => {
      const url = /"url":"([^"]+)"/.exec(engine.stderr)?.[1];
      return url === undefined
        ? { ready: false, reasons: [] }
        : ((await (await fetch(new URL('/readyz', url))).json()) as Readiness);
    };
    /** What `/readyz` says of the model that has failed. */
    const saysOfWild = async (): Promise<string | undefined> =>
      (await readiness()).reasons.find(({ id }) => id === 'learn.wild')?.text;
    const predictionsOf = (texts: readonly string[]) =>
      texts.map((text) => {
        const { device, learnt } = JSON.parse(text) as {
          device: string;
          learnt: { wild: { prediction: number | null } };
        };
        return { isOfD1: device === 'd1', isNull: learnt.wild.prediction === null };
      });

    const untamed = { clipGradient: 1e308 };
    const path = configure('killed', untamed);
    let engine = start(path);
    try {
      for (let part = 0; part < PARTS; part++) {
        await fill(part * PART);
        // In the middle of a part, and behind one.
        await written('killed', part * PART + (part % 2 === 0 ? 1 : PART));
        engine.child.kill('SIGKILL');
        await once(engine.child, 'exit');
        engine = start(path);
      }
      await written('killed', PARTS * PART);
      await until('it says that a model is stopped', async () => (await saysOfWild()) !== undefined);
      expect(await saysOfWild()).toMatch(
        /^learn\.wild, .*\/0: the model of "d1" was stopped before, and the log said why; it predicts nothing until/,
      );
      engine.child.kill('SIGTERM');
      expect(await once(engine.child, 'exit')).toEqual([0, null]);

      configure('calm', untamed, { workers: 2 });
      engine = start(join(folder, 'calm.yaml'));
      await written('calm', PARTS * PART);
      await until('it says why the model has failed', async () => (await saysOfWild()) !== undefined);
      expect(await saysOfWild()).toMatch(/^learn\.wild, .*\/0: the model of "d1" failed at record \d+: it diverged/);
      const [killed, calm] = await Promise.all(['killed', 'calm'].map(outputs));
      expect(killed).toEqual(calm);
      expect(JSON.parse(calm![0]!.at(-1)!).learnt.watt.prediction).not.toBeNull();
      for (const { isOfD1, isNull } of predictionsOf(calm![0]!.slice(351))) expect(isNull).toBe(isOfD1);

      configure('calm', { clipGradient: 100 }, { workers: 2 });
      engine.child.kill('SIGHUP');
      await until('it is tried again', async () => {
        const { ready, reasons } = await readiness();
        return ready && reasons.length === 0;
      });
      await fill(PARTS * PART);
      await written('calm', (PARTS + 1) * PART);
      const tamed = predictionsOf((await outputs('calm'))[0]!.slice(-PART / 2));
      expect(tamed.filter(({ isNull }) => isNull)).toEqual([]);
      engine.child.kill('SIGTERM');
      expect(await once(engine.child, 'exit')).toEqual([0, null]);
    } catch (error) {
      throw new Error(`${(error as Error).message}\n${engine.stderr.slice(-3000)}`, { cause: error });
    } finally {
      if (engine.child.exitCode === null) engine.child.kill('SIGKILL');
      await producer.close();
    }
  }, 180_000);
});
