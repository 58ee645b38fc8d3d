import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { EngineProcess } from '../engine-process.js';
import { api } from '../kafka-proxy.js';
import { type Cluster, sleep } from '../lab.js';
import { PipelineUnderTest } from '../pipeline.js';
import { conclude, type Scenario } from '../scenario.js';
import { feed, workload } from '../workload.js';

const BUDGET = 8 * 2 ** 20;
/** What one partition's fetch may bring beyond the budget, and what frames add. */
const SLACK = 4 * 2 ** 20;

export const F11: Scenario = {
  id: 'F11',
  title: 'a sink that takes one record a millisecond, a source that is full',
  short: 0.2,
  async run(lab) {
    const { proxy, ...cluster } = await lab.proxied();
    const pipeline = await PipelineUnderTest.open(lab, { cluster, source: { maxBytesInFlight: BUDGET } });
    const seconds = lab.scaled(180, 36);
    const records = Math.max(100_000, seconds * 3000);
    await feed(workload({ records, keys: records / 100, seed: lab.seed }), {
      client: pipeline.client,
      topic: pipeline.source,
      partitions: pipeline.partitions,
      batchBytes: 16_384, // what of a batch is cut off at a fetch's end is fetched again: that shall be little
    });
    const size = logBytes(cluster, pipeline.source);
    const faults: string[] = [];
    // An output and its state take some 800 bytes: so many pass in a millisecond.
    let free = 0;
    proxy.onRequest = (request) => {
      if (request.api !== api.produce) return 'pass';
      const now = performance.now();
      free = Math.max(free, now) + request.bytes.length / 800;
      return sleep(free - now).then(() => 'pass');
    };
    const engine = pipeline.start();
    await sleep(8000);
    const joins = proxy.count(api.joinGroup);
    const samples = engine.memory.length;
    const before = await pipeline.committed();
    let most = 0;
    for (let i = 0; i < seconds && engine.isRunning; i++) {
      await sleep(1000);
      const committed = (await pipeline.committed()) / records;
      if (committed >= 0) most = Math.max(most, proxy.fetched - committed * size);
    }
    const rate = ((await pipeline.committed()) - before) / seconds;
    const memory = plateau(engine, samples);
    faults.push(...memory.faults);
    if (proxy.count(api.joinGroup) > joins) faults.push('the group was rebalanced');
    if (most > BUDGET + SLACK) faults.push(`${Math.round(most / 2 ** 20)} MiB were in flight, more than the budget`);
    proxy.reset();
    const outcome = await conclude(pipeline, lab);
    outcome.faults.unshift(...faults);
    outcome.facts.unshift(
      `${Math.round(rate)} records/s through for ${seconds} s`,
      memory.fact,
      `≤ ${(most / 2 ** 20).toFixed(1)} MiB in flight`,
    );
    return outcome;
  },
};

export const F12: Scenario = {
  id: 'F12',
  title: 'the sink is down for five minutes',
  async run(lab) {
    const { proxy, ...cluster } = await lab.proxied();
    const pipeline = await PipelineUnderTest.open(lab, { cluster, source: { maxBytesInFlight: BUDGET } });
    const seconds = lab.scaled(300, 30);
    const feeding = feed(workload({ records: (seconds + 20) * 2000, keys: 5000, seed: lab.seed }), {
      client: pipeline.client,
      topic: pipeline.source,
      partitions: pipeline.partitions,
      rate: 2000,
    });
    const faults: string[] = [];
    const engine = pipeline.start();
    await sleep(8000);
    proxy.onRequest = (request) => (request.api === api.produce ? 'cut' : 'pass');
    await sleep(3000);
    const joins = proxy.count(api.joinGroup);
    const beats = proxy.count(api.heartbeat);
    const samples = engine.memory.length;
    await sleep(seconds * 1000);
    if (proxy.count(api.joinGroup) > joins) faults.push('the group was rebalanced');
    if (engine.isRunning && proxy.count(api.heartbeat) - beats < seconds / 6) faults.push('heartbeats have stopped');
    const memory = plateau(engine, samples);
    faults.push(...memory.faults);
    proxy.onRequest = null;
    await pipeline.recovered(`${seconds} s without a sink`);
    await feeding;
    const outcome = await conclude(pipeline, lab, { recovery: 15_000 });
    outcome.faults.unshift(...faults);
    outcome.facts.unshift(`down for ${seconds} s`, memory.fact);
    return outcome;
  },
};

/** Memory must not grow: its last third is compared with its first. */
function plateau(engine: EngineProcess, from: number): { faults: string[]; fact: string } {
  const samples = engine.memory.slice(from);
  const third = Math.floor(samples.length / 3);
  if (third < 8) return { faults: ['too few samples of memory'], fact: '' };
  const mean = (xs: number[]): number => xs.reduce((sum, x) => sum + x, 0) / xs.length;
  const thirds = [0, 1, 2].map((i) => mean(samples.slice(i * third, (i + 1) * third)));
  const fact = `memory by thirds ${thirds.map((mb) => Math.round(mb)).join(', ')} MB`;
  return { faults: thirds[2]! > thirds[0]! * 1.1 ? [`it grew: ${fact}`] : [], fact };
}

/** Bytes of all partitions of a topic as the broker keeps them. */
function logBytes({ kafka }: Pick<Cluster, 'kafka'>, topic: string): number {
  const { data } = kafka.nodes[0]!;
  let bytes = 0;
  for (const folder of readdirSync(data).filter((name) => name.startsWith(`${topic}-`)))
    for (const file of readdirSync(join(data, folder)).filter((name) => name.endsWith('.log')))
      bytes += statSync(join(data, folder, file)).size;
  return bytes;
}
