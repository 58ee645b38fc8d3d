import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CompressionName } from '../../../src/kafka/record-batch/compression.js';
import { RecordBatchBuilder } from '../../../src/kafka/record-batch/record-batch-builder.js';
import { RecordBatchList } from '../../../src/kafka/record-batch/record-batch-list.js';
import { RecordBatchReader } from '../../../src/kafka/record-batch/record-batch-reader.js';
import type { RecordHeader } from '../../../src/kafka/record-batch/record-header.js';
import type { Records } from '../../../src/kafka/record-batch/records.js';
import { zstdWritable } from '../../../src/kafka/record-batch/zstd.js';

interface Entry {
  timestamp: number;
  key: Uint8Array | null;
  value: Uint8Array | null;
  headers: RecordHeader[];
}

const bytes = fc.uint8Array({ maxLength: 300 });
const nullable = fc.option(bytes, { nil: null });
const entry: fc.Arbitrary<Entry> = fc.record({
  timestamp: fc.oneof(fc.integer({ min: 0, max: 8.64e15 }), fc.integer({ min: 1.7e12, max: 1.7e12 + 1000 })),
  key: nullable,
  value: nullable,
  headers: fc.array(fc.tuple(fc.string({ unit: 'grapheme' }), nullable), { maxLength: 3 }),
});
const compressions = (['none', 'gzip', 'snappy', 'lz4', 'zstd'] as CompressionName[]).filter(
  (name) => name !== 'zstd' || zstdWritable,
);
const compression = fc.constantFrom(...compressions);

function build(entries: readonly Entry[]): RecordBatchBuilder {
  const builder = new RecordBatchBuilder();
  for (const { timestamp, key, value, headers } of entries) builder.append(timestamp, key, value, headers);
  return builder;
}

/** As a broker stores it: with the base offset written over. */
function stored(batch: Buffer, baseOffset: number): Buffer {
  const copy = Buffer.from(batch);
  copy.writeBigInt64BE(BigInt(baseOffset));
  return copy;
}

function entries(records: Records): Entry[] {
  return Array.from({ length: records.length }, (_, i) => ({
    timestamp: records.timestamps[i]!,
    key: plain(records.key(i)),
    value: plain(records.value(i)),
    headers: records.headers(i).map(([name, value]): RecordHeader => [name, plain(value)]),
  }));
}

function plain(view: Uint8Array | null): Uint8Array | null {
  return view === null ? null : Uint8Array.from(view);
}

function readAll(
  fetched: Buffer,
  fromOffset: number,
  maxBytes?: number,
): { read: Entry[]; offsets: number[]; faults: number; next: number } {
  const reader = new RecordBatchReader(fetched, { fromOffset, maxBatchBytes: 1 << 20 });
  const read: Entry[] = [];
  const offsets: number[] = [];
  let faults = 0;
  while (!reader.done) {
    const { records, fault } = reader.read(maxBytes);
    if (fault) faults++;
    read.push(...entries(records));
    offsets.push(...records.offsets);
  }
  return { read, offsets, faults, next: reader.nextOffset };
}

describe('a record batch', () => {
  it('reads back what was written, under every compression', () => {
    fc.assert(
      fc.property(
        fc.array(entry, { minLength: 1, maxLength: 40 }),
        compression,
        fc.nat(2 ** 40),
        (written, name, base) => {
          const { read, offsets, faults, next } = readAll(stored(build(written).finish(null, name), base), base);
          expect(faults).toBe(0);
          expect(read).toEqual(
            written.map((e) => ({ ...e, headers: e.headers.map(([k, v]) => [Buffer.from(k).toString(), v]) })),
          );
          expect(offsets).toEqual(written.map((_, i) => base + i));
          expect(next).toBe(base + written.length);
        },
      ),
    );
  });

  it('leaves out what lies before the offset asked for', () => {
    const written = Array.from({ length: 9 }, (_, i) => ({
      timestamp: i,
      key: null,
      value: Uint8Array.of(i),
      headers: [],
    }));
    const { offsets } = readAll(stored(build(written).finish(), 100), 105);
    expect(offsets).toEqual([105, 106, 107, 108]);
  });

  it('splits a list by bytes and keeps the order', () => {
    fc.assert(
      fc.property(
        fc.array(entry, { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 200, max: 4000 }),
        (written, maxBytes) => {
          const list = new RecordBatchList(maxBytes);
          for (const { timestamp, key, value, headers } of written) list.append(timestamp, key, value, headers);
          const values: (Uint8Array | null)[] = [];
          for (const builder of list.batches()) {
            if (builder.count > 1) expect(builder.byteLength).toBeLessThanOrEqual(maxBytes);
            values.push(...readAll(builder.finish(), 0).read.map((e) => e.value));
          }
          expect(values).toEqual(written.map((e) => e.value));
        },
      ),
    );
  });

  it('hands a faulty batch out as a fault, and what is around it as records', () => {
    const one = (value: number): Entry[] => [{ timestamp: 1, key: null, value: Uint8Array.of(value), headers: [] }];
    const parts = [
      stored(build(one(1)).finish(), 0),
      stored(build(one(2)).finish(), 1),
      stored(build(one(3)).finish(), 2),
    ];
    parts[1]![parts[1]!.length - 2]! ^= 1;
    const { read, faults, offsets, next } = readAll(Buffer.concat(parts), 0);
    expect([read.length, faults, offsets, next]).toEqual([2, 1, [0, 2], 3]);
  });

  it('leaves an aborted transaction out, and nothing else of its producer', () => {
    const producer = { producerId: 7n, producerEpoch: 0, baseSequence: 0, transactional: true };
    const batch = (base: number): Buffer =>
      stored(build([{ timestamp: 1, key: null, value: Uint8Array.of(base), headers: [] }]).finish(producer), base);
    const control = (base: number, kind: number): Buffer => {
      const marker = build([
        { timestamp: 1, key: Uint8Array.of(0, 0, 0, kind), value: new Uint8Array(6), headers: [] },
      ]).finish(producer);
      marker.writeInt16BE(marker.readInt16BE(21) | 32, 21);
      return reseal(stored(marker, base));
    };
    const fetched = Buffer.concat([batch(0), control(1, 1), batch(2), control(3, 0), batch(4), control(5, 1)]);
    const reader = new RecordBatchReader(fetched, { fromOffset: 0, aborted: [{ producerId: 7n, firstOffset: 2 }] });
    const { records, nextOffset } = reader.read();
    expect([...records.offsets]).toEqual([0, 4]);
    expect(nextOffset).toBe(6);
    // Fetched from the marker on, the transaction is listed still, and over.
    const later = new RecordBatchReader(Buffer.concat([control(3, 0), batch(4), control(5, 1)]), {
      fromOffset: 3,
      aborted: [{ producerId: 7n, firstOffset: 2 }],
    });
    expect([...later.read().records.offsets]).toEqual([4]);
  });

  it('never crashes, hangs or grows on damaged bytes, however they are damaged', () => {
    const seed = build(
      Array.from({ length: 20 }, (_, i) => ({
        timestamp: i,
        key: Buffer.from(`k${i}`),
        value: Buffer.from(`{"v":${i}}`),
        headers: [['h', null]],
      })),
    );
    const bodies = compressions.map((name) => stored(seed.finish(null, name), 0));
    const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(fc.nat(bodies.length - 1), damage, fc.boolean(), fc.nat(), (which, changes, resealed, cut) => {
        let fetched: Buffer = Buffer.concat([bodies[which]!, bodies[0]!]);
        for (const [at, byte] of changes) fetched[at % fetched.length] = byte;
        if (resealed) fetched = reseal(fetched);
        if (cut % 3 === 0) fetched = fetched.subarray(0, cut % fetched.length);
        const reader = new RecordBatchReader(fetched, { fromOffset: 0, maxBatchBytes: 65_536 });
        for (let calls = 0; !reader.done; calls++) {
          expect(calls).toBeLessThan(4);
          const before = reader.nextOffset;
          const { records, byteLength, nextOffset } = reader.read();
          expect(byteLength).toBeLessThanOrEqual(2 * 65_536);
          expect(nextOffset).toBeGreaterThanOrEqual(before);
          entries(records);
        }
      }),
      { numRuns: 20_000 },
    );
  }, 60_000);
});

/** Makes the checksum right again, so that damage reaches the code behind it. */
function reseal(batch: Buffer): Buffer {
  const end = Math.min(batch.length, Math.max(61, batch.readInt32BE(8) + 12));
  const copy = Buffer.from(batch);
  let crc = -1;
  for (let i = 21; i < end; i++) {
    crc ^= copy[i]!;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  copy.writeUInt32BE(~crc >>> 0, 17);
  return copy;
}
