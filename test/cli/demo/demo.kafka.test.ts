import { afterAll, beforeAll, expect, it } from 'vitest';
import { clientOf, type KafkaClient } from '../../../src/kafka/index.js';
import type { SeriesDetail } from '../../../src/pipeline/view/series-view.js';
import type { Overview } from '../../../src/service/overview.js';
import { describeOnKafka, until } from '../../support/kafka-broker.js';
import { runCli } from '../../support/run-cli.js';

describeOnKafka('streamnorm demo --kafka', (kafka) => {
  let client: KafkaClient;
  beforeAll(() => {
    client = clientOf({ brokers: kafka.brokers });
  });
  afterAll(() => client.close());

  it('takes the plant through the broker and back, can be poked, and leaves nothing behind', {
    timeout: 120_000,
  }, async () => {
    let stderr = '';
    let end = () => {};
    const env = { KAFKA_BROKERS: kafka.brokers.join() };
    const run = runCli(['demo', '--kafka', '--sensors', '8', '--port', '29464'], {
      env,
      onStart: (child) => {
        child.stderr!.on('data', (data: Buffer) => {
          stderr += data;
        });
        end = () => child.kill('SIGTERM');
      },
    });
    try {
      await until('the page is served', () => stderr.includes('live page: '), 60_000);
      const [, url, token] = /live page: (http:\S+)\/#(\S+)/.exec(stderr)!;
      const get = async <T>(path: string) => (await (await fetch(url + path)).json()) as T;
      const { show } = await get<{ show: string }>('/api/abilities');
      const read = () => get<SeriesDetail>(`/api/series/${encodeURIComponent(show)}`);
      await until(
        'all of the past is scored',
        async () => (await get<Overview>('/api/overview')).records > 2300,
        40_000,
      );
      await until('the series is shown', async () => (await read()).row?.count > 290, 40_000);
      const { row } = await read();
      const answer = await fetch(`${url}/api/plant/pokes`, {
        method: 'POST',
        body: JSON.stringify({ sensor: row.key, what: 'shift' }),
        headers: { authorization: `Bearer ${token}` },
      });
      expect(answer.status).toBe(200);
      await until('it is renormalized', async () => (await read()).row.epoch > row.epoch, 40_000);
      const { marks } = await read();
      expect(marks.some(({ kind, text }) => kind === 'note' && text === `${row.key} was poked: shift`)).toBe(true);
      expect(marks.some(({ change }) => change?.cause === 'level')).toBe(true);
    } finally {
      end();
    }
    const { code, stdout } = await run;
    expect(code, stderr).toBe(0);
    // What was read back of the broker is what the terminal shows.
    expect(stdout).toMatch(/\d+ readings, \d of 8 sensors ok\n {2}\S+ +[\d.]+ \S+ +normalized/);
    const topic = /topics (\S+) and/.exec(stderr)![1]!;
    for (const name of [topic, `${topic}.normalized`, `${topic}.events`])
      await until(`${name} is removed`, async () => (await client.admin.describeTopic(name)) === null);
  });
});
