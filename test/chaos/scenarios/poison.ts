import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { recordBatchLayout as layout } from '../../../src/kafka/record-batch/record-batch-layout.js';
import { RecordBatchList } from '../../../src/kafka/record-batch/record-batch-list.js';
import { readTopic } from '../dead-letters.js';
import type { Lab } from '../lab.js';
import { PackedBatch, setCodec } from '../packed-batches.js';
import { PipelineUnderTest } from '../pipeline.js';
import { conclude, type Outcome, type Scenario } from '../scenario.js';
import { feed, type SourceRecord, workload } from '../workload.js';

/** Batches that cannot be read: what makes one so, and what its dead letter must say. */
interface Poison {
  reason: RegExp;
  batch(): RecordBatchList;
  /** Damages it where the broker has it. */
  damage?(batch: Buffer): void;
}

const MARK = 'poison-';

/** Good records, one poisoned batch after the other, good records: all that is good must come out, each batch be one dead letter. */
async function poisoned(lab: Lab, poisons: readonly Poison[], memory: number): Promise<Outcome> {
  const cluster = await lab.single();
  const pipeline = await PipelineUnderTest.open(lab, {
    cluster,
    partitions: 2,
    sourceSettings: { 'max.message.bytes': '20000000' },
  });
  const { client, source } = pipeline;
  const good = [...workload({ records: 4000, keys: 40, seed: lab.seed })];
  const put = (records: SourceRecord[]): Promise<number> =>
    feed(records, { client, topic: source, partitions: pipeline.partitions });
  await put(good.slice(0, 2000));
  const producer = client.producer();
  const places: { first: number; next: number }[] = [];
  for (const { batch } of poisons) {
    const at = { topic: source, partition: 1 };
    const records = batch();
    const first = await client.admin.offset(at, 'latest');
    await producer.produce([{ ...at, records }]);
    places.push({ first, next: first + records.count });
    await put(good.slice(2000, 2100));
    good.splice(2000, 100);
  }
  await put(good.slice(2000));
  await producer.close();
  if (poisons.some(({ damage }) => damage !== undefined)) {
    const node = cluster.kafka.nodes[0]!;
    await node.stop();
    const folder = join(node.data, `${source}-1`);
    for (const name of readdirSync(folder).filter((file) => file.endsWith('.log'))) {
      const log = readFileSync(join(folder, name));
      damageBatches(log, poisons);
      writeFileSync(join(folder, name), log);
    }
    await node.start();
  }
  const begin = performance.now();
  pipeline.start();
  await pipeline.caughtUp().catch(() => {}); // `conclude` says why
  const took = performance.now() - begin;
  const outcome = await conclude(pipeline, lab, { memory });
  const letters = await readTopic(pipeline, pipeline.dead);
  for (const [i, { reason }] of poisons.entries()) {
    const { first, next } = places[i]!;
    const of = letters.filter(({ headers }) => headers.get('streamnorm-source') === `${source}/1/${first}`);
    if (of.length !== 1) outcome.faults.push(`${of.length} dead letters of the unreadable batch at ${first}, not one`);
    const said = of[0]?.headers.get('streamnorm-reason') ?? '';
    const until = of[0]?.headers.get('streamnorm-next-offset');
    if (!reason.test(said)) outcome.faults.push(`the dead letter at ${first} says '${said}', not ${reason}`);
    if (until !== String(next)) outcome.faults.push(`the dead letter at ${first} reaches to ${until}, not ${next}`);
  }
  outcome.facts.unshift(`${poisons.length} unreadable batches passed in ${(took / 1000).toFixed(1)} s`);
  return outcome;
}

/** Finds the batches of poisons in a log by the mark in them, in order, and damages each as it says. */
function damageBatches(log: Buffer, poisons: readonly Poison[]): void {
  const waiting = poisons.flatMap(({ damage }) => (damage === undefined ? [] : [damage]));
  for (let at = 0; at + layout.records <= log.length; ) {
    const end = at + layout.partitionLeaderEpoch + log.readInt32BE(at + layout.batchLength);
    const batch = log.subarray(at, end);
    if (batch.includes(MARK)) waiting.shift()?.(batch);
    at = end;
  }
  if (waiting.length > 0) throw new Error('a batch to be damaged is not in the log');
}

function plainBatch(name: string): RecordBatchList {
  const list = new RecordBatchList();
  for (let i = 0; i < 5; i++)
    list.append(
      1_700_000_000_000,
      Buffer.from(`${MARK}${name}`),
      Buffer.from('{"deviceId":"dev-1","temperature":1e9}'),
    );
  return list;
}

function bomb(codec: 'gzip' | 'snappy' | 'lz4' | 'zstd', megabytes: number): Poison {
  return {
    reason: /larger than the cap|too large/i,
    batch: () => {
      const packed = new PackedBatch(codec);
      packed.appendFlat(1_700_000_000_000, Buffer.from(`${MARK}${codec}`), megabytes * 2 ** 20);
      return packed;
    },
  };
}

export const D3: Scenario = {
  id: 'D3',
  title: 'a wrong checksum, an unknown codec, a bomb: one dead letter each, and on',
  short: 1,
  run: (lab) =>
    poisoned(
      lab,
      [
        {
          reason: /checksum/i,
          batch: () => plainBatch('checksum'),
          damage: (batch) => {
            batch[batch.length - 5]! ^= 1;
          },
        },
        {
          reason: /compression|codec/i,
          batch: () => plainBatch('codec'),
          damage: (batch) => setCodec(batch, 6),
        },
        bomb('gzip', 200),
      ],
      400,
    ),
};

export const S1: Scenario = {
  id: 'S1',
  title: 'decompression bombs in every codec',
  short: 1,
  run: (lab) => poisoned(lab, [bomb('gzip', 400), bomb('snappy', 60), bomb('lz4', 200), bomb('zstd', 400)], 400),
};
