// The programs that are compared, each a child process that reads one topic and writes another.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const cache = join(root, '.cache', 'bench', 'kafka-streams');
const folder = mkdtempSync(join(tmpdir(), 'streamnorm-bench-kafka-'));

/** A running program. */
class Program {
  constructor(command, args) {
    this.log = '';
    this.child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.child.stdout, this.child.stderr])
      stream.on('data', (data) => {
        this.log = (this.log + data).slice(-20_000);
      });
    this.exited = new Promise((resolve) => this.child.on('exit', (code) => resolve(code)));
    this.exited.then(() => {
      this.ended = true;
    });
  }

  /** Processor time so far, user and system, in ms. Linux. */
  cpu() {
    const fields = readFileSync(`/proc/${this.child.pid}/stat`, 'utf8').split(') ').at(-1).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10;
  }

  async stop(signal = 'SIGTERM') {
    this.child.kill(signal);
    const timer = setTimeout(() => this.child.kill('SIGKILL'), 25_000);
    await this.exited;
    clearTimeout(timer);
  }
}

function streamnorm(delivery) {
  return {
    start({ brokers, group, source, sink, instance }) {
      const path = join(folder, `${group}.json`);
      writeFileSync(
        path,
        JSON.stringify({
          source: { kafka: { brokers, topic: source, groupId: group, ...(instance && { groupInstanceId: instance }) } },
          record: { key: 'deviceId' },
          fields: { temperature: 'z-score', pressure: 'z-score', vibration: 'z-score' },
          sink: { kafka: { topic: sink } },
          delivery,
        }),
      );
      return new Program(process.execPath, ['dist/src/cli/main.js', 'run', path]);
    },
  };
}

function kafkaStreams(guarantee) {
  return {
    missing: () => buildKafkaStreams(),
    start: ({ brokers, group, source, sink }) =>
      new Program('java', [
        '-Xmx1g',
        '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
        '-cp',
        `${join(cache, 'classes')}:${join(cache, 'lib', '*')}`,
        'peer.Normalize',
        brokers.join(','),
        group,
        source,
        sink,
        guarantee,
        join(folder, group),
      ]),
  };
}

function plainKafkajs(guarantee) {
  return {
    start: ({ brokers, group, source, sink }) =>
      new Program(process.execPath, [
        'bench/peers/plain-kafkajs.mjs',
        brokers.join(','),
        group,
        source,
        sink,
        guarantee,
      ]),
  };
}

export const peers = {
  'streamnorm, exactly once': streamnorm('exactly-once'),
  'streamnorm, at least once': streamnorm('at-least-once'),
  'Kafka Streams, exactly_once_v2': kafkaStreams('exactly_once_v2'),
  'Kafka Streams, at_least_once': kafkaStreams('at_least_once'),
  'plain kafkajs, transactions': plainKafkajs('exactly-once'),
};

/** Builds the Java program once; answers why it cannot be had. */
function buildKafkaStreams() {
  if (existsSync(join(cache, 'lib')) && existsSync(join(cache, 'classes', 'peer', 'Normalize.class'))) return null;
  mkdirSync(cache, { recursive: true });
  const { status, error, stdout } = spawnSync(
    'mvn',
    [
      '-q',
      '-B',
      '-f',
      join(root, 'bench/peers/kafka-streams/pom.xml'),
      `-Dout=${cache}`,
      'compile',
      'dependency:copy-dependencies',
      `-DoutputDirectory=${join(cache, 'lib')}`,
    ],
    { encoding: 'utf8' },
  );
  if (error) return `Maven is not there (${error.message})`;
  return status === 0 ? null : `Maven could not build it: ${stdout.trim().split('\n')[0]}`;
}
