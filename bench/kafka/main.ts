// This engine, Kafka Streams and plain kafkajs at the same work, in turns, on one broker in one run.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readFlags } from '../../scripts/read-flags.mjs';
import { clientOf } from '../../src/kafka/client.js';
import { Arena } from './arena.js';
import type { Contender, Phase } from './contender.js';
import { idle } from './idle.js';
import { keepEarlier } from './keep-earlier.js';
import { kill } from './kill.js';
import { latency } from './latency.js';
import { phases } from './phases.js';
import { brokerUsage } from './process-usage.js';
import { programs } from './programs.js';
import { restore } from './restore.js';
import type { Measured, Results } from './results.js';
import { throughput } from './throughput.js';
import { toMarkdown } from './to-markdown.js';
import { Workload } from './workload.js';

const help = `npm run bench:kafka -- [flags]

  --only a,b       contenders by name, or the beginning of one: ${programs()
    .map(({ id }) => id)
    .join(', ')}
  --phases a,b     throughput, latency, restore, kill, idle (all)
  --records N      records of the throughput phase (1000000)
  --keys N         series of the throughput phase (1000)
  --series N       series of the restore phase (1000000)
  --seconds N      length of the latency phase (30) and of the idle phase
  --rounds N       turns of the throughput, latency and kill phases (3)
  --keep           phases that are not measured stay as latest.json has them of an earlier run, and the table says of when
  --out FOLDER     where latest.json and latest.md go (bench/kafka/results)

KAFKA_BROKERS names a broker that is there; else one is started. BENCH_JAVA_HEAP (1g) is that of Kafka Streams,
BENCH_STREAMS_SETTINGS ("name=value …") more of its settings, BENCH_NODE_FLAGS ("--cpu-prof …") flags of Node for this engine.`;

const warmup = 30;

const { values: flags } = readFlags(help, {
  options: {
    only: { type: 'string', default: '' },
    phases: { type: 'string', default: phases.join(',') },
    records: { type: 'string', default: '1000000' },
    keys: { type: 'string', default: '1000' },
    series: { type: 'string', default: '1000000' },
    seconds: { type: 'string', default: '30' },
    rounds: { type: 'string', default: '3' },
    keep: { type: 'boolean', default: false },
    out: { type: 'string', default: 'bench/kafka/results' },
  },
});
const [records, keys, series, seconds, rounds] = (['records', 'keys', 'series', 'seconds', 'rounds'] as const).map(
  (flag) => {
    const value = Number(flags[flag]);
    return Number.isInteger(value) && value > 0
      ? value
      : leave(`--${flag} must be an integer > 0, got ${flags[flag]}`, 2);
  },
) as [number, number, number, number, number];
const wanted = flags.phases.split(',');
for (const phase of wanted)
  if (!(phases as readonly string[]).includes(phase))
    leave(`--phases must be of ${phases.join(', ')}, got ${phase}`, 2);
const only = flags.only.split(',');
const chosen = programs().filter(({ id }) => only.some((name) => id.startsWith(name)));
if (chosen.length === 0) leave(`--only must name one of ${programs().map(({ id }) => id)}, got ${flags.only}`, 2);

const { startKafka, missingForKafka } = (await import(
  pathToFileURL(resolve('scripts/kafka/broker.mjs')).href
)) as typeof import('../../scripts/kafka/broker.mjs');
const given = process.env.KAFKA_BROKERS?.split(',');
const missing = given ? null : missingForKafka();
if (missing !== null) leave(missing, 1);

const measured = new Map<Contender, Measured>();
for (const contender of chosen) {
  const { id, name } = contender;
  const reason = contender.missing();
  if (reason !== null) say(`${name} is left out: ${reason}`);
  const notes = reason === null ? [] : [`left out: ${reason}`];
  measured.set(contender, { id, name, throughput: [], latency: [], restore: [], kill: [], idle: [], notes });
}
const present = chosen.filter((contender) => measured.get(contender)!.notes.length === 0);

// A collector that does not stop the broker: with the serial one, and with G1, it stands still for 20 to 40 ms every second or two on two
// cores, which would be the 99th percentile of whoever is measured.
const kafka = given ? null : await startKafka({ heap: '1g', collector: 'Z' });
const brokers = given ?? kafka!.brokers;
const client = clientOf({ brokers });
const arena = new Arena(brokers, client);
const broker = kafka === null ? null : brokerUsage();
const load = loadavg()[0]!;
let wrong = false;

try {
  for (let round = 1; wanted.includes('throughput') && round <= rounds; round++) {
    const workload = new Workload({ keys, warmup });
    const source = await arena.topic('in');
    await workload.produce(client, source, records);
    await each('throughput', `round ${round}`, (contender) =>
      throughput(arena, contender, source, workload, warmup, broker),
    );
    await client.admin.deleteTopics([source]);
  }
  // In turns: a broker gets faster for minutes after it has started, and whoever came first would pay for that.
  for (let round = 1; wanted.includes('latency') && round <= rounds; round++)
    await each('latency', `round ${round}`, (contender) => latency(arena, contender, seconds));
  if (wanted.includes('restore')) await each('restore', '', (contender) => restore(arena, contender, series));
  for (let round = 1; wanted.includes('kill') && round <= rounds; round++)
    await each('kill', `round ${round}`, (contender) => kill(arena, contender));
  if (wanted.includes('idle')) await each('idle', '', (contender) => idle(arena, contender, seconds));
  report();
} finally {
  await client.close();
  await kafka?.stop();
  arena.close();
}
process.exit(wrong ? 1 : 0);

/** One turn of a phase: each contender that has part in it. One that fails is told of, and the others go on. */
async function each<Name extends Phase>(
  phase: Name,
  turn: string,
  run: (contender: Contender) => Promise<Measured[Name][number]>,
): Promise<void> {
  for (const contender of present) {
    if (!contender.phases.includes(phase)) continue;
    const into = measured.get(contender)!;
    try {
      const result = await run(contender);
      const fault = 'fault' in result ? result.fault : null;
      // After kill -9 some peers are wrong by design: there it is a result. Everywhere else no time is shown for wrong outputs.
      if (fault !== null && (phase !== 'kill' || contender.id.startsWith('streamnorm'))) throw new Error(fault);
      (into[phase] as Measured[Name][number][]).push(result);
      say(words(phase, turn, contender.name, brief(result)).join(' · '));
    } catch (error) {
      wrong = true;
      const why = error instanceof Error ? error.message : String(error);
      into.notes.push(`${words(phase, turn).join(', ')}: ${why}`);
      say(`${phase} · ${contender.name} · ${why}`);
    }
  }
}

function report(): void {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor';
  const java = kafka === null ? 'a given broker' : `Kafka ${kafka.version}, ${javaVersion()}`;
  const fresh: Results = {
    machine: `${cpus().length} cores (${model}), Node ${process.version}, ${java}; load when it began ${load.toFixed(1)}`,
    workload: `${thousands(records)} records of JSON × 3 fields × ${thousands(keys)} keys, 4 partitions, ${rounds} rounds in turns, medians; latency and idle over ${seconds} s; restore of ${thousands(series)} series × 3 fields. Outputs were compared with an independent pass before any time was taken as valid.`,
    at: new Date().toISOString().slice(0, 10),
    contenders: [...measured.values()],
  };
  const results = flags.keep ? keepEarlier(fresh, join(flags.out, 'latest.json'), wanted as Phase[]) : fresh;
  const text = toMarkdown(results);
  mkdirSync(flags.out, { recursive: true });
  writeFileSync(join(flags.out, 'latest.json'), `${JSON.stringify({ ...results, flags }, null, 2)}\n`);
  writeFileSync(join(flags.out, 'latest.md'), text);
  console.log(text);
}

function javaVersion(): string {
  const { stderr } = spawnSync('java', ['-version'], { encoding: 'utf8' });
  return `Java ${/version "(.*?)"/.exec(stderr ?? '')?.[1] ?? 'of no known version'}`;
}

function words(...parts: string[]): string[] {
  return parts.filter((part) => part !== '');
}

function brief(result: object): string {
  return JSON.stringify(result, (_, value) => (typeof value === 'number' ? Number(value.toPrecision(4)) : value));
}

function thousands(value: number): string {
  return value.toLocaleString('en');
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

function leave(text: string, code: number): never {
  (code === 0 ? console.log : console.error)(text);
  process.exit(code);
}
