import { decodeSections } from '../../../src/checkpoint/format/decode-sections.js';
import { encodeSections } from '../../../src/checkpoint/format/encode-sections.js';
import { EngineError } from '../../../src/errors.js';
import { ChangelogStore } from '../../../src/kafka/changelog-store.js';
import type { FieldOptions } from '../../../src/normalize/field-options.js';
import { RecordNormalizer } from '../../../src/normalize/record-normalizer.js';
import { SeriesLog } from '../../../src/series/series-log.js';
import { SeriesTable } from '../../../src/series/series-table.js';
import { type Lab, sleep } from '../lab.js';
import { PipelineUnderTest } from '../pipeline.js';
import type { Scenario } from '../scenario.js';
import { feed, workload } from '../workload.js';

type Entry = readonly [key: Uint8Array, value: Uint8Array | null];

const FIELDS: Readonly<Record<string, FieldOptions>> = {
  temperature: { method: 'z-score' },
  vibration: { method: 'robust' },
  pressure: { method: 'min-max', memory: { window: 20 }, warmup: 5 },
  flow: { method: 'adaptive' },
};

/** A table with state of every size, and its columns. */
function learnt(): { table: SeriesTable; log: SeriesLog; engine: RecordNormalizer } {
  const table = new SeriesTable();
  const engine = engineOf(table);
  const log = logOf(table, engine);
  for (let i = 0; i < 2000; i++) {
    const slot = table.slotOf(`dev-${i % 20}`);
    for (let k = 0; k < engine.fields.length; k++) engine.score(k, slot, Math.sin(i * (k + 1)) * 10, Number.NaN);
  }
  return { table, log, engine };
}

function engineOf(table: SeriesTable): RecordNormalizer {
  return new RecordNormalizer({ named: Object.entries(FIELDS).map(([name, options]) => ({ name, options })), table });
}

function logOf(table: SeriesTable, engine: RecordNormalizer): SeriesLog {
  return new SeriesLog(table, (name) => engine.fields[engine.indexOf(name)]?.column);
}

/** Changes a few bytes, sizes among them: cut off, doubled, set to extremes. */
function mutate(bytes: Uint8Array, dice: () => number): Uint8Array {
  let mutant = Uint8Array.from(bytes);
  const at = (): number => Math.floor(dice() * mutant.length);
  for (let change = Math.floor(dice() * 3); change >= 0 && mutant.length > 0; change--) {
    const roll = dice();
    const view = new DataView(mutant.buffer, mutant.byteOffset, mutant.length);
    if (roll < 0.3) mutant[at()]! ^= 1 << Math.floor(dice() * 8);
    else if (roll < 0.45) mutant[at()] = [0, 1, 127, 128, 255][Math.floor(dice() * 5)]!;
    else if (roll < 0.6 && mutant.length >= 4)
      view.setUint32(
        Math.floor(dice() * (mutant.length - 3)),
        [0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 2 ** 26, 2 ** 27][Math.floor(dice() * 7)]!,
        dice() < 0.8,
      );
    else if (roll < 0.75 && mutant.length >= 8)
      view.setFloat64(
        Math.floor(dice() * (mutant.length - 7)),
        [Number.NaN, -1, 2 ** 53, 1e300, Number.POSITIVE_INFINITY, -0][Math.floor(dice() * 6)]!,
        true,
      );
    else if (roll < 0.9) mutant = mutant.slice(0, at());
    else {
      const longer = new Uint8Array(mutant.length + 1 + Math.floor(dice() * 64));
      longer.set(mutant);
      mutant = longer;
    }
  }
  return mutant;
}

/** Runs a reader on forged bytes: it must end soon, with a result or with an error of ours. */
function tried(what: string, read: () => void, faults: Map<string, number>): void {
  const begin = performance.now();
  try {
    read();
  } catch (error) {
    if (!(error instanceof EngineError)) {
      const name = `${what}: ${(error as Error).name}: ${(error as Error).message.replace(/\d+/g, 'n')}`;
      faults.set(name, (faults.get(name) ?? 0) + 1);
    }
  }
  const took = performance.now() - begin;
  if (took > 1000)
    faults.set(`${what}: a second was not enough`, 1 + (faults.get(`${what}: a second was not enough`) ?? 0));
}

async function fuzzReaders(lab: Lab, faults: string[], facts: string[]): Promise<void> {
  const dice = lab.random('S11');
  const { table, log } = learnt();
  const entries: Entry[] = [];
  log.collect((key, value) => entries.push([Uint8Array.from(key), value && Uint8Array.from(value)]));
  const found = new Map<string, number>();
  const rounds = lab.scaled(1_000_000, 100_000);
  const before = process.memoryUsage.rss();
  let fresh = new SeriesTable();
  let reader = logOf(fresh, engineOf(fresh));
  for (let round = 0; round < rounds; round++) {
    if (round % 500 === 0) {
      if (round > 0) tried('settling forged entries', () => reader.settle(), found);
      fresh = new SeriesTable();
      reader = logOf(fresh, engineOf(fresh));
      for (const [key, value] of entries) reader.apply(key, value);
    }
    const [key, value] = entries[Math.floor(dice() * entries.length)]!;
    const forgedKey = dice() < 0.2 ? mutate(key, dice) : key;
    const forged = value === null || dice() < 0.02 ? value : mutate(value, dice);
    tried('an entry of a changelog', () => reader.apply(forgedKey, forged), found);
  }

  const chunks = Buffer.concat([...table.toChunks({ position: 1 })]);
  const sections = decodeSections(chunks);
  const snapshots = Math.floor(rounds / 100);
  for (let round = 0; round < snapshots; round++) {
    const victim = Math.floor(dice() * sections.length);
    const forged = sections.map(({ tag, payload }, i) => ({
      tag,
      payload: [i === victim ? mutate(payload, dice) : payload],
    }));
    const bytes = Uint8Array.from(Buffer.concat([...encodeSections(forged)])); // with checksums that are right
    tried(
      'a snapshot',
      () => {
        const restored = SeriesTable.fromBytes(bytes);
        const engine = engineOf(restored);
        for (let i = 0; i < 20; i++) engine.score(0, restored.slotOf(`dev-${i}`), 1, Number.NaN);
      },
      found,
    );
    if (round % 1000 === 0) await sleep(0);
  }
  const grown = (process.memoryUsage.rss() - before) / 2 ** 20;
  if (grown > 300) faults.push(`reading forged state took ${Math.round(grown)} MB`);
  for (const [what, count] of found) faults.push(`${count} × ${what}`);
  facts.push(`${rounds} forged entries, ${snapshots} forged snapshots read`);
}

/** Forged changelogs, each for a pipeline of its own: it must not start as if nothing were wrong, nor fall over. */
async function startOnForged(lab: Lab, faults: string[]): Promise<number> {
  const { log } = learnt();
  const entries: Entry[] = [];
  log.collect((key, value) => entries.push([Uint8Array.from(key), value && Uint8Array.from(value)]));
  const series = entries.findIndex(([key]) => key[0] === 107);
  const forgedEntry = (change: (value: Uint8Array, view: DataView) => void): Entry[] =>
    entries.map(([key, value], i) => {
      if (i !== series) return [key, value];
      const copy = Uint8Array.from(value!);
      change(copy, new DataView(copy.buffer));
      return [key, copy];
    });
  const forgeries: Record<string, { entries?: Entry[]; nextOffset?: number; raw?: Entry }> = {
    'no entry of a changelog': { raw: [Buffer.from('?'), Buffer.from('?')] },
    'an entry of a later version': {
      entries: forgedEntry((value) => {
        value[0] = 99;
      }),
    },
    'an entry of no layout': { entries: forgedEntry((_, view) => view.setUint32(1, 0xffffffff, true)) },
    'an entry cut off': {
      entries: entries.map(([key, value], i) => [key, i === series ? value!.slice(0, 30) : value]),
    },
    'a layout that is none': {
      entries: entries.map(([key, value]) => [key, key[0] === 108 ? Buffer.from('[{"name":1}]') : value]),
    },
    'a layout that claims a gigabyte': {
      entries: entries.map(([key, value]) => [
        key,
        key[0] === 108
          ? Buffer.from(
              Buffer.from(value!)
                .toString()
                .replace(/"stride":\d+/g, '"stride":134217728'),
            )
          : value,
      ]),
    },
    'an offset beyond the end': { nextOffset: 1e12 },
    'an offset below zero': { nextOffset: -7 },
    'an offset that is none': { nextOffset: Number.NaN },
    'an offset that is infinite': { nextOffset: Number.POSITIVE_INFINITY },
  };
  const cluster = await lab.single();
  for (const [name, { entries: forged = [], nextOffset = 10, raw }] of Object.entries(forgeries)) {
    const pipeline = await PipelineUnderTest.open(lab, { cluster, partitions: 1, fields: FIELDS });
    const { client, source, group } = pipeline;
    await feed(workload({ records: 500, keys: 20, seed: lab.seed }), { client, topic: source, partitions: 1 });
    const store = new ChangelogStore({ client, topic: `${group}-${source}-changelog` });
    await store.ensure(1);
    const batch = store.batch(0);
    for (const [key, value] of forged) store.append(batch, 1_700_000_000_000, key, value);
    if (raw) batch.records.append(1_700_000_000_000, ...raw);
    store.appendNextOffset(batch, 1_700_000_000_000, nextOffset);
    const producer = client.producer();
    await producer.produce([batch]);
    await producer.close();
    const engine = pipeline.start({ member: null });
    const ended = await Promise.race([engine.exited, sleep(15_000)]);
    if (ended === undefined) {
      faults.push(`${name}: it went on as if nothing were wrong: ${pipeline.lastWords}`);
      await engine.stop('SIGKILL');
    } else if (ended.code !== 1) faults.push(`${name}: it ended with code ${ended.code ?? ended.signal}`);
    if (/^\s+at /m.test(engine.log)) faults.push(`${name}: it shows a stack: ${engine.log.slice(0, 300)}`);
    if (engine.peakMemory > 300) faults.push(`${name}: it took ${Math.round(engine.peakMemory)} MB`);
  }
  return Object.keys(forgeries).length;
}

export const S11: Scenario = {
  id: 'S11',
  title: 'forged changelogs and snapshots whose checksums are right',
  async run(lab) {
    const faults: string[] = [];
    const facts: string[] = [];
    await fuzzReaders(lab, faults, facts);
    facts.push(`${await startOnForged(lab, faults)} starts on a forged changelog refused`);
    return { faults, facts };
  },
};
