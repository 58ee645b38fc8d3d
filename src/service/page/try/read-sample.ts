import { CellKind } from '../../../codec/cell-kind.js';
import { CsvDecoder } from '../../../codec/csv-decoder.js';
import { type CsvHeader, readCsvHeader } from '../../../codec/csv-header.js';
import { decodeUtf8 } from '../../../codec/decode-utf8.js';
import { detectDelimiter } from '../../../codec/detect-delimiter.js';
import type { RecordBatch } from '../../../codec/record-batch.js';
import { RecordSplitter } from '../../../codec/record-splitter.js';

/** Records of a file that is tried out. */
export interface Sample {
  format: 'csv' | 'ndjson' | 'json';
  records: Record<string, unknown>[];
  /** Lines that could not be read, and why the first could not. */
  bad: number;
  firstFault: string | undefined;
  /** Whether there is more than was read. */
  isCut: boolean;
}

/** Records that are read. */
const MOST = 100_000;

/** Reads CSV, NDJSON or a JSON array, whichever it is. */
export function readSample(bytes: Uint8Array): Sample {
  const first = bytes.find((byte) => byte > 32 && byte < 128);
  if (first === 91) return readArray(bytes);
  return first === 123 ? readLines(bytes) : readCsv(bytes);
}

function readArray(bytes: Uint8Array): Sample {
  const sample: Sample = { format: 'json', records: [], bad: 0, firstFault: undefined, isCut: false };
  let items: unknown;
  try {
    items = JSON.parse(decodeUtf8(bytes, 0, bytes.length));
  } catch (error) {
    return { ...sample, bad: 1, firstFault: (error as Error).message };
  }
  // Numbers alone are a field called value.
  for (const [i, item] of (items as unknown[]).entries())
    add(sample, typeof item === 'number' ? { value: item } : item, `item ${i + 1}`);
  return sample;
}

function readLines(bytes: Uint8Array): Sample {
  const sample: Sample = { format: 'ndjson', records: [], bad: 0, firstFault: undefined, isCut: false };
  for (const batch of batchesOf(bytes)) {
    for (let i = 0; i < batch.length && !sample.isCut; i++) {
      const where = `line ${batch.firstLine + batch.lines[i]!}`;
      try {
        add(sample, JSON.parse(decodeUtf8(batch.bytes, batch.starts[i]!, batch.ends[i]!)), where);
      } catch (error) {
        refuse(sample, `${where}: ${(error as Error).message}`);
      }
    }
    if (sample.isCut) break;
  }
  return sample;
}

function readCsv(bytes: Uint8Array): Sample {
  const sample: Sample = { format: 'csv', records: [], bad: 0, firstFault: undefined, isCut: false };
  const delimiter = detectDelimiter(bytes.subarray(0, 1 << 16));
  let header: CsvHeader | undefined;
  let decoder: CsvDecoder | undefined;
  for (const batch of batchesOf(bytes, delimiter)) {
    if (batch.length === 0) continue;
    try {
      header ??= readCsvHeader(batch.bytes, batch.starts[0]!, batch.ends[0]!, delimiter);
    } catch (error) {
      refuse(sample, `line 1: ${(error as Error).message}`);
      return sample;
    }
    const isFirst = decoder === undefined;
    decoder ??= new CsvDecoder(
      header,
      header.names.filter((name) => name !== ''),
    );
    decoder.decode(batch);
    for (let i = isFirst ? 1 : 0; i < batch.length && !sample.isCut; i++) {
      const fault = decoder.faults[i];
      if (fault !== undefined) refuse(sample, `line ${batch.firstLine + batch.lines[i]!}: ${fault}`);
      else add(sample, rowOf(decoder, i), '');
    }
    if (sample.isCut) break;
  }
  return sample;
}

function rowOf(decoder: CsvDecoder, i: number): Record<string, unknown> {
  return Object.fromEntries(
    decoder.columns.map(({ name, kinds, values }, column) => [
      name,
      kinds[i] === CellKind.number ? values[i] : kinds[i] === CellKind.text ? decoder.text(column, i) : null,
    ]),
  );
}

function* batchesOf(bytes: Uint8Array, delimiter?: number): Generator<RecordBatch> {
  const splitter = new RecordSplitter(delimiter === undefined ? {} : { delimiter });
  splitter.push(bytes);
  splitter.end();
  for (let batch = splitter.next(true); batch !== undefined; batch = splitter.next(true)) yield batch;
}

function add(sample: Sample, record: unknown, where: string): void {
  if (sample.records.length >= MOST) sample.isCut = true;
  else if (typeof record === 'object' && record !== null && !Array.isArray(record))
    sample.records.push(record as Record<string, unknown>);
  else refuse(sample, `${where}: not a JSON object`);
}

function refuse(sample: Sample, fault: string): void {
  sample.bad++;
  sample.firstFault ??= fault;
}
