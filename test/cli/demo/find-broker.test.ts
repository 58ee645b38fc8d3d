import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { findBroker } from '../../../src/cli/demo/find-broker.js';

describe('findBroker', () => {
  const folder = mkdtempSync(join(tmpdir(), 'streamnorm-broker-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const script = (text: string) => {
    const path = join(folder, `${Math.random()}.mjs`);
    writeFileSync(path, text);
    return pathToFileURL(path);
  };
  const silent = () => {};

  it('takes those that KAFKA_BROKERS names, and leaves what is made there to be removed', async () => {
    const { brokers, isShared } = await findBroker({ KAFKA_BROKERS: 'a:9092,b:9092' }, silent, script(''));
    expect([brokers, isShared]).toEqual([['a:9092', 'b:9092'], true]);
  });

  it('starts one in a checkout, and says so', async () => {
    const said: string[] = [];
    const started = script(`export const missingForKafka = () => null;
      export const startKafka = async () => ({ version: '4.4.0', brokers: ['127.0.0.1:1'], stop: async () => {} });`);
    const { brokers, isShared } = await findBroker({}, (words) => said.push(words), started);
    expect([brokers, isShared]).toEqual([['127.0.0.1:1'], false]);
    expect(said).toEqual(['starting Apache Kafka …', 'Apache Kafka 4.4.0 at 127.0.0.1:1']);
  });

  it('says what to do where there is neither', async () => {
    const none = findBroker({ KAFKA_BROKERS: '' }, silent, new URL('file:///no/such/script.mjs'));
    await expect(none).rejects.toMatchObject({
      code: 'NO_BROKER',
      message: 'there is no broker: name one in KAFKA_BROKERS, as KAFKA_BROKERS=localhost:9092 streamnorm demo --kafka',
    });
    const lacking = script(`export const missingForKafka = () => 'Java 17 is needed';`);
    await expect(findBroker({}, silent, lacking)).rejects.toThrow(/or have one started here: Java 17 is needed$/);
  });
});
