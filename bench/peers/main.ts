// The same work by other tools and by this one, in turns, in one run, on the same numbers.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { readFlags } from '../../scripts/read-flags.mjs';
import { askAll } from './ask-all.js';
import type { Row, RowOptions } from './case.js';
import { judge } from './judge.js';
import { measureCase } from './measure-case.js';
import type { RowResult } from './results.js';
import { accuracy } from './rows/accuracy.js';
import { columns } from './rows/columns.js';
import { csv } from './rows/csv.js';
import { detectors } from './rows/detectors.js';
import { growth } from './rows/growth.js';
import { kafka } from './rows/kafka.js';
import { batchNormalization, miniBatch } from './rows/mini-batch.js';
import { oneValue } from './rows/one-value.js';
import { quantiles } from './rows/quantiles.js';
import { records } from './rows/records.js';
import { serveWork } from './serve-work.js';
import { toMarkdown } from './to-markdown.js';
import { staleTables, writeTables } from './write-tables.js';

const rows: readonly Row[] = [
  oneValue,
  miniBatch,
  batchNormalization,
  columns,
  quantiles,
  detectors,
  records,
  csv,
  accuracy,
  growth,
  kafka,
];

const help = `npm run bench:peers -- [row…] [flags]

rows: ${rows.map(({ id }) => id).join(', ')} (all); one case of a row as row/case

  --processes N    times that every contender is started (3)
  --rounds N       turns of each (3)
  --turn MS        about how long a contender works in a turn (100)
  --size MB        of the file of the csv row (100)
  --records N      of the kafka row (1000000)
  --no-peers       only what needs nothing brought
  --smoke          a tiny form of each row without peers: that it runs, not how fast
  --out FOLDER     where <row>.json and <row>.md go (.cache/peers/results)
  --publish        writes into bench/peers/results, which docs/peers.md and the figures of README.md are made of
  --tables         writes these from bench/peers/results, and measures nothing
  --check          fails when they are not what bench/peers/results says`;

if (process.argv[2] === '--worker') {
  const [, , , id, contender, path, ...pairs] = process.argv;
  const given: RowOptions = JSON.parse(process.env.BENCH_PEERS!);
  const all = rows.flatMap((row) => [...row.cases(given), ...(row.inquiries?.(given) ?? [])]);
  const one = all.find((each) => each.id === id)!;
  await serveWork(one.contenders.find((each) => each.id === contender)!, path!, pairs);
} else await main();

async function main(): Promise<void> {
  const { values: flags, positionals } = readFlags(help, {
    allowPositionals: true,
    options: {
      processes: { type: 'string' },
      rounds: { type: 'string' },
      turn: { type: 'string' },
      'no-peers': { type: 'boolean', default: false },
      size: { type: 'string', default: '100' },
      records: { type: 'string', default: '1000000' },
      tables: { type: 'boolean', default: false },
      check: { type: 'boolean', default: false },
      smoke: { type: 'boolean', default: false },
      out: { type: 'string', default: '.cache/peers/results' },
      publish: { type: 'boolean', default: false },
    },
  });
  const order = rows.map(({ id }) => id);
  if (flags.tables) return writeTables(order);
  if (flags.check) {
    const stale = staleTables(order);
    if (stale.length > 0)
      leave(`${stale.join(', ')}: not what bench/peers/results says: npm run bench:peers -- --tables`);
    return console.log('the tables are those of bench/peers/results');
  }
  for (const name of positionals) {
    const [id] = name.split('/');
    if (!rows.some((row) => row.id === id)) leave(`there is no row ${name}; there are ${rows.map((row) => row.id)}`);
  }
  const options = {
    processes: positive('processes', flags.processes ?? (flags.smoke ? '1' : '3')),
    rounds: positive('rounds', flags.rounds ?? (flags.smoke ? '1' : '3')),
    turn: positive('turn', flags.turn ?? (flags.smoke ? '1' : '100')),
    withPeers: !(flags.smoke || flags['no-peers']),
    say: (text: string) => void process.stderr.write(`${text}\n`),
  };
  const given: RowOptions = {
    isSmoke: flags.smoke,
    size: positive('size', flags.size),
    records: positive('records', flags.records),
  };
  process.env.BENCH_PEERS = JSON.stringify(given); // for the processes of our own contenders
  const out = flags.publish ? 'bench/peers/results' : flags.out;
  for (const row of rows) {
    const wanted = positionals.filter((name) => name.split('/')[0] === row.id);
    if (positionals.length > 0 && wanted.length === 0) continue;
    const result: RowResult = {
      row: row.id,
      title: row.title,
      command: `npm run bench:peers -- ${row.id}`,
      machine: machine(),
      at: new Date().toISOString().slice(0, 10),
      cases: [],
      tables: [],
      judgements: [],
    };
    for (const one of row.cases(given)) {
      if (wanted.length > 0 && !wanted.some((name) => name === row.id || name === one.id)) continue;
      if (!flags.smoke) options.say(`── ${one.id}`);
      const measured = await measureCase(one, options);
      result.cases.push(measured);
      // A peer's other answer is a result; ours is a fault.
      if (measured.contenders.some(({ isOurs, note }) => isOurs && note !== null)) process.exitCode = 1;
      result.judgements.push(...judge(measured));
    }
    for (const inquiry of row.inquiries?.(given) ?? []) {
      if (wanted.length > 0 && !wanted.some((name) => name === row.id || name === inquiry.id)) continue;
      if (!flags.smoke) options.say(`── ${inquiry.id}`);
      const { table, isFaulty } = await askAll(inquiry, options);
      result.tables.push(table);
      if (isFaulty) process.exitCode = 1;
    }
    if (row.measure && !flags.smoke) {
      const { tables, judgements } = row.measure(given);
      result.tables.push(...tables);
      result.judgements.push(...judgements);
    }
    if (flags.smoke) {
      for (const { title, body } of result.tables) console.log(`${row.id}: ${title}: ${body.length} answered`);
      for (const { id, contenders } of result.cases)
        for (const { name, note } of contenders) console.log(`${id}: ${name}: ${note ?? 'right'}`);
      continue;
    }
    const text = toMarkdown(result);
    console.log(text);
    mkdirSync(out, { recursive: true });
    writeFileSync(join(out, `${row.id}.json`), `${JSON.stringify(result, null, 2)}\n`);
    if (!flags.publish) writeFileSync(join(out, `${row.id}.md`), text);
  }
}

function machine(): string {
  const java = spawnSync('java', ['-version'], { encoding: 'utf8' }).stderr ?? '';
  const python = spawnSync('python3', ['--version'], { encoding: 'utf8' }).stdout ?? '';
  const languages = [
    `Node ${process.versions.node}`,
    python.trim(),
    java === '' ? '' : `Java ${/version "(.*?)"/.exec(java)?.[1] ?? ''}`,
  ].filter((each) => each !== '');
  const model = cpus()[0]?.model.trim() ?? 'unknown processor';
  return `${availableParallelism()} cores (${model}), ${languages.join(', ')}; load when it began ${loadavg()[0]!.toFixed(1)}`;
}

function positive(flag: string, text: string): number {
  const value = Number(text);
  if (!(Number.isInteger(value) && value > 0)) leave(`--${flag} must be an integer > 0, got ${text}`);
  return value;
}

function leave(text: string): never {
  console.error(text);
  process.exit(2);
}
