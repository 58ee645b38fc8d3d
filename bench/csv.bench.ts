import { ByteWriter } from '../src/codec/byte-writer.js';
import { CsvDecoder } from '../src/codec/csv-decoder.js';
import { CsvEncoder } from '../src/codec/csv-encoder.js';
import { readCsvHeader } from '../src/codec/csv-header.js';
import { NdjsonDecoder } from '../src/codec/ndjson-decoder.js';
import { NdjsonEncoder } from '../src/codec/ndjson-encoder.js';
import type { RecordBatch } from '../src/codec/record-batch.js';
import type { RecordDecoder } from '../src/codec/record-decoder.js';
import type { RecordEncoder } from '../src/codec/record-encoder.js';
import { RecordSplitter } from '../src/codec/record-splitter.js';
import type { ScoredField } from '../src/codec/scored-batch.js';
import { LONGEST_DECIMAL, writeDecimal } from '../src/codec/write-decimal.js';
import { compareInProcesses } from './support/compare-in-processes.js';
import { seededGaussian } from './support/seeded-gaussian.js';

const rows = 20_000;
const width = 8;
const xs = seededGaussian({ seed: 42, length: rows * width });
const names = Array.from({ length: width }, (_, k) => `sensor${k}`);
const encoder = new TextEncoder();
const decoder = new TextDecoder();

const csvOf = (digits: number | undefined) =>
  encoder.encode(
    Array.from({ length: rows }, (_, i) => {
      const cells = Array.from(xs.subarray(i * width, (i + 1) * width), (x) => (digits ? (20 + x).toFixed(digits) : x));
      return `${cells.join(',')}\n`;
    }).join(''),
  );
const full = csvOf(undefined);
const short = csvOf(3);
const jsonNames = ['temperature', 'vibration', 'pressure'];
const ndjson = encoder.encode(
  Array.from({ length: rows }, (_, i) => {
    const [temperature, vibration, pressure] = xs.subarray(i * 3, i * 3 + 3);
    return `${JSON.stringify({ deviceId: `device-${i % 100}`, ts: 1.7e12 + i, temperature, vibration, pressure })}\n`;
  }).join(''),
);
const headerRow = encoder.encode(names.join(','));
const header = readCsvHeader(headerRow, 0, headerRow.length, 44);
const jsonFields = [...jsonNames, 'deviceId', 'ts'];

/** Cuts the input as it comes from a file: in pieces of 256 KiB. */
function eachBatch(input: Uint8Array, delimiter: number | undefined, visit: (batch: RecordBatch) => void): void {
  const splitter = new RecordSplitter(delimiter === undefined ? {} : { delimiter });
  for (let at = 0; at < input.length; at += 1 << 18) {
    splitter.push(input.subarray(at, at + (1 << 18)));
    for (let batch = splitter.next(true); batch; batch = splitter.next(true)) visit(batch);
  }
  splitter.end();
  for (let batch = splitter.next(); batch; batch = splitter.next()) visit(batch);
}

/** Decodes the input and writes the values themselves as scores: the codec alone. */
function translate(
  input: Uint8Array,
  delimiter: number | undefined,
  read: RecordDecoder,
  write: RecordEncoder,
  scored: number,
): number {
  const out = new ByteWriter(1 << 20);
  const keep = new Uint8Array(8192).fill(1);
  let size = 0;
  let fields: ScoredField[] = [];
  eachBatch(input, delimiter, (batch) => {
    read.decode(batch);
    if (fields[0]?.normalized !== read.columns[0]!.values)
      fields = read.columns.slice(0, scored).map((column) => ({
        name: column.name,
        column,
        isOptional: false,
        normalized: column.values,
        epoch: undefined,
        extras: [],
      }));
    write.encode(batch, { fields, keep }, out);
    size += out.length;
    out.clear();
  });
  return size;
}

type Kind = 'full' | 'short' | 'json';
const inputs: Record<Kind, Uint8Array> = { full, short, json: ndjson };
const csvEncoder = () => new CsvEncoder(header, { mode: 'add', hasHeader: true, isCrlf: false });
/** Keeps results alive. */
let kept = 0;

const work = (run: () => number) => () => ({
  observations: rows,
  run: () => {
    kept += run();
  },
});

const byteLoop = (kind: Kind) =>
  work(() => {
    const input = inputs[kind];
    let sum = 0;
    for (let i = 0; i < input.length; i++) sum += input[i]!;
    return sum;
  });
const split = (kind: Kind) =>
  work(() => {
    let count = 0;
    eachBatch(inputs[kind], kind === 'json' ? undefined : 44, (batch) => {
      count += batch.length;
    });
    return count;
  });
const decode = (kind: Kind) =>
  work(() => {
    const read = kind === 'json' ? new NdjsonDecoder({ names: jsonFields }) : new CsvDecoder(header, names);
    eachBatch(inputs[kind], kind === 'json' ? undefined : 44, (batch) => read.decode(batch));
    return read.columns[0]!.values[0]!;
  });
const encode = (kind: Kind) =>
  work(() =>
    kind === 'json'
      ? translate(ndjson, undefined, new NdjsonDecoder({ names: jsonFields }), new NdjsonEncoder('add'), 3)
      : translate(inputs[kind], 44, new CsvDecoder(header, names), csvEncoder(), width),
  );

const label = (kind: Kind, name: string) => `${name}, ${(inputs[kind].length / rows).toFixed(0)} bytes a record`;
const fullName = label('full', 'CSV 8 × 17 digits');
const shortName = label('short', 'CSV 8 × 3 decimals');
const jsonName = label('json', 'NDJSON 5 fields');

const line = new Uint8Array(LONGEST_DECIMAL);
const ownDecimals = 'a row of 8 numbers of 16 or 17 digits as text: writeDecimal';
const stringDecimals = 'a row of 8 numbers of 16 or 17 digits as text: String, encodeInto';

await compareInProcesses(
  import.meta.url,
  {
    [ownDecimals]: work(() => {
      let size = 0;
      for (let i = 0; i < xs.length; i++) size += writeDecimal(xs[i]!, line, 0);
      return size;
    }),
    [stringDecimals]: work(() => {
      let size = 0;
      for (let i = 0; i < xs.length; i++) size += encoder.encodeInto(String(xs[i]), line).written;
      return size;
    }),
    [`${fullName}: bare byte loop`]: byteLoop('full'),
    [`${fullName}: split`]: split('full'),
    [`${fullName}: split, decode`]: decode('full'),
    [`${fullName}: split, decode, encode`]: encode('full'),
    [`${fullName}: text, split, Number, join`]: work(() => {
      let size = 0;
      for (const line of decoder.decode(full).split('\n')) {
        const values = line.split(',').map(Number);
        size += encoder.encode(`${line},${values.join(',')}\n`).length;
      }
      return size;
    }),
    [`${shortName}: split, decode`]: decode('short'),
    [`${shortName}: split, decode, encode`]: encode('short'),
    [`${jsonName}: bare byte loop`]: byteLoop('json'),
    [`${jsonName}: split, decode`]: decode('json'),
    [`${jsonName}: split, decode, encode`]: encode('json'),
    [`${jsonName}: text, JSON.parse`]: work(() => {
      let sum = 0;
      for (const line of decoder.decode(ndjson).split('\n'))
        if (line !== '') sum += (JSON.parse(line) as { ts: number }).ts;
      return sum;
    }),
    [`${jsonName}: text, JSON.parse, JSON.stringify`]: work(() => {
      let size = 0;
      for (const line of decoder.decode(ndjson).split('\n')) {
        if (line === '') continue;
        const record = JSON.parse(line) as Record<string, number>;
        const normalized = Object.fromEntries(jsonNames.map((name) => [name, record[name]]));
        size += encoder.encode(`${JSON.stringify({ ...record, normalized })}\n`).length;
      }
      return size;
    }),
  },
  [
    [ownDecimals, stringDecimals, ''],
    [`${fullName}: split, decode, encode`, `${fullName}: text, split, Number, join`, ''],
    [`${jsonName}: split, decode`, `${jsonName}: text, JSON.parse`, ''],
    [`${jsonName}: split, decode, encode`, `${jsonName}: text, JSON.parse, JSON.stringify`, ''],
  ],
);
if (Number.isNaN(kept)) throw new Error('a codec lost numbers');
