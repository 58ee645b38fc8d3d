import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { clientOf, type KafkaClient, RecordBatchList } from '../../src/kafka/index.js';
import { describeOnKafka, newName, newTopic, until, valuesOf } from '../support/kafka-broker.js';
import { PortableStream } from '../support/portable-stream.js';

const main = new URL('../../dist/src/cli/main.js', import.meta.url).pathname;
const PARTS = 6;
const PART = 400;

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

  it('is what an undisturbed run learns, whenever it is killed, and /readyz says which model has failed', async () => {
    const source = await newTopic(client);
    const configOf = (name: string, more: object = {}) => {
      const path = join(folder, `${name}.yaml`);
      const groupId = newName('group');
      const config = {
        source: { kafka: { brokers: kafka.brokers, topic: source, groupId, groupInstanceId: name } },
        record: { key: 'device' },
        fields: { a: 'adaptive', b: { method: 'z-score', memory: { halfLife: 200 } }, c: 'none' },
        learn: {
          watt: {
            ...{ model: 'linear', target: 'watt', features: ['a', 'b'], optimizer: 'adam' },
            ...{ scaleTarget: true, earlyStopping: { patience: 100 } },
          },
          all: { model: 'passive-aggressive', target: 'watt', features: ['b'], per: 'all' },
          wild: { model: 'linear', target: 'watt', features: ['a', 'c'], clipGradient: 1e308 },
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
      const records = new RecordBatchList();
      for (let i = from; i < from + PART; i++) {
        const [a, b] = [(i > 900 ? 60 : 20) + stream.gaussian(), 100 * stream.gaussian()];
        const odd = i === 700 ? { c: 1e150, watt: -1e308 } : { c: 0, watt: 3 * a + b / 10 };
        records.append(1.7e12 + i, null, Buffer.from(JSON.stringify({ device: `d${i % 3}`, a, b, ...odd })));
      }
      await producer.produce([{ topic: source, partition: 0, records }]);
    };
    const written = (name: string, count: number): Promise<void> =>
      until(
        `${count} of ${name} are written`,
        async () => (await valuesOf(client, `${source}.${name}`).catch(() => [])).length >= count,
        60_000,
      );

    const path = configOf('killed');
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
      const served = () => /"url":"([^"]+)"/.exec(engine.stderr)?.[1];
      await until('it is served', () => served() !== undefined);
      interface Readiness {
        ready: boolean;
        reasons: { id: string; text: string }[];
      }
      let health: Readiness = { ready: true, reasons: [] };
      await until('it says that a model is stopped', async () => {
        health = (await (await fetch(new URL('/readyz', served()))).json()) as Readiness;
        return health.reasons.some(({ id }) => id === 'learn.wild');
      });
      expect(health).toMatchObject({
        ready: false,
        reasons: [
          {
            id: 'learn.wild',
            text: expect.stringMatching(
              /^learn\.wild, .*\/0: the model of "d1" was stopped before, and the log said why/,
            ),
          },
        ],
      });
      engine.child.kill('SIGTERM');
      expect(await once(engine.child, 'exit')).toEqual([0, null]);

      engine = start(configOf('calm'));
      await written('calm', PARTS * PART);
      await until('it says why the model has failed', () => /failed at record \d+: it diverged/.test(engine.stderr));
      const [killed, calm] = await Promise.all(['killed', 'calm'].map((name) => valuesOf(client, `${source}.${name}`)));
      expect(killed).toEqual(calm);
      const { learnt } = JSON.parse(calm!.at(-1)!);
      expect(learnt.watt.prediction).not.toBeNull();
      const wild = calm!
        .slice(701)
        .map((text) => JSON.parse(text) as { device: string; learnt: { wild: { prediction: number | null } } });
      for (const { device, learnt: said } of wild) expect(said.wild.prediction === null).toBe(device === 'd1');
    } catch (error) {
      throw new Error(`${(error as Error).message}\n${engine.stderr.slice(-3000)}`, { cause: error });
    } finally {
      if (engine.child.exitCode === null) engine.child.kill('SIGKILL');
      await producer.close();
    }
  }, 180_000);
});
