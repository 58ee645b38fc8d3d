import { Reader, Writer } from '@platformatic/kafka';
import { describe, expect, it } from 'vitest';
import { fetchRequest } from '../../../src/kafka/platformatic/fetch-request.js';
import { finalizedFeatures } from '../../../src/kafka/platformatic/finalized-features.js';
import { produceRequest } from '../../../src/kafka/platformatic/produce-request.js';

/** Tagged fields: a count, then tag, length and bytes of each. */
function tags(writer: Writer, fields: readonly (readonly [tag: number, bytes: Buffer])[]): void {
  writer.appendUnsignedVarInt(fields.length);
  for (const [tag, bytes] of fields) writer.appendUnsignedVarInt(tag).appendUnsignedVarInt(bytes.length).append(bytes);
}

describe('finalizedFeatures', () => {
  it('reads the levels out of the tagged fields, whatever stands around them', () => {
    const levels = Writer.create();
    levels.appendArray(
      [
        ['metadata.version', 25, 1],
        ['transaction.version', 2, 0],
      ] as const,
      (w, [name, most, least]) => void w.appendString(name).appendInt16(most).appendInt16(least),
    );
    const answer = Writer.create().appendInt16(0);
    answer.appendArray([18, 26], (w, key) => void w.appendInt16(key).appendInt16(0).appendInt16(5));
    answer.appendInt32(0);
    tags(answer, [
      [0, Buffer.alloc(9, 1)],
      [1, Buffer.alloc(8)],
      [2, levels.buffer],
      [3, Buffer.alloc(200)],
    ]);
    const found = finalizedFeatures.read(Reader.from(answer.buffer));
    expect([...found]).toEqual([
      ['metadata.version', 25],
      ['transaction.version', 2],
    ]);
  });

  it('takes a broker that has agreed on nothing for one of level 0', () => {
    const answer = Writer.create().appendInt16(0);
    answer.appendArray([18], (w, key) => void w.appendInt16(key).appendInt16(0).appendInt16(3));
    answer.appendInt32(0).appendUnsignedVarInt(0);
    expect(finalizedFeatures.read(Reader.from(answer.buffer)).size).toBe(0);
  });
});

describe('produceRequest', () => {
  it('reads the answer of version 12, where a partition that has moved says whereto', () => {
    const answer = Writer.create();
    const partition = (w: Writer, number: number, code: number, moved: boolean): void => {
      w.appendInt32(number).appendInt16(code).append(Buffer.alloc(24));
      w.appendArray([7], (inner, index) => void inner.appendInt32(index).appendString('too old'));
      w.appendString(code === 0 ? null : 'not here');
      tags(w, moved ? [[0, Buffer.alloc(9, 255)]] : []);
    };
    answer.appendArray(
      ['a', 'b'],
      (w, topic) => {
        w.appendString(topic).appendArray(
          [0, 1],
          (inner, number) => partition(inner, number, number === 1 ? 6 : 0, number === 1),
          true,
          false,
        );
      },
      true,
    );
    expect(produceRequest([], 'id', 1000, 12).read(Reader.from(answer.buffer))).toEqual([
      { topic: 'a', partition: 0, errorCode: 0 },
      { topic: 'a', partition: 1, errorCode: 6 },
      { topic: 'b', partition: 0, errorCode: 0 },
      { topic: 'b', partition: 1, errorCode: 6 },
    ]);
  });
});

describe('fetchRequest', () => {
  it('asks for each partition of each topic as the protocol has it', () => {
    const targets = [
      { topic: 'telemetry', partition: 3, offset: 2 ** 40, maxBytes: 1_048_576 },
      { topic: 'ö'.repeat(120), partition: 0, offset: 0, maxBytes: 7 },
      { topic: 'telemetry', partition: 200, offset: 5, maxBytes: 9 },
    ];
    const writer = Writer.create();
    fetchRequest(targets, 500, 1000, true).write(writer);
    const reader = Reader.from(writer.buffer);
    const numbers = [reader.readInt32(), reader.readInt32(), reader.readInt32(), reader.readInt32(), reader.readInt8()];
    expect(numbers).toEqual([-1, 500, 1, 1000, 1]);
    expect([reader.readInt32(), reader.readInt32()]).toEqual([0, -1]);
    const found: unknown[] = [];
    reader.readArray((each) => {
      const topic = each.readString();
      each.readArray((r) => {
        const partition = r.readInt32();
        r.skip(4);
        const offset = Number(r.readInt64());
        r.skip(12);
        found.push({ topic, partition, offset, maxBytes: r.readInt32() });
      });
    });
    expect(found).toEqual([targets[0], targets[2], targets[1]]);
    expect([reader.readArray(() => 0), reader.readString(), reader.remaining]).toEqual([[], '', 1]);
  });
});
