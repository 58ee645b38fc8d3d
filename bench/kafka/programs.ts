import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { bringPython, pythonOf } from '../peers/peer-folders.js';
import type { Contender, Job, Phase } from './contender.js';
import { phases as everywhere } from './phases.js';
import { StartedProgram } from './started-program.js';

const cli = resolve('dist/src/cli/main.js');
const peers = resolve('bench/peers');
const java = resolve('.cache/peers/kafka-streams');
const nodeFlags = process.env.BENCH_NODE_FLAGS?.split(' ') ?? [];
const heap = process.env.BENCH_JAVA_HEAP ?? '1g';

/** Everything that can be measured, in the order of the table. Run in the root of the project. */
export function programs(): Contender[] {
  return [
    streamnorm('streamnorm-eo', 'exactly-once'),
    streamnorm('streamnorm-alo', 'at-least-once'),
    kafkaStreams('streams-eo', 'Kafka Streams, exactly_once_v2', true, everywhere),
    kafkaStreams('streams-alo', 'Kafka Streams, at_least_once', false, everywhere),
    // What it can when it is told to: for an honest comparison where its defaults are made for something else.
    kafkaStreams('streams-eo-fast', 'Kafka Streams, exactly_once_v2, commits every 10 ms', true, ['latency'], {
      'commit.interval.ms': '10',
    }),
    kafkaStreams('streams-eo-static', 'Kafka Streams, exactly_once_v2, static member', true, ['kill'], {
      'group.instance.id': 'bench',
    }),
    quixStreams(),
    bytewax(),
    kafkajs('kafkajs-eo', 'plain kafkajs, a transaction a batch', true),
    kafkajs('kafkajs-alo', 'plain kafkajs, at least once', false),
  ];
}

function streamnorm(id: string, delivery: 'exactly-once' | 'at-least-once'): Contender {
  const config = (job: Job): string => {
    const path = join(job.folder, 'pipeline.json');
    const text = JSON.stringify({
      source: { kafka: { brokers: job.brokers, topic: job.source, groupId: job.group, groupInstanceId: 'bench' } },
      record: { key: 'deviceId', time: 'ts' },
      fields: { temperature: 'z-score', vibration: 'z-score', pressure: 'z-score' },
      defaults: { warmup: job.warmup },
      sink: { kafka: { topic: job.sink } },
      state: { store: 'kafka' },
      delivery,
      http: false,
    });
    mkdirSync(job.folder, { recursive: true });
    writeFileSync(path, text);
    return path;
  };
  return {
    id,
    name: `streamnorm, ${delivery}`,
    exactlyOnce: delivery === 'exactly-once',
    phases: everywhere,
    session: 0,
    missing: () => (existsSync(cli) ? null : 'it is not built: npm run build'),
    start: (job) => new StartedProgram(process.execPath, [...nodeFlags, cli, 'run', config(job)]),
    ownTopics: ({ group, source }) => [`${group}-${source}-changelog`],
  };
}

function kafkaStreams(
  id: string,
  name: string,
  exactlyOnce: boolean,
  phases: readonly Phase[],
  settings: Readonly<Record<string, string>> = {},
): Contender {
  return {
    id,
    name,
    exactlyOnce,
    phases,
    // It does not leave the group when it is stopped, so that the next one waits for the session of 45 s to end.
    session: 'group.instance.id' in settings ? 0 : 47_000,
    missing: missingForKafkaStreams,
    start: (job) =>
      new StartedProgram('java', [
        `-Xmx${heap}`,
        '-XX:+UseSerialGC', // the cheapest of the collectors for this work
        '-cp',
        [join(java, 'classes'), join(java, 'lib', '*')].join(delimiter),
        'peer.Normalize',
        job.brokers.join(','),
        job.group,
        job.source,
        job.sink,
        exactlyOnce ? 'exactly_once_v2' : 'at_least_once',
        job.folder,
        `warmup=${job.warmup}`,
        'num.stream.threads=1',
        'replication.factor=1',
        // Streams' own 100 ms would be its latency at least once; 5 ms is the default of Kafka's producer.
        'producer.linger.ms=5',
        ...Object.entries(settings).map(([setting, value]) => `${setting}=${value}`),
        ...(process.env.BENCH_STREAMS_SETTINGS?.split(' ') ?? []),
      ]),
    ownTopics: ({ group }) => [`${group}-moments-changelog`],
  };
}

function quixStreams(): Contender {
  return {
    id: 'quix-eo',
    name: 'Quix Streams, exactly-once',
    exactlyOnce: true,
    phases: ['throughput'],
    session: 0,
    missing: () => bringPython('quix', (text) => void process.stderr.write(`${text}\n`)),
    start: ({ brokers, group, source, sink, folder, warmup }) =>
      new StartedProgram(pythonOf('quix'), [
        join(peers, 'quix-streams.py'),
        brokers.join(','),
        group,
        source,
        sink,
        folder,
        String(warmup),
      ]),
    ownTopics: ({ group, source }) => [`changelog__${group}--${source}--default`],
  };
}

function bytewax(): Contender {
  return {
    id: 'bytewax-alo',
    name: 'Bytewax, at least once',
    exactlyOnce: false,
    mixesKeys: true,
    phases: ['throughput'],
    session: 0,
    missing: () => bringPython('bytewax', (text) => void process.stderr.write(`${text}\n`)),
    start: ({ brokers, source, sink, folder, warmup }) => {
      const store = join(folder, 'recovery');
      mkdirSync(store, { recursive: true });
      const python = pythonOf('bytewax');
      spawnSync(python, ['-m', 'bytewax.recovery', store, '1']);
      const flow = [brokers.join(','), source, sink, String(warmup)].map((argument) => JSON.stringify(argument));
      // A snapshot every second; its own default of 10 s would repeat ten times as much after a crash.
      const recovery = ['--recovery-directory', store, '--snapshot-interval', '1', '--backup-interval', '0'];
      return new StartedProgram(python, [
        '-m',
        'bytewax.run',
        `${join(peers, 'bytewax_flow.py')}:flow(${flow.join(', ')})`,
        ...recovery,
      ]);
    },
    ownTopics: () => [],
  };
}

let whyNotBuilt: string | null | undefined;

function missingForKafkaStreams(): string | null {
  if (whyNotBuilt === undefined) whyNotBuilt = buildKafkaStreams();
  return whyNotBuilt;
}

/** Compiles the Java program and brings its jars, unless that was done since it changed. Answers why it cannot be done. */
function buildKafkaStreams(): string | null {
  const project = join(peers, 'kafka-streams');
  const sources = [join(project, 'pom.xml'), join(project, 'src/main/java/peer/Normalize.java')];
  const stamp = join(java, 'built');
  if (existsSync(stamp) && sources.every((file) => statSync(file).mtimeMs < statSync(stamp).mtimeMs)) return null;
  rmSync(java, { recursive: true, force: true });
  const goals = ['compile', 'dependency:copy-dependencies'];
  const args = ['-q', '-B', '-f', join(project, 'pom.xml'), `-Dout=${java}`, ...goals];
  const { status, error, stdout } = spawnSync('mvn', args, { encoding: 'utf8', shell: process.platform === 'win32' });
  if (error) return `Maven is not there: ${error.message}`;
  if (status !== 0) return `Maven could not build it: ${stdout.trim().split('\n')[0]}`;
  writeFileSync(stamp, '');
  return null;
}

function kafkajs(id: string, name: string, exactlyOnce: boolean): Contender {
  return {
    id,
    name,
    exactlyOnce,
    // Its state is in memory: there is nothing to restore, and a kill loses it.
    phases: ['throughput', 'latency', 'idle'],
    session: 0,
    missing: () => null,
    start: ({ brokers, group, source, sink }) =>
      new StartedProgram(process.execPath, [
        join(peers, 'plain-kafkajs.mjs'),
        brokers.join(','),
        group,
        source,
        sink,
        exactlyOnce ? 'exactly-once' : 'at-least-once',
      ]),
    ownTopics: () => [],
  };
}
