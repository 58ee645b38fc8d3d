import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { loadConfig } from '../../src/pipeline/load-config.js';

it('the configuration of compose.yaml is one that runs, exactly once, reachable by the other containers', () => {
  const path = new URL('../../deploy/pipeline.yaml', import.meta.url);
  expect(
    loadConfig(readFileSync(path, 'utf8'), { file: 'deploy/pipeline.yaml', env: {}, readSecret: () => '' }),
  ).toMatchObject({
    source: { kind: 'kafka', topic: 'telemetry', groupId: 'streamnorm' },
    delivery: 'exactly-once',
    http: { host: '0.0.0.0', port: 9464 },
  });
});
