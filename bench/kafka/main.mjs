// Throughput, latency, restore, kill and idle of each program, one after the other in turns, on one broker.
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { fromKafka, RecordBatchList } from '../../dist/src/kafka/index.js';
import { partitionOfKey } from '../../dist/src/kafka/partition-of-key.js';
import { missingForKafka, startKafka } from '../../scripts/kafka/broker.mjs';
import { peers } from './peers.mjs';
import { connect, difference, PARTITIONS, produce, record, scoresOf, uniform } from './workload.mjs';

const { values: flags } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    records: { type: 'string', default: '1000000' },
    keys: { type: 'string', default: '1000' },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '30' },
    series: { type: 'string', default: '1000000' },
    phases: { type: 'string', default: 'throughput,latency,restore,kill,idle' },
    help: { type: 'boolean', default: false },
  },
});
if (flags.help) {
  console.log(
    'npm run bench:kafka -- [--only streamnorm] [--records 1000000] [--keys 1000] [--rounds 3] [--seconds 30] [--series 1000000] [--phases throughput,latency,restore,kill,idle]',
  );
  process.exit(0);
}
const records = Number(flags.records);
const phases = flags.phases.split(',');
const say = (text) => process.stderr.write(`${text}\n`);
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const missing = missingForKafka();
if (missing) {
  console.error(missing);
  process.exit(1);
}
const kafka = process.env.KAFKA_BROKERS ? null : await startKafka({ heap: '1g' });
const brokers = kafka?.brokers ?? process.env.KAFKA_BROKERS.split(',');
const client = connect(brokers);
const names = Object.keys(peers).filter((name) => {
  if (!name.includes(flags.only)) return false;
  const reason = peers[name].missing?.() ?? null;
  if (reason) say(`${name} is left out: ${reason}`);
  return reason === null;
});
const results = Object.fromEntries(names.map((name) => [name, {}]));
let serial = 0;

try {
  if (phases.includes('throughput')) await throughput();
  if (phases.includes('latency')) await each('latency', latency);
  if (phases.includes('restore')) await each('restore', restore);
  if (phases.includes('kill')) await each('kill', kill);
  if (phases.includes('idle')) await each('idle', idle);
  report();
} finally {
  await client.close();
  await kafka?.stop();
}

async function each(phase, measure) {
  for (const name of names) {
    say(`${phase}: ${name}`);
    try {
      Object.assign(results[name], await measure(name));
    } catch (error) {
      say(`  ${error.message}`);
      results[name][phase] = error.message;
    }
  }
}

async function topics() {
  const id = `bench-${process.pid}-${++serial}`;
  const names = { source: `${id}-in`, sink: `${id}-out`, group: id, brokers };
  await client.admin.createTopics([
    { name: names.source, partitions: PARTITIONS },
    { name: names.sink, partitions: PARTITIONS },
  ]);
  await wait(500);
  return names;
}

/**
 * Records of the source that a program is done with: by its committed offsets where its outputs are committed with them, else by the
 * end of the sink (a transaction's markers are in there too, and it may come before the outputs are visible).
 */
async function done(name, { source, sink, group }) {
  let count = 0;
  for (let partition = 0; partition < PARTITIONS; partition++)
    count += isTransactional(name)
      ? ((await client.admin.committedOffset(group, { topic: source, partition })) ?? 0)
      : await client.admin.offset({ topic: sink, partition }, 'latest');
  return count;
}

function isTransactional(name) {
  return !/at.least.once/.test(name);
}

/** Waits until `holds`; fails when the program ends before, or after `limit` ms. */
async function until(program, what, holds, limit = 180_000, every = 50) {
  const end = performance.now() + limit;
  while (!(await holds())) {
    if (program?.ended) throw new Error(`it ended before ${what}: ${program.log.slice(-600)}`);
    if (performance.now() > end) throw new Error(`not within ${limit} ms: ${what}`);
    await wait(every);
  }
}

/** Rounds in turns, A B C A B C: all records once through each; rate and processor time from the first output on. */
async function throughput() {
  const source = (await topics()).source;
  say(`writing ${records} records of ${flags.keys} keys`);
  await produce(client, source, { count: records, keys: Number(flags.keys) });
  const rounds = Object.fromEntries(names.map((name) => [name, []]));
  let reference;
  for (let round = 0; round < Number(flags.rounds); round++)
    for (const name of names) {
      const run = { ...(await topics()), source };
      const began = performance.now();
      const program = peers[name].start(run);
      let figures;
      try {
        await until(program, 'its first output', async () => (await done(name, run)) > 0);
        const first = { at: performance.now(), cpu: program.cpu(), count: await done(name, run) };
        await until(program, 'its last output', async () => (await done(name, run)) >= records, 300_000);
        const [now, cpu, left] = [performance.now(), program.cpu(), Math.max(1, records - first.count)];
        figures = {
          rate: (1000 * left) / (now - first.at),
          steadyCpu: (1000 * (cpu - first.cpu)) / left,
          wholeRate: (1000 * records) / (now - began),
          wholeCpu: (1000 * cpu) / records,
        };
      } finally {
        await program.stop();
      }
      rounds[name].push(figures);
      const scores = await scoresOf(client, run.sink, !isTransactional(name));
      reference ??= scores;
      const differs = difference(reference, scores);
      if (differs) throw new Error(`${name} and ${names[0]} do not agree: ${differs}`);
      say(`round ${round + 1}: ${name}: ${Math.round(figures.rate / 1000)} k/s, ${figures.steadyCpu.toFixed(1)} µs`);
      await client.admin.deleteTopics([run.sink]);
    }
  for (const name of names)
    for (const figure of ['rate', 'steadyCpu', 'wholeCpu', 'wholeRate'])
      results[name][figure] = median(rounds[name].map((each) => each[figure]));
  say('all outputs agree');
}

/** 1,000 records a second, each timed from the call that writes it to the moment a reader of committed records has it. */
async function latency(name) {
  const run = await topics();
  const program = peers[name].start(run);
  const sent = [];
  const took = [];
  const reader = fromKafka({ client, groupId: `${run.group}-reader`, topics: [run.sink], maxWait: 100 }).subscribe(
    (delivery) => {
      const now = performance.now();
      for (let i = 0; i < delivery.records.length; i++) {
        const n = Number(/"n":(\d+)/.exec(Buffer.from(delivery.records.value(i)).toString())[1]);
        took[n] ??= now - sent[n];
      }
      delivery.settle();
    },
  );
  const producer = client.producer();
  const pending = new Set();
  const draw = uniform(2);
  let n = 0;
  /** Sends what is due at 1,000 a second for `seconds`. */
  const send = async (seconds) => {
    const [from, began] = [n, performance.now()];
    while (n < from + 1000 * seconds) {
      const due = Math.min(from + 1000 * seconds, from + Math.floor(performance.now() - began));
      const lists = Array.from({ length: PARTITIONS }, () => new RecordBatchList());
      for (; n < due; n++) {
        const key = Buffer.from(`device-${n % 1000}`);
        sent[n] = performance.now();
        lists[partitionOfKey(key, PARTITIONS)].append(
          Date.now(),
          key,
          Buffer.from(record(`device-${n % 1000}`, n, draw)),
        );
      }
      const batches = lists.map((list, partition) => ({ topic: run.source, partition, records: list }));
      const write = producer.produce(batches.filter(({ records: list }) => list.count > 0));
      pending.add(write);
      write.finally(() => pending.delete(write));
      await wait(4);
    }
    await Promise.all(pending);
  };
  try {
    await send(3);
    await until(program, 'the first outputs', () => took.filter((each) => each !== undefined).length >= 3000, 90_000);
    const warm = n;
    await send(Number(flags.seconds));
    await until(
      program,
      'all outputs',
      () => took.slice(warm).filter((each) => each !== undefined).length === n - warm,
      60_000,
    );
    const sorted = took.slice(warm).sort((a, b) => a - b);
    return { p50: sorted[Math.floor(sorted.length * 0.5)], p99: sorted[Math.floor(sorted.length * 0.99)] };
  } finally {
    reader.unsubscribe();
    await producer.close();
    await program.stop();
  }
}

/** State of many series: how long from a start to the first output that needed it. */
async function restore(name) {
  if (name.startsWith('plain')) return { restore: 'keeps its state in memory' };
  const run = await topics();
  const count = Number(flags.series);
  await produce(client, run.source, { count, keys: count, each: true });
  const first = peers[name].start(run);
  try {
    await until(first, 'all series', async () => (await done(name, run)) >= count, 300_000);
    await wait(1000);
  } finally {
    await first.stop();
  }
  return { restore: await backToWork(name, run, count) };
}

/** kill -9 in the middle of the work, started again at once. */
async function kill(name) {
  if (name.startsWith('plain')) return { kill: 'loses its state' };
  const run = { ...(await topics()), instance: 'bench-1' };
  await produce(client, run.source, { count: 20_000, keys: 1000 });
  const first = peers[name].start(run);
  await until(first, 'its outputs', async () => (await done(name, run)) >= 20_000, 60_000);
  first.child.kill('SIGKILL');
  await first.exited;
  return { kill: await backToWork(name, run, 20_000) };
}

/** Seconds from the start of the program to its first further output. */
async function backToWork(name, run, before) {
  await produce(client, run.source, { count: PARTITIONS * 100, keys: 1000, seed: 3 });
  const began = performance.now();
  const program = peers[name].start(run);
  try {
    const end = isTransactional(name) ? before : await done(name, run);
    await until(program, 'its first output', async () => (await done(name, run)) > end, 180_000, 20);
    return (performance.now() - began) / 1000;
  } finally {
    await program.stop();
  }
}

/** Processor time of a program that is connected and has nothing to do, as a part of one core. */
async function idle(name) {
  const run = await topics();
  await produce(client, run.source, { count: 1000, keys: 100 });
  const program = peers[name].start(run);
  try {
    await until(program, 'its outputs', async () => (await done(name, run)) >= 1000, 60_000);
    await wait(3000);
    const before = program.cpu();
    await wait(20_000);
    return { idle: (program.cpu() - before) / 20_000 };
  } finally {
    await program.stop();
  }
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

function report() {
  const number = (value, digits, unit) =>
    typeof value === 'number' ? `${value.toFixed(digits)}${unit}` : (value ?? '–');
  const rows = [
    ['records/s, steady', ({ rate }) => (rate ? `${Math.round(rate / 1000)} k` : '–')],
    ['CPU a record, steady', ({ steadyCpu }) => number(steadyCpu, 1, ' µs')],
    ['records/s, with start', ({ wholeRate }) => (wholeRate ? `${Math.round(wholeRate / 1000)} k` : '–')],
    ['CPU a record, with start', ({ wholeCpu }) => number(wholeCpu, 1, ' µs')],
    ['latency at 1,000/s, p50', ({ p50, latency: why }) => number(p50 ?? why, 0, ' ms')],
    ['latency at 1,000/s, p99', ({ p99, latency: why }) => number(p99 ?? why, 0, ' ms')],
    [
      `restore ${Number(flags.series).toLocaleString('en')} series × 3, start to first record`,
      ({ restore: s }) => number(s, 1, ' s'),
    ],
    ['back to work after kill -9', ({ kill: s }) => number(s, 1, ' s')],
    [
      'idle, connected',
      ({ idle: part }) => (typeof part === 'number' ? `${(100 * part).toFixed(1)} % of a core` : (part ?? '–')),
    ],
  ];
  const table = [
    `| | ${names.join(' | ')} |`,
    `|---|${names.map(() => '---|').join('')}`,
    ...rows.map(([label, cell]) => `| ${label} | ${names.map((name) => cell(results[name])).join(' | ')} |`),
  ].join('\n');
  const machine = `${cpus().length} × ${cpus()[0].model.trim()}, Node ${process.version}, Kafka ${kafka?.version ?? 'given'}, ${records.toLocaleString('en')} records × 3 fields × ${flags.keys} keys, ${PARTITIONS} partitions`;
  console.log(`${machine}\n\n${table}`);
  mkdirSync('.cache/bench', { recursive: true });
  writeFileSync('.cache/bench/kafka.json', `${JSON.stringify({ machine, flags, results }, null, 2)}\n`);
}
