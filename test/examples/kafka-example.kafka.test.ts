import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { describeOnKafka } from '../support/kafka-broker.js';

describeOnKafka('the example of an exactly-once processor', ({ brokers }) => {
  it('finds the one reading that was hot for its room', () => {
    const { stdout, stderr, status } = spawnSync(process.execPath, ['examples/kafka-exactly-once.mjs'], {
      encoding: 'utf8',
      env: { ...process.env, KAFKA_BROKERS: brokers.join(',') },
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^kitchen: 3\d\.\d °C is \d+\.\d scales above its mean\n$/);
  });
});
