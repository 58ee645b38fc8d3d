// The numbers of the service: what the page weighs and costs, and how soon it is there. Each ratio is of one run.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { readFlags } from '../../scripts/read-flags.mjs';
import { clientOf } from '../../src/kafka/client.js';
import { Arena } from '../kafka/arena.js';
import { Workload } from '../kafka/workload.js';
import { firstPicture } from './first-picture.js';
import { load } from './load.js';
import { scrape } from './scrape.js';
import { tracing } from './tracing.js';

const help = `npm run bench:service -- [flags]

  --phases a,b     weight, picture, load, tracing, scrape (all), and fresh: npm start in a fresh clone
  --records N      records of the load phase (4000000) and a fifth of them of the tracing phase
  --series N       series of the scrape phase (1000000)

KAFKA_BROKERS names a broker that is there; else one is started.`;

interface BrokerScript {
  missingForKafka(): string | null;
  startKafka(options: { heap: string }): Promise<{ brokers: string[]; stop(): Promise<void> }>;
}

const { values: flags } = readFlags(help, {
  options: {
    phases: { type: 'string', default: 'weight,picture,load,tracing,scrape' },
    records: { type: 'string', default: '4000000' },
    series: { type: 'string', default: '1000000' },
  },
});
const phases = flags.phases.split(',');

function say(what: string, measured: string, bar = ''): void {
  console.log(`${what.padEnd(46)} ${measured}${bar === '' ? '' : `  (bar: ${bar})`}`);
}

function weigh(): void {
  const folder = resolve('dist/src/service/page');
  const sizes = readdirSync(folder).map((file) => [file, gzipSync(readFileSync(join(folder, file))).length] as const);
  const total = sizes.reduce((sum, [, size]) => sum + size, 0);
  const parts = sizes.map(([file, size]) => `${file} ${(size / 1000).toFixed(1)}`).join(', ');
  say('page, gzip', `${(total / 1000).toFixed(1)} kB: ${parts}`, '≤ 150 kB');
}

async function picture(folder: string, limit: number, bar: string): Promise<void> {
  const shown = await firstPicture(folder, limit);
  if (shown === undefined) return;
  say('first paint after the request', `${shown.paint.toFixed(0)} ms`, '≤ 500 ms');
  say('first chart after the request', `${shown.chart.toFixed(0)} ms`);
  say('npm start to the first chart', `${(shown.start / 1000).toFixed(1)} s`, bar);
}

async function onKafka(): Promise<void> {
  const given = process.env.KAFKA_BROKERS?.split(',');
  const script = pathToFileURL(resolve('scripts/kafka/broker.mjs')).href;
  const { missingForKafka, startKafka } = (await import(script)) as BrokerScript;
  const missing = given ? null : missingForKafka();
  if (missing !== null) return void console.error(`nothing is measured on Kafka: ${missing}`);
  const broker = given ? undefined : await startKafka({ heap: '512m' });
  const client = clientOf({ brokers: given ?? broker!.brokers });
  const arena = new Arena(given ?? broker!.brokers, client);
  const fill = async (records: number) => {
    const workload = new Workload({ keys: 1000, warmup: 30 });
    const source = await arena.topic('source');
    await workload.produce(client, source, records);
    return { workload, source };
  };
  try {
    if (phases.includes('load')) {
      const { workload, source } = await fill(Number(flags.records));
      const { rate, cpu, turns, sent } = await load(arena, workload, source);
      const k = (x: number) => `${(x / 1000).toFixed(0)} k`;
      const percent = (x: number) => `${(100 * x).toFixed(1)} %`;
      say(
        `records/s without and with ten pages`,
        `${k(rate[0])}, ${k(rate[1])}: ${percent(rate[1] / rate[0] - 1)}, ${turns} turns`,
        '≥ −3 %',
      );
      say(
        'µs of processor time a record',
        `${cpu[0].toFixed(2)}, ${cpu[1].toFixed(2)}: ${percent(cpu[1] / cpu[0] - 1)}`,
      );
      say('sent to the ten pages', `${sent.toFixed(0)} kB/s`);
      await client.admin.deleteTopics([source]).catch(() => {});
    }
    if (phases.includes('tracing')) {
      const { workload, source } = await fill(Number(flags.records) / 5);
      const [without, with_] = await tracing(arena, workload, source);
      say(
        'µs a record without and with spans',
        `${without.toFixed(2)}, ${with_.toFixed(2)}: ${(100 * (with_ / without - 1)).toFixed(1)} %`,
      );
    }
    if (phases.includes('scrape')) {
      const { series, median, longest, kilobytes } = await scrape(arena, Number(flags.series));
      say(
        `/metrics with ${series} series`,
        `${median.toFixed(1)} ms, at most ${longest.toFixed(1)} ms, ${kilobytes.toFixed(1)} kB`,
        '≤ 20 ms',
      );
    }
  } finally {
    arena.close();
    await client.close();
    await broker?.stop();
  }
}

async function fresh(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'streamnorm-fresh-'));
  try {
    const { status, stderr } = spawnSync('git', ['clone', '--quiet', '--no-hardlinks', resolve('.'), folder], {
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(stderr);
    await picture(folder, 300_000, '≤ 90 s in a fresh clone');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (phases.includes('weight')) weigh();
if (phases.includes('picture')) await picture(resolve('.'), 30_000, '≤ 3 s in a built checkout');
if (phases.includes('fresh')) await fresh();
if (phases.some((phase) => ['load', 'tracing', 'scrape'].includes(phase))) await onKafka();
console.log(`load average ${loadavg()[0]!.toFixed(1)} at the end`);
