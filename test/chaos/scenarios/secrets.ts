import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readTopic } from '../dead-letters.js';
import { EngineProcess, ROOT } from '../engine-process.js';
import { fresh, sleep } from '../lab.js';
import { PipelineUnderTest } from '../pipeline.js';
import type { Scenario } from '../scenario.js';
import { feed, workload } from '../workload.js';

const HTTP = { host: '127.0.0.1', port: 19465 };

export const S2: Scenario = {
  id: 'S2',
  title: 'passwords, tokens and keys are in no output',
  short: 1,
  async run(lab) {
    const cluster = await lab.secure();
    const { user, password, ca, cert, key, sasl, tls, saslTls } = cluster.kafka.security!;
    const mark = `MARK${randomBytes(9).toString('hex')}`;
    const secrets = [
      mark,
      password,
      ...[mark, password].flatMap((text) => [
        Buffer.from(text).toString('base64'),
        Buffer.from(`\u0000${user}\u0000${text}`).toString('base64'),
      ]),
      ...readFileSync(key, 'utf8')
        .split('\n')
        .filter((line) => line.length > 40),
    ];
    const faults: string[] = [];
    const search = (where: string, text: string): void => {
      for (const secret of secrets)
        if (text.includes(secret)) {
          const at = text.indexOf(secret);
          const around = text.slice(Math.max(0, at - 80), at).replace(/\n/g, ' ');
          faults.push(`${where} shows a secret after '${around}'`);
        }
    };

    // Everything right, the password from the environment: it works, and serves its pages.
    const pipeline = await PipelineUnderTest.open(lab, { cluster, partitions: 2, config: { http: HTTP } });
    const { client, source } = pipeline;
    const records = [...workload({ records: 500, keys: 10, seed: lab.seed })];
    records.push({ key: null, value: Buffer.from('not JSON'), timestamp: 1_700_000_000_000 });
    await feed(records, { client, topic: source, partitions: 2 });
    const base = pipeline.config();
    const kafka = (base.source as { kafka: object }).kafka;
    const plain = { mechanism: 'plain', username: user };
    const withKafka = (more: object): Record<string, unknown> => ({
      ...base,
      source: { kafka: { ...kafka, ...more } },
    });
    const good = { brokers: [sasl], sasl: { ...plain, password: { env: 'STREAMNORM_CHAOS_PASSWORD' } } };
    const engine = pipeline.start({
      config: withKafka(good),
      env: { STREAMNORM_CHAOS_PASSWORD: password, STREAMNORM_CHAOS_OTHER: mark },
    });
    await pipeline.caughtUp().catch((error: Error) => faults.push(error.message));
    let pages = 0;
    for (const path of [
      '/',
      '/metrics',
      '/livez',
      '/readyz',
      '/config',
      '/api',
      '/api/config',
      '/api/series',
      '/debug',
    ]) {
      const body = await fetch(`http://${HTTP.host}:${HTTP.port}${path}`).then(
        (response) => response.text(),
        () => null,
      );
      if (body === null) continue;
      pages++;
      search(path, body);
    }
    await engine.stop();
    for (const topic of [pipeline.sink, pipeline.dead, pipeline.events])
      for (const { key: name, value, headers } of await readTopic(pipeline, topic))
        search(topic, `${name} ${value} ${[...headers].join(' ')}`);
    faults.push(...(await pipeline.finish()));
    search('the log of a run that works', engine.log);

    // What fails, in every way in which a value could be quoted.
    const passphrase = { ca, cert, key, serverName: 'localhost', passphrase: mark };
    const wrong: Record<string, Record<string, unknown>> = {
      'a wrong password': withKafka({ brokers: [sasl], sasl: { ...plain, password: mark } }),
      'a wrong password by SCRAM': withKafka({
        brokers: [saslTls],
        tls: { ca, serverName: 'localhost' },
        sasl: { mechanism: 'scram-sha-512', username: user, password: mark },
      }),
      'a wrong token': withKafka({ brokers: [sasl], sasl: { mechanism: 'oauthbearer', token: mark } }),
      'a token that is none': withKafka({
        brokers: [sasl],
        sasl: { mechanism: 'oauthbearer', token: { env: 'STREAMNORM_CHAOS_OTHER' } },
      }),
      'a passphrase': withKafka({ brokers: [tls], tls: passphrase }),
      'TLS that trusts nobody': withKafka({ brokers: [saslTls], tls: true, sasl: { ...plain, password: mark } }),
      'a misspelled option': withKafka({ brokers: [sasl], sasl: { ...plain, pasword: mark } }),
      'an unknown mechanism': withKafka({
        brokers: [sasl],
        sasl: { mechanism: 'pain', username: user, password: mark },
      }),
      'a password in a list': withKafka({ brokers: [sasl], sasl: { ...plain, password: [mark] } }),
      'a password in an object': withKafka({ brokers: [sasl], sasl: { ...plain, password: { secret: mark } } }),
      'a password that is a number': withKafka({ brokers: [sasl], sasl: { ...plain, password: 4711, username: user } }),
      'a password in an address': withKafka({ brokers: [`${user}:${mark}@127.0.0.1:9092`] }),
      'a substituted password': withKafka({
        brokers: [sasl],
        sasl: { ...plain, password: [`$\{STREAMNORM_CHAOS_OTHER}`] },
      }),
      'sasl as a text': withKafka({ brokers: [sasl], sasl: `${user}:${mark}` }),
    };
    const env = { STREAMNORM_CHAOS_PASSWORD: password, STREAMNORM_CHAOS_OTHER: mark };
    for (const [name, config] of Object.entries(wrong)) {
      const file = join(lab.folder, `${fresh('secret')}.yaml`);
      writeFileSync(file, JSON.stringify({ ...config, http: false }));
      for (const command of name.startsWith('a wrong') || name === 'a passphrase'
        ? [
            ['run', file],
            ['check', file],
            ['check', '--connect', file],
          ]
        : [
            ['run', file],
            ['check', file],
          ]) {
        const process = new EngineProcess([join(ROOT, 'dist/src/cli/main.js'), ...command], { env });
        // A passphrase for a key that needs none does no harm: that one runs.
        const runs = name === 'a passphrase' && command[0] === 'run';
        const ended = await Promise.race([process.exited, sleep(runs ? 5000 : 20_000)]);
        if (ended === undefined && runs) await process.stop('SIGTERM');
        else if (ended === undefined) {
          faults.push(
            `${name}: '${command.slice(0, -1).join(' ')}' did not end within 20 s: ${process.log.slice(-300)}`,
          );
          await process.stop('SIGKILL');
        } else if (command[0] === 'run' && process.exit?.code === 0) faults.push(`${name}: it ran with it`);
        if (process.alarm !== null) faults.push(`${name}: ${process.alarm}`);
        search(`${name}, ${command[0]}`, process.log);
      }
    }
    await lab.dismiss('secure');
    return { faults, facts: [`${Object.keys(wrong).length} faulty configurations, ${pages} pages, 3 topics searched`] };
  },
};
