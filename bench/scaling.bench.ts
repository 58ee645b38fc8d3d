// What fleets of devices need, from what this machine measures a series and a record to cost, and what their consumer groups do when
// processes come, go and die. BENCH_RATE, BENCH_CPU, BENCH_BROKER_CPU and BENCH_RESTORE replace the figures of `npm run bench:kafka`,
// which docs/scaling.md quotes.
import { ChangelogStore } from '../src/kafka/changelog-store.js';
import { partitionOfKey } from '../src/kafka/partition-of-key.js';
import type { KafkaClient } from '../src/kafka/port.js';
import { RecordNormalizer } from '../src/normalize/record-normalizer.js';
import { SeriesLog } from '../src/series/series-log.js';
import { SeriesTable } from '../src/series/series-table.js';
import { type GroupEvent, type GroupModel, SimulatedGroup } from './scaling/simulated-group.js';
import { seededGaussian } from './support/seeded-gaussian.js';

const isSmoke = process.env.BENCH_SMOKE !== undefined;
const given = (name: string, otherwise: number) => Number(process.env[name] ?? otherwise);

/** `npm run bench:kafka -- --only streamnorm-eo --phases throughput,restore`, two cores (AMD EPYC), Node 20.20, Kafka 4.4. */
const measured = {
  /** Records a second of one process. */
  rate: given('BENCH_RATE', 66_000),
  /** µs a record, of the process and of its broker, with one replica. */
  cpu: given('BENCH_CPU', 14.2),
  brokerCpu: given('BENCH_BROKER_CPU', 10.4),
  /** Entries of the changelog that a process takes in a second. */
  restore: given('BENCH_RESTORE', 170_000),
};
/** A record as a device sends it, and as it comes out: bytes of JSON. */
const INPUT = 180;
const OUTPUT = INPUT + 80;
/** Bytes a second that a broker is taken to give out to restores: a third of 10 Gbit/s. */
const BROKER_RESTORE = 400e6;
const FIELDS = ['temperature', 'vibration', 'pressure'];

console.log(`what a series costs: ${FIELDS.length} fields, a key of 14 letters; a million of them in one table\n`);
const costs = costOfSeries(isSmoke ? 10_000 : 1_000_000);
console.table({
  'memory, bytes a series': costs.memory,
  'entry of the changelog, bytes on the wire': costs.entry,
});

interface Fleet {
  devices: number;
  /** Seconds from one record of a device to the next. */
  every: number;
  partitions: number;
  processes: number;
  brokers: number;
}
const fleets: readonly Fleet[] = isSmoke
  ? [fleet(10_000, 10, 8, 2, 3)]
  : [fleet(10_000, 10, 12, 2, 3), fleet(1_000_000, 10, 48, 4, 3), fleet(100_000_000, 10, 2_400, 300, 60)];
console.log('\nwhat fleets need: a record each 10 s from every device, 3 replicas');
console.table(Object.fromEntries(fleets.map((each) => [`${each.devices} devices`, needs(each)])));

const thousand = isSmoke ? fleet(10_000, 10, 24, 6, 3) : fleet(100_000_000, 2.5, 8_000, 1_000, 120);
for (const each of [...fleets.slice(1), thousand]) simulate(each);

function fleet(devices: number, every: number, partitions: number, processes: number, brokers: number): Fleet {
  return { devices, every, partitions, processes, brokers };
}

function needs({ devices, every, partitions, processes, brokers }: Fleet): Record<string, string> {
  const rate = devices / every;
  // A series changes at most once in a transaction; of many devices hardly one comes twice in it.
  const changelog = rate * costs.entry;
  const network = rate * (INPUT + OUTPUT) + changelog;
  return {
    'records/s': rate.toLocaleString('en'),
    'processes (cores)': `${processes}, at ${Math.round((100 * rate) / processes / measured.rate)} %`,
    partitions: `${partitions}, ${Math.round(devices / partitions).toLocaleString('en')} series each`,
    'state, all': size(devices * costs.memory),
    'state, a process': size((devices * costs.memory) / processes),
    'changelog, compacted': size(devices * costs.entry),
    'changelog written/s': size(changelog),
    'network of processes/s': size(network),
    'disk written by brokers/s, 3 replicas': size(3 * (rate * (INPUT + OUTPUT) + changelog)),
    'broker cores, 3 replicas': `${Math.ceil((rate * measured.brokerCpu * 2) / 1e6)} in ${brokers} brokers`,
    'restore of a lost process alone': `${(devices / processes / measured.restore).toFixed(0)} s of its work`,
  };
}

function simulate(each: Fleet): void {
  const { processes, partitions, brokers, devices, every } = each;
  const series = seriesOfPartitions(devices, partitions);
  const model: GroupModel = {
    brokers,
    stateBytes: series.map((count) => count * costs.entry),
    rates: series.map((count) => count / every),
    capacity: measured.rate,
    restore: { process: measured.restore * costs.entry, broker: BROKER_RESTORE },
    sessionTimeout: 6_000,
    heartbeatInterval: 2_000,
    drain: 100,
    costOfMember: 0.5,
    initialDelay: 3_000,
    seed: 42,
  };
  const ids = Array.from({ length: processes }, (_, process) => process);
  const events = (kind: 'join' | 'leave' | 'kill', list: readonly number[], apart = 0): GroupEvent[] =>
    list.map((process, i) => ({ at: i * apart, kind, process }));
  const apart = 10_000;
  const away = 5_000;
  const scenarios: Record<string, GroupEvent[]> = {
    'one is killed': events('kill', [0]),
    'one leaves': events('leave', [0]),
    'one more joins': events('join', [processes]),
    'one in a hundred is killed at once': events('kill', ids.slice(0, Math.max(1, Math.round(processes / 100)))),
    'a third is killed at once': events(
      'kill',
      ids.filter((process) => process % 3 === 0),
    ),
    'one after the other made anew, 10 s apart': ids.flatMap((process, i): GroupEvent[] => [
      { at: i * apart, kind: 'leave', process },
      { at: i * apart + away, kind: 'join', process: processes + process },
    ]),
    'the same with groupInstanceId': ids.map((process, i) => ({ at: i * apart, kind: 'restart', process, away })),
  };
  console.log(
    `\n${processes} processes, ${partitions} partitions, ${brokers} brokers, ${devices.toLocaleString('en')} devices`,
  );
  const began = performance.now();
  const start = new SimulatedGroup(model).run(events('join', ids));
  const took = performance.now() - began;
  const rows = [row('all start within 10 s', new SimulatedGroup(model).run(events('join', ids, 10_000 / processes)))];
  for (const [name, list] of Object.entries(scenarios)) {
    const group = new SimulatedGroup(model);
    group.run(events('join', ids));
    rows.push(row(name, group.run(list)));
  }
  console.table(Object.fromEntries(rows));
  console.log(
    `in a rebalance the coordinator sends the leader ${size(start.joinBytes)}, and keeps ${size(start.groupBytes)} of the group in one record; ` +
      `sharing out from nothing, and simulating it, took ${Math.round(took)} ms here`,
  );
}

function row(name: string, outcome: ReturnType<SimulatedGroup['run']>): [string, Record<string, string | number>] {
  const seconds = (ms: number) => (Number.isNaN(ms) ? '–' : Number.isFinite(ms) ? (ms / 1000).toFixed(1) : 'never');
  const { rebalances, moved, orphaned, paused, settled, halfServed, allServed, caughtUp, storm, restoredBytes } =
    outcome;
  return [
    name,
    {
      rebalances,
      moved,
      'without owner': orphaned,
      'others stood still, s': seconds(paused),
      'shared out, s': seconds(settled),
      'half served, s': seconds(halfServed),
      'all served, s': seconds(allServed),
      'caught up, s': seconds(caughtUp),
      'restores at once': storm,
      restored: size(restoredBytes),
      'most records over mean': outcome.imbalance.records.toFixed(2),
    },
  ];
}

/** Devices of each partition, by the hash of their keys; of very many as many as chance gives. */
function seriesOfPartitions(devices: number, partitions: number): Float64Array {
  const counts = new Float64Array(partitions);
  if (devices > 1_000_000) {
    const mean = devices / partitions;
    const chance = seededGaussian({ seed: 1, length: partitions });
    return counts.map((_, i) => Math.round(mean + Math.sqrt(mean) * chance[i]!));
  }
  for (let i = 0; i < devices; i++) counts[partitionOfKey(Buffer.from(nameOf(i)), partitions)]! += 1;
  return counts;
}

function nameOf(i: number): string {
  return `sensor-${String(i).padStart(7, '0')}`;
}

/** Bytes of memory, and of an entry of the changelog as it is written, of a series that has been seen twice. */
function costOfSeries(series: number): { memory: number; entry: number } {
  const table = new SeriesTable();
  const normalizer = new RecordNormalizer({
    named: FIELDS.map((name) => ({ name, options: { method: 'z-score' as const } })),
    table,
  });
  const log = new SeriesLog(table, () => undefined);
  const store = new ChangelogStore({ client: {} as KafkaClient, topic: 'changelog' });
  const batch = store.batch(0);
  for (let i = 0; i < series; i++) {
    const slot = table.slotOf(nameOf(i));
    for (let k = 0; k < FIELDS.length; k++) {
      normalizer.score(k, slot, 20 + k + i / series, Number.NaN);
      normalizer.score(k, slot, 21 + k, Number.NaN);
    }
  }
  let entries = 0;
  log.collect((key, value) => {
    store.append(batch, 1.7e12, key, value);
    entries++;
  });
  return { memory: Math.round(table.byteLength / series), entry: Math.round(batch.records.byteLength / entries) };
}

function size(bytes: number): string {
  for (const [unit, name] of [
    [1e12, 'TB'],
    [1e9, 'GB'],
    [1e6, 'MB'],
    [1e3, 'kB'],
  ] as const)
    if (bytes >= unit) return `${(bytes / unit).toPrecision(3)} ${name}`;
  return `${Math.round(bytes)} B`;
}
