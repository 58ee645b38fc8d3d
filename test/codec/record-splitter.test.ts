import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecordSplitter, type RecordSplitterOptions } from '../../src/codec/record-splitter.js';

const encode = (text: string) => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);

/** All batches of an input that arrives cut at the given places, as plain data. */
function split(input: Uint8Array, cuts: readonly number[], options: RecordSplitterOptions = {}, partial = false) {
  const splitter = new RecordSplitter(options);
  const batches: unknown[] = [];
  const draw = () => {
    for (let batch = splitter.next(partial); batch; batch = splitter.next(partial))
      batches.push({
        records: Array.from({ length: batch.length }, (_, i) => [
          batch.firstLine + batch.lines[i]!,
          decode(batch.bytes.subarray(batch.starts[i]!, batch.ends[i]!)),
        ]),
        rejected: batch.rejected.map(({ line, reason, head }) => [line, reason, decode(head)]),
        position: batch.position,
        nextLine: batch.nextLine,
      });
  };
  let from = 0;
  for (const cut of [...cuts].sort((a, b) => a - b)) {
    const piece = input.slice(from, cut);
    splitter.push(piece);
    piece.fill(35); // the piece is the caller's again
    draw();
    from = Math.max(from, cut);
  }
  splitter.push(input.slice(from));
  draw();
  splitter.end();
  draw();
  return batches as {
    records: [number, string][];
    rejected: [number, string, string][];
    position: number;
    nextLine: number;
  }[];
}
const records = (text: string, options?: RecordSplitterOptions) =>
  split(encode(text), [], options).flatMap((b) => b.records);
const rejected = (text: string, options?: RecordSplitterOptions) =>
  split(encode(text), [], options).flatMap((b) => b.rejected);

const text = fc.string({
  unit: fc.constantFrom('a', 'b', ',', '"', '\n', '\n', '\r\n', '\r', 'é', '\uFEFF'),
  maxLength: 60,
});
const options = fc.record({
  maxLength: fc.integer({ min: 1, max: 5 }),
  maxRecordSize: fc.constantFrom(3, 8, 1000),
  delimiter: fc.constantFrom(-1, 44),
});

describe('RecordSplitter', () => {
  it('gives the same batches wherever the input is cut', () => {
    fc.assert(
      fc.property(text, fc.array(fc.nat(80), { maxLength: 8 }), options, (t, cuts, o) => {
        const bytes = encode(t);
        const whole = split(bytes, [], o);
        expect(
          split(
            bytes,
            cuts.map((c) => Math.min(c, bytes.length)),
            o,
          ),
        ).toEqual(whole);
        expect(
          split(
            bytes,
            Array.from(bytes, (_, i) => i),
            o,
          ),
        ).toEqual(whole);
      }),
      { numRuns: 3_000 },
    );
  });

  it('gives the same records in partial batches', () => {
    fc.assert(
      fc.property(text, fc.array(fc.nat(80), { maxLength: 8 }), options, (t, cuts, o) => {
        const bytes = encode(t);
        const parts = split(
          bytes,
          cuts.map((c) => Math.min(c, bytes.length)),
          o,
          true,
        );
        const whole = split(bytes, [], o);
        expect(parts.flatMap((b) => b.records)).toEqual(whole.flatMap((b) => b.records));
        expect(parts.flatMap((b) => b.rejected)).toEqual(whole.flatMap((b) => b.rejected));
      }),
      { numRuns: 3_000 },
    );
  });

  it('goes on from the position of any batch as if it had not stopped', () => {
    fc.assert(
      fc.property(text, options, (t, o) => {
        const bytes = encode(t);
        const whole = split(bytes, [], o);
        whole.forEach(({ position, nextLine }, i) => {
          if (position === 0) return;
          expect(split(bytes.slice(position), [], { ...o, position, line: nextLine })).toEqual(whole.slice(i + 1));
        });
      }),
      { numRuns: 3_000 },
    );
  });

  it('gives the lines that are not empty, with their numbers', () => {
    fc.assert(
      fc.property(text, (t) => {
        const lines = t
          .replace(/^\uFEFF/, '')
          .split('\n')
          .map((line, i) => [i + 1, line.replace(/\r$/, '')]);
        expect(records(t)).toEqual(lines.filter(([, line]) => line !== ''));
      }),
      { numRuns: 3_000 },
    );
  });

  it('keeps line ends that are inside a quoted cell', () => {
    expect(records('a,"1\n2""\r\n",b\r\n\nc', { delimiter: 44 })).toEqual([
      [1, 'a,"1\n2""\r\n",b'],
      [5, 'c'],
    ]);
    expect(records('5" pipe\nb', { delimiter: 44 })).toEqual([
      [1, '5" pipe'],
      [2, 'b'],
    ]);
  });

  it('rejects only the line of a quote that is never closed', () => {
    const input = 'a,b\n1,"x\n2,y\n3,z\n';
    expect(rejected(input, { delimiter: 44 })).toEqual([[2, 'a quoted cell is not closed', '1,"x']]);
    expect(records(input, { delimiter: 44 })).toEqual([
      [1, 'a,b'],
      [3, '2,y'],
      [4, '3,z'],
    ]);
    expect(records(`${input}${'n\n'.repeat(100)}`, { delimiter: 44, maxRecordSize: 50 })).toHaveLength(103);
  });

  it('rejects a record that is too large and keeps none of it but the head', () => {
    const splitter = new RecordSplitter({ maxRecordSize: 1000 });
    splitter.push(encode('first\n'));
    let largest = 0;
    const seen: string[] = [];
    const draw = () => {
      for (let b = splitter.next(true); b; b = splitter.next(true)) {
        for (let i = 0; i < b.length; i++) seen.push(decode(b.bytes.subarray(b.starts[i]!, b.ends[i]!)));
        for (const r of b.rejected) seen.push(`${r.line}: ${r.reason} ${r.head.length}`);
      }
      largest = Math.max(largest, splitter.bytes.length);
    };
    for (let i = 0; i < 300; i++) {
      splitter.push(new Uint8Array(5000).fill(120));
      draw();
    }
    splitter.push(encode('\nlast'));
    splitter.end();
    draw();
    expect(seen).toEqual(['first', '2: the record is larger than 1000 bytes 1002', 'last']);
    expect(largest).toBeLessThan(200_000);
  });

  it('refuses a faulty size', () => {
    expect(() => new RecordSplitter({ maxLength: 0 })).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
    expect(() => new RecordSplitter({ maxRecordSize: 1.5 })).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION' }),
    );
  });
});
