import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteWriter } from '../../src/codec/byte-writer.js';
import { CsvDecoder } from '../../src/codec/csv-decoder.js';
import { CsvEncoder } from '../../src/codec/csv-encoder.js';
import { readCsvHeader } from '../../src/codec/csv-header.js';
import { CsvToNdjsonEncoder } from '../../src/codec/csv-to-ndjson-encoder.js';
import { NdjsonDecoder } from '../../src/codec/ndjson-decoder.js';
import { NdjsonEncoder } from '../../src/codec/ndjson-encoder.js';
import { NdjsonToCsvEncoder } from '../../src/codec/ndjson-to-csv-encoder.js';
import type { RecordDecoder } from '../../src/codec/record-decoder.js';
import type { OutputMode, RecordEncoder } from '../../src/codec/record-encoder.js';
import type { ScoredField } from '../../src/codec/scored-batch.js';
import { valueAtName } from '../../src/codec/value-at-name.js';
import { batchOf } from '../support/batch-of.js';

const encode = (text: string) => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const score = fc.oneof(fc.double({ noDefaultInfinity: true }), fc.constantFrom(-0, 0, 1.5, Number.NaN));
const orNull = (x: number) => (Number.isNaN(x) ? null : x);

interface Case {
  lines: string[];
  /** By field, by record. */
  scores: Record<string, number[]>;
  include?: string[];
  isOptional?: boolean;
  keep?: number[];
}

function write(
  encoder: RecordEncoder,
  decoder: RecordDecoder,
  { lines, scores, include = [], isOptional = false, keep }: Case,
): string {
  const batch = batchOf(lines.map(encode));
  decoder.decode(batch);
  const fields: ScoredField[] = Object.entries(scores).map(([name, normalized]) => ({
    name,
    isOptional,
    column: decoder.columns.find((column) => column.name === name)!,
    normalized: Float64Array.from(normalized),
    epoch: Float64Array.from(normalized, (_, i) => i),
    extras: include.map((extra, k) => ({
      name: extra,
      values: Float64Array.from(normalized, (x) => (k === 0 ? x : x + k)),
    })),
  }));
  const out = new ByteWriter(1);
  encoder.encode(batch, { fields, keep: Uint8Array.from(keep ?? lines.map(() => 1)) }, out);
  return decode(out.view());
}

function csv(
  header: string,
  mode: OutputMode,
  given: Case,
  { delimiter = ',', isCrlf = false, hasHeader = true } = {},
): string {
  const bytes = encode(header);
  const read = readCsvHeader(bytes, 0, bytes.length, delimiter.charCodeAt(0));
  return write(
    new CsvEncoder(read, { mode, hasHeader, isCrlf }),
    new CsvDecoder(read, Object.keys(given.scores)),
    given,
  );
}

function ndjson(mode: OutputMode, given: Case): string {
  const reserved = ['normalized', 'epoch', ...(given.include ?? [])];
  return write(new NdjsonEncoder(mode), new NdjsonDecoder({ names: Object.keys(given.scores), reserved }), given);
}

describe('CsvEncoder', () => {
  it('copies each row and adds cells that read back as the same double', () => {
    const row = fc.tuple(fc.constantFrom('1', '', '" 2 "', '1.50'), fc.constantFrom('x', '"a,""b"', 'é'), score);
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 5 }), (rows) => {
        const lines = rows.map(([a, b]) => `${a},${b}`);
        const text = csv('a,b', 'add', { lines, scores: { a: rows.map(([, , x]) => x) } });
        const out = text.split('\n');
        expect(out[0]).toBe('a,b,a_normalized');
        rows.forEach(([, , x], i) => {
          const line = out[i + 1]!;
          expect(line.slice(0, lines[i]!.length + 1)).toBe(`${lines[i]},`);
          const cell = line.slice(lines[i]!.length + 1);
          expect(cell === '' ? Number.NaN : Number(cell)).toBe(x);
        });
        expect(out).toHaveLength(rows.length + 2);
      }),
    );
  });

  it('adds what was asked for behind each field, keeps delimiter and line end, leaves out what is dropped', () => {
    const given = {
      lines: ['1;2', '3;4', '5;6'],
      scores: { b: [1, Number.NaN, -0], a: [7, 8, 9] },
      include: ['center', 'scale'],
      keep: [1, 0, 1],
    };
    expect(
      csv('a;"b;c";b', 'add', { ...given, lines: ['1;x;2', '3;x;4', '5;x;6'] }, { delimiter: ';', isCrlf: true }),
    ).toBe(
      'a;"b;c";b;b_normalized;b_center;b_scale;a_normalized;a_center;a_scale\r\n1;x;2;1;1;2;7;7;8\r\n5;x;6;-0;-0;1;9;9;10\r\n',
    );
    expect(csv('a;b', 'add', { ...given, include: [] }, { delimiter: ';', hasHeader: false })).toBe(
      '1;2;1;7\n5;6;-0;9\n',
    );
  });

  it('replaces cells in their places, whatever the order of the fields', () => {
    const given = { lines: ['1,"x,y",2,z', ',,NA,'], scores: { c: [0.5, Number.NaN], a: [-1, 3] }, include: ['count'] };
    expect(csv('a,b,c,d', 'replace', given)).toBe('a,b,c,d,c_count,a_count\n-1,"x,y",0.5,z,0.5,-1\n3,,,,,3\n');
  });

  it('refuses to write a column that the input has already', () => {
    expect(() => csv('a,a_normalized', 'add', { lines: ['1,2'], scores: { a: [1] } })).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION' }),
    );
  });
});

const key = fc.constantFrom('a', 'b', 'a.b', 'normalized', 'epoch', 'center', 'é"', '__proto__');
const record = fc.dictionary(
  key,
  fc.oneof(
    fc.integer(),
    fc.constant(null),
    fc.constantFrom('epoch', '"normalized"', '\u0007'),
    fc.dictionary(key, fc.integer(), { maxKeys: 2, noNullPrototype: true }),
  ),
  { maxKeys: 5, noNullPrototype: true },
);
/** The same record spelled in many ways. */
const spelled = fc.tuple(record, fc.nat(3)).map(([r, way]) => {
  const text = JSON.stringify(r, null, way % 2);
  return way < 2 ? text.replaceAll('\n', ' ') : `${text.replaceAll('epoch', '\\u0065poch').replaceAll('\n', ' ')}  `;
});

describe('NdjsonEncoder', () => {
  it('adds scores to any record as assigning them to the parsed record would', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(spelled, score, score), { minLength: 1, maxLength: 5 }),
        fc.boolean(),
        (rows, hasCenter) => {
          const lines = rows.map(([line]) => line);
          const scores = { a: rows.map(([, x]) => x), 'a.b': rows.map(([, , x]) => x) };
          const out = ndjson('add', { lines, scores, include: hasCenter ? ['center'] : [] }).split('\n');
          rows.forEach(([line, x, y], i) => {
            const made: unknown = JSON.parse(out[i]!);
            const both = { a: orNull(x), 'a.b': orNull(y) };
            const wanted = { normalized: both, epoch: { a: i, 'a.b': i }, ...(hasCenter ? { center: both } : {}) };
            expect(made).toEqual({ ...JSON.parse(line), ...wanted });
            for (const name of Object.keys(wanted)) expect(out[i]!.split(`"${name}":{"a":`)).toHaveLength(2); // once
          });
        },
      ),
      { numRuns: 3_000 },
    );
  });

  it('copies the rest byte for byte', () => {
    const lines = [
      '{ "a" : 1.0, "id":12345678901234567890 , "t":"\\u00e9" } ',
      '{}',
      '{ }',
      '{"type":"epoch","a":1.0}',
    ];
    expect(ndjson('add', { lines, scores: { a: [0.5, 1, Number.NaN, -0] } }).split('\n')).toEqual([
      '{ "a" : 1.0, "id":12345678901234567890 , "t":"\\u00e9","normalized":{"a":0.5},"epoch":{"a":0}}',
      '{"normalized":{"a":1},"epoch":{"a":1}}',
      '{"normalized":{"a":null},"epoch":{"a":2}}',
      '{"type":"epoch","a":1.0,"normalized":{"a":-0},"epoch":{"a":3}}',
      '',
    ]);
  });

  it('says nothing of an optional field in a record that lacks it', () => {
    const lines = ['{"a":1}', '{"b":1}', '{"a":null,"b":1}'];
    const out = ndjson('add', {
      lines,
      scores: { a: [1, Number.NaN, Number.NaN], b: [Number.NaN, 2, 3] },
      isOptional: true,
    });
    expect(
      out
        .split('\n')
        .slice(0, 3)
        .map((line) => JSON.parse(line).normalized),
    ).toEqual([{ a: 1 }, { b: 2 }, { a: null, b: 3 }]);
  });

  it('puts scores in the place of values as assigning them would', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(spelled, score, score), { minLength: 1, maxLength: 5 }), (rows) => {
        const lines = rows.map(([line]) => line);
        const scores = { b: rows.map(([, x]) => x), 'a.b': rows.map(([, , x]) => x) };
        const out = ndjson('replace', { lines, scores }).split('\n');
        rows.forEach(([line, x, y], i) => {
          const before: unknown = JSON.parse(line);
          const made: unknown = JSON.parse(out[i]!);
          for (const [name, value] of [
            ['b', x],
            ['a.b', y],
          ] as const) {
            const was = valueAtName(before, name);
            expect(valueAtName(made, name) ?? null, line).toEqual(
              was === undefined ? null : orNull(value) === 0 ? expect.closeTo(0) : orNull(value),
            );
          }
          for (const name of ['normalized', 'center', '__proto__'])
            expect(valueAtName(made, name)).toEqual(valueAtName(before, name));
        });
      }),
      { numRuns: 3_000 },
    );
  });

  it('writes records without fields in either mode as JSON', () => {
    for (const mode of ['add', 'replace'] as const)
      for (const line of ['{}', ' { } ', '{"x":{}}'])
        expect(() => JSON.parse(ndjson(mode, { lines: [line], scores: { a: [1] } }))).not.toThrow();
  });
});

describe('conversion', () => {
  it('makes JSON records of CSV rows: numbers, null, text', () => {
    const bytes = encode('id,a,b');
    const header = readCsvHeader(bytes, 0, bytes.length, 44);
    const given = { lines: ['"x ""1""",1.50,é', '007,,"a,b"'], scores: { a: [0.5, Number.NaN] } };
    const lines = write(new CsvToNdjsonEncoder(header, ['a'], 'add'), new CsvDecoder(header, ['a']), given).split('\n');
    expect(lines.slice(0, 2).map((line) => JSON.parse(line))).toEqual([
      { id: 'x "1"', a: 1.5, b: 'é', normalized: { a: 0.5 }, epoch: { a: 0 } },
      { id: '007', a: null, b: 'a,b', normalized: { a: null }, epoch: { a: 1 } },
    ]);
  });

  it('makes CSV rows of JSON records: the columns are those of the first', () => {
    const lines = [
      '{"id":"x,y","p":{"a":1},"l":[1,"b"]}',
      '{"p":{"a":2,"z":3},"id":null,"new":1}',
      '{"id":"say \\"é\\""}',
    ];
    const given = { lines, scores: { 'p.a': [0.5, -0, Number.NaN] }, include: ['scale'] };
    const decoder = () => new NdjsonDecoder({ names: ['p.a'] });
    expect(write(new NdjsonToCsvEncoder('add'), decoder(), given)).toBe(
      'id,p.a,l,p.a_normalized,p.a_scale\n"x,y",1,"[1,""b""]",0.5,0.5\n,2,,-0,-0\n"say ""é""",,,,\n'.replace(
        '-0,0',
        '-0,-0',
      ),
    );
    expect(write(new NdjsonToCsvEncoder('replace'), decoder(), { ...given, include: [] })).toBe(
      'id,p.a,l\n"x,y",0.5,"[1,""b""]"\n,-0,\n"say ""é""",,\n',
    );
  });
});
