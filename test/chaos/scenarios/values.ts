import { partitionOfKey } from '../../../src/kafka/partition-of-key.js';
import { RecordBatchList } from '../../../src/kafka/record-batch/record-batch-list.js';
import type { FieldOptions } from '../../../src/normalize/field-options.js';
import { RecordNormalizer } from '../../../src/normalize/record-normalizer.js';
import { SeriesTable } from '../../../src/series/series-table.js';
import { PipelineUnderTest, W1_FIELDS } from '../pipeline.js';
import { between, conclude, type Scenario } from '../scenario.js';
import { feed, type SourceRecord, workload } from '../workload.js';

/** What may stand where a number should. The last ones are not JSON: the whole record is bad. */
const ODD = [
  'null',
  '""',
  '"1,5"',
  '"12"',
  'true',
  'false',
  '1e999',
  '-1e999',
  '1e308',
  '-1e308',
  '[1]',
  '{"a":1}',
  `${'['.repeat(50)}${']'.repeat(50)}`,
];
const BROKEN = ['NaN', 'Infinity', '-Infinity', '1,5', '01', '.5', "'1'", '0x10', 'undefined', '1e', '"\u0001"'];
/** Values that are no record at all. */
const NO_RECORDS = ['', '[]', '7', '"text"', 'null', '{', '{"deviceId":"dev-1"', '{"deviceId":null}', '{}', '\u0000'];

function* oddValues(
  records: number,
  seed: () => number,
): Generator<SourceRecord & { numbers: (number | null)[] | null }> {
  const names = Object.keys(W1_FIELDS);
  for (let i = 0; i < records; i++) {
    const id = `dev-${Math.floor(seed() * 20)}`;
    const roll = seed();
    const timestamp = 1_700_000_000_000 + i;
    const pick = (list: readonly string[]): string => list[Math.floor(seed() * list.length)]!;
    const texts = names.map(() => String(20 + 10 * seed()));
    let numbers: (number | null)[] | null = texts.map(Number);
    let value = '';
    if (roll < 0.03) {
      value = pick(NO_RECORDS);
      numbers = null;
    } else {
      for (let k = 0; k < names.length; k++) if (seed() < 0.1) [texts[k], numbers[k]] = [pick(ODD), null];
      const members = names.map((name, k) => `"${name}":${texts[k]}`);
      if (seed() < 0.05) {
        members.splice(1, 1); // a field that is not there
        numbers[1] = null;
      }
      if (roll < 0.08) {
        members.push(`"other":${pick(BROKEN)}`);
        numbers = null;
      }
      value = `{"deviceId":"${id}","ts":${timestamp},${members.join(',')}}`;
    }
    yield { key: Buffer.from(id), value: Buffer.from(value), timestamp, numbers };
  }
}

export const D1: Scenario = {
  id: 'D1',
  title: 'what is no number, and what is no JSON',
  short: 0.3,
  async run(lab) {
    const cluster = await lab.single();
    const pipeline = await PipelineUnderTest.open(lab, { cluster });
    const records = [...oddValues(lab.scaled(100_000, 10_000), lab.random('D1'))];
    await feed(records, { client: pipeline.client, topic: pipeline.source, partitions: pipeline.partitions });
    pipeline.start();
    const outcome = await conclude(pipeline, lab);
    const poisoned = poisonedBy(records);
    if (poisoned > 0) outcome.faults.push(`${poisoned} statistics differ from those of the good values alone`);
    return outcome;
  },
};

/** Scores a stream with its bad values, and one that never had them: how often the statistics of a good value differ. */
function poisonedBy(records: readonly { key: Uint8Array | null; numbers: (number | null)[] | null }[]): number {
  const named = Object.entries(W1_FIELDS).map(([name, options]) => ({ name, options }));
  const [all, good] = [0, 1].map(() => new RecordNormalizer({ named, table: new SeriesTable() }));
  let differences = 0;
  for (const { key, numbers } of records) {
    if (numbers === null) continue;
    const series = Buffer.from(key!).toString();
    const slots = [all!.table.slotOf(series), good!.table.slotOf(series)];
    for (const [k, x] of numbers.entries()) {
      all!.score(k, slots[0]!, x ?? Number.NaN, Number.NaN);
      if (x === null) continue;
      good!.score(k, slots[1]!, x, Number.NaN);
      const [a, b] = [all!.fields[k]!.scorer!, good!.fields[k]!.scorer!];
      if (!Object.is(a.center, b.center) || !Object.is(a.scale, b.scale) || a.count !== b.count) differences++;
    }
  }
  return differences;
}

export const D4: Scenario = {
  id: 'D4',
  title: 'records that come twice, and a group that is set back to the beginning',
  async run(lab) {
    const cluster = await lab.single();
    const pipeline = await PipelineUnderTest.open(lab, { cluster });
    const { client, source, partitions } = pipeline;
    const records = lab.scaled(100_000, 10_000);
    const twice = function* (): Generator<SourceRecord> {
      for (const record of workload({ records, keys: records / 100, seed: lab.seed })) {
        yield record; // two records of the source: each is one observation
        yield record;
      }
    };
    await feed(twice(), { client, topic: source, partitions });
    const first = pipeline.start({ member: null });
    await pipeline.caughtUp();
    await first.stop('SIGTERM');
    // Everything is delivered again; the state knows how far it has come.
    const admin = cluster.admin();
    await admin.connect();
    await admin.setOffsets({
      groupId: pipeline.group,
      topic: source,
      partitions: Array.from({ length: partitions }, (_, partition) => ({ partition, offset: '0' })),
    });
    await admin.disconnect();
    const more = workload({ records: records / 10, keys: records / 100, seed: lab.seed + 1 });
    pipeline.start({ member: null });
    await feed(more, { client, topic: source, partitions });
    return conclude(pipeline, lab);
  },
};

const BYTES_FIELDS: Readonly<Record<string, FieldOptions>> = { temperature: { method: 'z-score', warmup: 2 } };

export const D8: Scenario = {
  id: 'D8',
  title: 'keys of 1 MB, empty, binary, lone surrogates, __proto__',
  async run(lab) {
    const cluster = await lab.single();
    const pipeline = await PipelineUnderTest.open(lab, { cluster, partitions: 1, key: null, fields: BYTES_FIELDS });
    const dice = lab.random('D8');
    const keys: Buffer[] = [
      Buffer.alloc(0),
      Buffer.alloc(1_000_000, 0x61),
      Buffer.concat([Buffer.alloc(999_999, 0x61), Buffer.from('b')]),
      ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'null', 'undefined', '0', '\u0000', 'a\u001fb'].map(
        (text) => Buffer.from(text),
      ),
      Buffer.from([0xed, 0xa0, 0x80]), // lone surrogates, as some encoders write them
      Buffer.from([0xed, 0xbf, 0xbf]),
      Buffer.from([0xef, 0xbf, 0xbd]), // the replacement character itself
      Buffer.from([0xff]),
      Buffer.from([0xfe]),
      Buffer.from([0xff, 0x00, 0xfe]),
      Buffer.from([0xc0, 0x80]),
      Buffer.from([0xc3]),
      Buffer.from('é'),
      Buffer.from('e\u0301'),
    ];
    for (let i = 0; i < 40; i++) keys.push(Buffer.from(Array.from({ length: 8 }, () => Math.floor(dice() * 256))));
    const producer = pipeline.client.producer();
    for (let round = 0; round < 12; round++)
      for (const [i, key] of keys.entries()) {
        const records = new RecordBatchList();
        const partition = partitionOfKey(key, pipeline.partitions);
        const value = `{"temperature":${between(i * 100, i * 100 + 10, dice)},"__proto__":{"x":1}}`;
        records.append(1_700_000_000_000, key, Buffer.from(value));
        await producer.produce([{ topic: pipeline.source, partition, records }]);
      }
    await producer.close();
    pipeline.start();
    const outcome = await conclude(pipeline, lab);
    outcome.facts.unshift(`${keys.length} keys`);
    return outcome;
  },
};
