import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CellKind } from '../../src/codec/cell-kind.js';
import { CsvDecoder } from '../../src/codec/csv-decoder.js';
import { readCsvHeader } from '../../src/codec/csv-header.js';
import { detectDelimiter } from '../../src/codec/detect-delimiter.js';
import { quoteCell } from '../../src/codec/quote-cell.js';
import { RecordSplitter } from '../../src/codec/record-splitter.js';
import { sniffNumericColumns } from '../../src/codec/sniff-numeric-columns.js';
import { splitRow } from '../../src/codec/split-row.js';
import { batchOf } from '../support/batch-of.js';

const encode = (text: string) => new TextEncoder().encode(text);
const delimiters = fc.constantFrom(',', ';', '\t');
const MISSING = /^[ \t]*(|na|n\/a|#n\/a|null|none|nil|-|[+-]?(nan|inf|infinity))[ \t]*$/i;
const NUMBER = /^[ \t]*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?[ \t]*$/i;

function headerOf(text: string, delimiter = ',') {
  const bytes = encode(text);
  return readCsvHeader(bytes, 0, bytes.length, delimiter.charCodeAt(0));
}

const cell = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.constantFrom(
    '',
    ' ',
    'NA',
    'n/a',
    'NaN',
    '-nan',
    'null',
    '-',
    'Inf',
    '-Infinity',
    '+inf',
    'nul',
    'infinit',
    '1e999',
    '0x1',
    '1,5',
    ' 2 ',
  ),
  fc.string({ unit: fc.constantFrom('a', '"', ',', ';', '\t', '\n', '\r', ' ', 'é', '1', '-'), maxLength: 6 }),
);

describe('CsvDecoder', () => {
  it('reads back the cells of any table, quoted where they need it or not, whatever the delimiter', () => {
    const table = fc
      .integer({ min: 1, max: 5 })
      .chain((width) =>
        fc.array(fc.array(fc.tuple(cell, fc.boolean()), { minLength: width, maxLength: width }), { maxLength: 6 }),
      );
    fc.assert(
      fc.property(table, delimiters, (rows, delimiter) => {
        const width = rows[0]?.length ?? 1;
        const names = Array.from({ length: width }, (_, k) => `c${k}`);
        const decoder = new CsvDecoder(headerOf(names.join(delimiter), delimiter), names);
        const write = ([text, isQuoted]: [string, boolean]) =>
          isQuoted ? `"${text.replaceAll('"', '""')}"` : quoteCell(text, delimiter);
        decoder.decode(batchOf(rows.map((row) => encode(row.map(write).join(delimiter)))));
        expect(decoder.faultCount).toBe(0);
        rows.forEach((row, i) => {
          row.forEach(([text], k) => {
            const { kinds, values } = decoder.columns[k]!;
            const kind = NUMBER.test(text) ? CellKind.number : MISSING.test(text) ? CellKind.missing : CellKind.text;
            expect([kinds[i], values[i], decoder.text(k, i)], text).toEqual([
              kind,
              kind === CellKind.number ? Number(text) : Number.NaN,
              text,
            ]);
          });
        });
      }),
      { numRuns: 3_000 },
    );
  });

  it('agrees with the plain way of splitting a row about every row, sound or not', () => {
    const row = fc.string({ unit: fc.constantFrom('a', '1', '"', '"', ',', ',', ';', ' '), maxLength: 14 });
    fc.assert(
      fc.property(fc.array(row, { maxLength: 5 }), (rows) => {
        const decoder = new CsvDecoder(headerOf('a,b,c'), ['c'], ['a', 'b']);
        decoder.decode(batchOf(rows.map(encode)));
        let bad = 0;
        rows.forEach((text, i) => {
          const bytes = encode(text);
          const cells = splitRow(bytes, 0, bytes.length, 44);
          const isGood = cells?.length === 3;
          if (!isGood) bad++;
          expect(decoder.faults[i] === undefined, text).toBe(isGood);
          const order = ['c', 'a', 'b'].map((name) => decoder.columns.findIndex((column) => column.name === name));
          const read = [1, 2, 0].map((place) => decoder.text(order[place]!, i));
          expect(read, text).toEqual(isGood ? cells : [undefined, undefined, undefined]);
        });
        expect(decoder.faultCount).toBe(bad);
      }),
      { numRuns: 10_000 },
    );
  });

  it('forgets the faults of the batch before', () => {
    const decoder = new CsvDecoder(headerOf('a,b'), ['a', 'b']);
    decoder.decode(batchOf(['1', '1,2,3', '"1"x,2', '1,2'].map(encode)));
    expect(decoder.faults).toEqual([
      'the row has 1 cell, the header 2',
      'the row has 3 cells, the header 2',
      'a quoted cell goes on after its closing quote, or is not closed',
    ]);
    decoder.decode(batchOf(['3,4', '5,6'].map(encode)));
    expect([decoder.faultCount, decoder.faults[0], [...decoder.columns[1]!.values.subarray(0, 2)]]).toEqual([
      0,
      undefined,
      [4, 6],
    ]);
  });

  it('reads columns in the order they were asked for, and times', () => {
    const decoder = new CsvDecoder(headerOf('t,a,b'), ['b', 'a'], ['t', 'a']);
    expect(decoder.columns.map((column) => column.name)).toEqual(['b', 'a', 't']);
    decoder.decode(batchOf(['"2024-01-01",1,2', '5,3,4', ',5,6'].map(encode)));
    expect([0, 1, 2].map((i) => decoder.time(2, i))).toEqual([Date.parse('2024-01-01'), 5, Number.NaN]);
    expect([...decoder.columns[0]!.values.subarray(0, 3)]).toEqual([2, 4, 6]);
  });

  it('refuses a field that no column has', () => {
    expect(() => new CsvDecoder(headerOf('a,b'), ['c'])).toThrow(
      expect.objectContaining({
        code: 'INVALID_OPTION',
        message: 'field must be a column of the header: a, b, got "c"',
      }),
    );
  });

  it('survives any bytes at all, together with the splitter', () => {
    const bytes = fc.uint8Array({ maxLength: 80 });
    const line = fc.constantFrom('1,"2\n3",4\r\n', '"', ',,\n', '\n', '1,2,3\n', '""', '\uFEFF');
    fc.assert(
      fc.property(fc.array(fc.oneof(bytes, line.map(encode)), { maxLength: 8 }), (pieces) => {
        const splitter = new RecordSplitter({ delimiter: 44, maxRecordSize: 40 });
        const decoder = new CsvDecoder(headerOf('a,b,c'), ['a', 'b', 'c']);
        let lines = 0;
        for (const piece of [...pieces, undefined]) {
          if (piece) splitter.push(piece);
          else splitter.end();
          for (let batch = splitter.next(true); batch; batch = splitter.next(true)) {
            decoder.decode(batch);
            lines += batch.length + batch.rejected.length;
            for (let i = 0; i < batch.length; i++)
              for (const { starts, ends, kinds } of decoder.columns)
                if (kinds[i] !== CellKind.absent) {
                  expect(starts[i]!).toBeGreaterThanOrEqual(batch.starts[i]!);
                  expect(ends[i]!).toBeLessThanOrEqual(batch.ends[i]!);
                }
          }
        }
        const size = pieces.reduce((sum, piece) => sum + piece.length, 0);
        expect(splitter.position).toBe(size);
        expect(lines).toBeLessThanOrEqual(size);
      }),
      { numRuns: 20_000 },
    );
  });
});

describe('readCsvHeader', () => {
  it('trims names and takes their quotes off', () => {
    expect(headerOf(' a b ;"c;d";"say ""x"""', ';').names).toEqual(['a b', 'c;d', 'say "x"']);
  });
  it('names both columns of one name', () => {
    expect(() => headerOf('a,b, a ')).toThrow('columns 1 and 3 of the header row are both named "a"');
    expect(() => headerOf('a,"b')).toThrow(expect.objectContaining({ code: 'DECODE_FAILED' }));
  });
});

describe('detectDelimiter', () => {
  it.each([
    ['a,b,c\n1,2,3\n', ','],
    ['a;b;c\n1,5;2,5;3,5\n', ';'],
    ['a\tb\n1\t2\n', '\t'],
    ['"x,y,z";b\n1;2\n', ';'],
    ['a, b; c\n1;2\n3;4\n', ';'],
    ['\r\n\na;b\n1;2', ';'],
    ['alone\n1\n', ','],
    ['', ','],
    ['a;b', ';'],
  ])('%j is delimited by %j', (text, delimiter) => {
    expect(String.fromCharCode(detectDelimiter(encode(text)))).toBe(delimiter);
  });
});

describe('sniffNumericColumns', () => {
  it('takes columns that have a number and no text, and tells of those with both', () => {
    const rows = ['1,x,,2024-01-01,NA,7', ',y,,2024-01-02,3,seven', 'bad row', '2.5,z,,2024-01-03,NA,8'];
    expect(sniffNumericColumns(headerOf('a,b,c,d,e,f'), batchOf(rows.map(encode)))).toEqual({
      numeric: ['a', 'e'],
      mixed: ['f'],
    });
  });
});
