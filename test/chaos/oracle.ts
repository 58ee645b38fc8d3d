import type { KafkaClient } from '../../src/kafka/port.js';
import { crc32c } from '../../src/kafka/record-batch/crc32c.js';
import type { Records } from '../../src/kafka/record-batch/records.js';
import type { FieldOptions } from '../../src/normalize/field-options.js';
import { RecordNormalizer } from '../../src/normalize/record-normalizer.js';
import { SeriesTable } from '../../src/series/series-table.js';

export interface OracleOptions {
  client: KafkaClient;
  source: string;
  fields: Readonly<Record<string, FieldOptions>>;
  /** Member of the record that is the key; without it the bytes of Kafka's key are. */
  key?: string;
  /** Records that were deleted before anyone could read them. */
  passedOver?: (partition: number, offset: number) => boolean;
}

/** What the engine must have written for one source partition, by offset. */
interface ExpectedPartition {
  /** First offset, and how many follow. */
  first: number;
  length: number;
  /** 0: no record there; 1: an output; 2: a dead letter. */
  kind: Uint8Array;
  /** Of the record's bytes without its closing brace; of a dead letter's whole value. */
  checksum: Uint32Array;
  bodyLength: Uint32Array;
  keyChecksum: Uint32Array;
  timestamp: Float64Array;
  headers: Uint32Array;
  /** What follows, field by field, in the order of `MEMBERS`: NaN is null. */
  numbers: Float64Array;
}

const MEMBERS = ['normalized', 'epoch', 'center', 'scale', 'count'] as const;
const SOURCE_HEADER = 'streamnorm-source';

export interface Verdict {
  /** Records of the source, those that must be dead letters included. */
  records: number;
  outputs: number;
  deadLetters: number;
  /** Outputs that repeat an earlier one. */
  duplicates: number;
  /** What is wrong, the first few with their place; empty when the run was exact. */
  faults: string[];
}

/**
 * Knows what an undisturbed run writes: goes through the source topic in the order of its offsets, with the library's own
 * `RecordNormalizer`, and compares what was written with that, number by number, to the last bit.
 */
export class Oracle {
  readonly #options: OracleOptions;
  readonly #partitions: ExpectedPartition[] = [];
  readonly #names: string[];

  private constructor(options: OracleOptions) {
    this.#options = options;
    this.#names = Object.keys(options.fields);
  }

  /** Reads the source as it stands; unreadable batches of it are passed over. */
  static async of(options: OracleOptions): Promise<Oracle> {
    const oracle = new Oracle(options);
    const { client, source, fields } = options;
    const partitions = (await client.admin.describeTopic(source))?.partitions ?? 0;
    const engine = new RecordNormalizer({
      named: Object.entries(fields).map(([name, field]) => ({ name, options: field })),
      table: new SeriesTable(),
    });
    for (let partition = 0; partition < partitions; partition++) {
      const first = await client.admin.offset({ topic: source, partition }, 'earliest');
      const end = await client.admin.offset({ topic: source, partition }, 'latest');
      const expected = emptyPartition(first, end - first, oracle.#names.length);
      for await (const { records } of client.readPartition({ topic: source, partition }))
        for (let i = 0; i < records.length; i++)
          if (!options.passedOver?.(partition, records.offsets[i]!)) oracle.#expect(expected, records, i, engine);
      oracle.#partitions.push(expected);
    }
    return oracle;
  }

  /** Records that must come out, as outputs and as dead letters. */
  get records(): number {
    let count = 0;
    for (const { kind } of this.#partitions) for (const k of kind) if (k > 0) count++;
    return count;
  }

  /**
   * Compares what a reader of committed records finds with what must be there.
   * @param repeats whether outputs may come again, bit by bit the same: at least once
   */
  async judge(sink: string, deadLetter: string | null, repeats = false): Promise<Verdict> {
    const { client } = this.#options;
    const verdict: Verdict = { records: this.records, outputs: 0, deadLetters: 0, duplicates: 0, faults: [] };
    const faults = new FaultList(verdict.faults);
    const seen = this.#partitions.map(({ length }) => new Uint8Array(length));
    const partitions = (await client.admin.describeTopic(sink))?.partitions ?? 0;
    for (let partition = 0; partition < partitions; partition++) {
      const newest = new Map<number, number>();
      await settled(client, sink, partition);
      for await (const { records, fault } of client.readPartition({ topic: sink, partition })) {
        if (fault !== null) faults.add(`the sink cannot be read: ${fault.message}`, '');
        for (let i = 0; i < records.length; i++) {
          verdict.outputs++;
          const at = this.#placeOf(records, i, faults);
          if (at === null) continue;
          const { from, index, offset } = at;
          const place = `${from}/${offset}`;
          if (seen[from]![index]! > 0) {
            verdict.duplicates++;
            if (!repeats) faults.add('written twice', place);
          } else {
            seen[from]![index] = 1;
            if (!repeats && offset < (newest.get(from) ?? -1)) faults.add('out of order', place);
            newest.set(from, offset);
          }
          for (const what of this.#differences(this.#partitions[from]!, index, records, i)) faults.add(what, place);
        }
      }
    }
    if (deadLetter !== null) await this.#judgeDeadLetters(deadLetter, repeats, verdict, seen, faults);
    for (const [partition, { kind, first }] of this.#partitions.entries())
      for (let i = 0; i < kind.length; i++)
        if (kind[i]! > 0 && seen[partition]![i] === 0 && (kind[i] === 1 || deadLetter !== null))
          faults.add(kind[i] === 1 ? 'never written' : 'no dead letter', `${partition}/${first + i}`);
    faults.finish();
    return verdict;
  }

  async #judgeDeadLetters(
    topic: string,
    repeats: boolean,
    verdict: Verdict,
    seen: Uint8Array[],
    faults: FaultList,
  ): Promise<void> {
    const { client } = this.#options;
    const partitions = (await client.admin.describeTopic(topic))?.partitions ?? 0;
    for (let partition = 0; partition < partitions; partition++) {
      await settled(client, topic, partition);
      for await (const { records } of client.readPartition({ topic, partition }))
        for (let i = 0; i < records.length; i++) {
          const headers = records.headers(i);
          const place = Buffer.from(headers.find(([name]) => name === SOURCE_HEADER)?.[1] ?? []).toString();
          if (headers.some(([name]) => name === 'streamnorm-next-offset')) continue; // a batch that cannot be read: for whoever made it to judge
          verdict.deadLetters++;
          const at = this.#placeOf(records, i, faults);
          if (at === null) continue;
          const expected = this.#partitions[at.from]!;
          if (seen[at.from]![at.index]! > 0) {
            verdict.duplicates++;
            if (!repeats) faults.add('written twice', place);
          }
          seen[at.from]![at.index] = 1;
          if (expected.kind[at.index] !== 2) faults.add('a dead letter of a good record', place);
          else if (crc32c(records.value(i) ?? new Uint8Array()) !== expected.checksum[at.index])
            faults.add('a dead letter with another value', place);
          else if (crc32c(records.key(i) ?? new Uint8Array()) !== expected.keyChecksum[at.index])
            faults.add('a dead letter with another key', place);
          if (!headers.some(([name, value]) => name === 'streamnorm-reason' && value !== null && value.length > 0))
            faults.add('a dead letter without a reason', place);
        }
    }
  }

  #expect(expected: ExpectedPartition, records: Records, i: number, engine: RecordNormalizer): void {
    const index = records.offsets[i]! - expected.first;
    const value = records.value(i);
    const key = records.key(i);
    expected.keyChecksum[index] = crc32c(key ?? new Uint8Array());
    expected.timestamp[index] = records.timestamps[i]!;
    expected.headers[index] = headersChecksum(records, i);
    const document = objectOf(value);
    const series = document && this.#seriesOf(document, key);
    if (document === null || series === undefined || series === null) {
      expected.kind[index] = 2;
      expected.checksum[index] = crc32c(value ?? new Uint8Array());
      return;
    }
    expected.kind[index] = 1;
    let end = value!.lastIndexOf(0x7d);
    while (end > 0 && value![end - 1]! <= 32) end--;
    expected.bodyLength[index] = end;
    expected.checksum[index] = crc32c(value!, 0, end);
    const slot = engine.table.slotOf(series);
    const { numbers } = expected;
    let at = index * this.#names.length * MEMBERS.length;
    for (const [k, name] of this.#names.entries()) {
      const x = document[name];
      numbers[at++] = engine.score(k, slot, typeof x === 'number' ? x : Number.NaN, Number.NaN);
      const { scorer } = engine.fields[k]!;
      numbers[at++] = scorer!.epoch;
      numbers[at++] = scorer!.center;
      numbers[at++] = scorer!.scale;
      numbers[at++] = scorer!.count;
    }
  }

  #seriesOf(document: Record<string, unknown>, key: Uint8Array | null): string | undefined {
    const { key: name } = this.#options;
    // Bytes that are no text are keys too, and each another one.
    if (name === undefined) return key === null ? 'null' : `key ${Buffer.from(key).toString('latin1')}`;
    const part = document[name];
    return typeof part === 'string' ? part : part === undefined || part === null ? undefined : JSON.stringify(part);
  }

  #placeOf(records: Records, i: number, faults: FaultList): { from: number; index: number; offset: number } | null {
    const header = records.headers(i).find(([name]) => name === SOURCE_HEADER)?.[1];
    const text = Buffer.from(header ?? []).toString();
    const [, topic, from, offset] = /^(.*)\/(\d+)\/(\d+)$/.exec(text) ?? [];
    const expected = this.#partitions[Number(from)];
    const index = Number(offset) - (expected?.first ?? 0);
    if (topic !== this.#options.source || expected === undefined || !(expected.kind[index]! > 0)) {
      faults.add('of no record of the source', text);
      return null;
    }
    return { from: Number(from), index, offset: Number(offset) };
  }

  *#differences(expected: ExpectedPartition, index: number, records: Records, i: number): Generator<string> {
    const value = records.value(i);
    if (expected.kind[index] !== 1) {
      yield 'an output of a bad record';
      return;
    }
    const length = expected.bodyLength[index]!;
    if (value === null || value.length < length || crc32c(value, 0, length) !== expected.checksum[index])
      yield 'the record itself was changed';
    if (crc32c(records.key(i) ?? new Uint8Array()) !== expected.keyChecksum[index]) yield 'another key';
    if (records.timestamps[i] !== expected.timestamp[index]) yield 'another timestamp';
    if (headersChecksum(records, i) !== expected.headers[index]) yield 'other headers';
    const document = objectOf(value) ?? {};
    let at = index * this.#names.length * MEMBERS.length;
    for (const name of this.#names)
      for (const member of MEMBERS) {
        const wanted = expected.numbers[at++]!;
        const members = document[member] as Record<string, unknown> | undefined;
        const got = members?.[name];
        if (!Object.is(got === null ? Number.NaN : got, wanted))
          yield `${member} of ${name} is ${got}, not ${Object.is(wanted, -0) ? '-0' : wanted}`;
      }
  }
}

/** Waits until no transaction is open in a partition: a commit is answered before its marker is everywhere. */
export async function settled(client: KafkaClient, topic: string, partition: number, timeout = 90_000): Promise<void> {
  const end = performance.now() + timeout;
  const at = { topic, partition };
  while (
    (await client.admin.offset(at, 'latest', 'read_committed')) <
    (await client.admin.offset(at, 'latest', 'read_uncommitted'))
  ) {
    if (performance.now() > end) throw new Error(`a transaction stays open in partition ${partition} of ${topic}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function emptyPartition(first: number, length: number, fields: number): ExpectedPartition {
  return {
    first,
    length,
    kind: new Uint8Array(length),
    checksum: new Uint32Array(length),
    bodyLength: new Uint32Array(length),
    keyChecksum: new Uint32Array(length),
    timestamp: new Float64Array(length),
    headers: new Uint32Array(length),
    numbers: new Float64Array(length * fields * MEMBERS.length),
  };
}

function objectOf(value: Uint8Array | null): Record<string, unknown> | null {
  if (value === null) return null;
  try {
    const document: unknown = JSON.parse(Buffer.from(value.buffer, value.byteOffset, value.length).toString());
    return typeof document === 'object' && document !== null && !Array.isArray(document)
      ? (document as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

/** Of the headers that the source record had. */
function headersChecksum(records: Records, i: number): number {
  const headers = records.headers(i).filter(([name]) => name !== SOURCE_HEADER);
  if (headers.length === 0) return 0;
  return crc32c(
    Buffer.concat(headers.flatMap(([name, value]) => [Buffer.from(`${name}=`), value ?? Buffer.from('∅')])),
  );
}

/** Faults counted by kind, each with the places of the first. */
class FaultList {
  readonly #list: string[];
  readonly #kinds = new Map<string, { count: number; places: string[] }>();

  constructor(list: string[]) {
    this.#list = list;
  }

  add(what: string, place: string): void {
    // A number in the text is of its place; the kind is the rest.
    const name = what.replace(/ is .*$/, '');
    const kind = this.#kinds.get(name);
    if (kind === undefined) this.#kinds.set(name, { count: 1, places: [name === what ? place : `${place}: ${what}`] });
    else if (++kind.count <= 3) kind.places.push(name === what ? place : `${place}: ${what}`);
  }

  finish(): void {
    for (const [name, { count, places }] of this.#kinds)
      this.#list.push(`${count} × ${name} (${places.join('; ')}${count > places.length ? '; …' : ''})`);
  }
}
