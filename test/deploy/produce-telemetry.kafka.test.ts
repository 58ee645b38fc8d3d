import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { clientOf } from '../../src/kafka/client.js';
import { partitionOfKey } from '../../src/kafka/partition-of-key.js';
import { describeOnKafka, newName, valuesOf } from '../support/kafka-broker.js';

const script = fileURLToPath(new URL('../../deploy/produce-telemetry.mjs', import.meta.url));

async function produce(env: Record<string, string>) {
  const child = spawn(process.execPath, [script], { env: { ...process.env, ...env } });
  let stderr = '';
  child.stderr.on('data', (data) => {
    stderr += data;
  });
  const [code] = await once(child, 'close');
  return { code, stderr };
}

describeOnKafka('the producer of compose.yaml', ({ brokers }) => {
  it('writes as many records as told, each sensor to the partition of its key', async () => {
    const topic = newName('telemetry');
    const ended = await produce({
      KAFKA_BROKERS: brokers.join(','),
      TOPIC: topic,
      PARTITIONS: '3',
      SENSORS: '16',
      RATE: '100000',
      COUNT: '500',
    });
    expect(ended).toEqual({ code: 0, stderr: `500 records written to ${topic}\n` });
    const client = clientOf({ brokers });
    let total = 0;
    for (const partition of [0, 1, 2])
      for (const value of await valuesOf(client, topic, partition)) {
        const { deviceId, ts, ...numbers } = JSON.parse(value) as Record<string, unknown>;
        expect(partitionOfKey(Buffer.from(String(deviceId)), 3)).toBe(partition);
        expect(Math.abs(Date.now() - Number(ts))).toBeLessThan(600_000);
        expect(Object.values(numbers)).toEqual([expect.any(Number)]);
        total++;
      }
    expect(total).toBe(500);
    await client.close();
  });

  it('says in a sentence what is wrong', async () => {
    expect(await produce({ KAFKA_BROKERS: brokers.join(','), RATE: 'fast' })).toEqual({
      code: 2,
      stderr: 'RATE must be a number > 0, got "fast"\n',
    });
  });
});
