import { CsvDecoder } from '../codec/csv-decoder.js';
import { type CsvHeader, readCsvHeader } from '../codec/csv-header.js';
import { detectDelimiter } from '../codec/detect-delimiter.js';
import { NdjsonDecoder } from '../codec/ndjson-decoder.js';
import type { RecordBatch } from '../codec/record-batch.js';
import type { RecordDecoder } from '../codec/record-decoder.js';
import { RecordSplitter } from '../codec/record-splitter.js';
import { sniffNumericColumns } from '../codec/sniff-numeric-columns.js';
import { DecodeError } from '../errors.js';
import type { InputChunk } from '../io/read-chunks.js';
import { vectorMethodOf } from '../normalize/vector/vector-methods.js';
import { decoderOptions } from './decoder-options.js';
import { hasBatches, type TextFormat, type TextPipelinePlan } from './plan.js';

/** What is known of a CSV input once its first rows were seen. */
export interface CsvShape {
  header: CsvHeader;
  /** Columns that are read as numbers. */
  numeric: string[];
  isCrlf: boolean;
}

/** Some records of one input, decoded. Valid until the next is asked for. */
export interface DecodedBatch {
  readonly input: number;
  readonly name: string;
  readonly batch: RecordBatch;
  readonly decoder: RecordDecoder;
}

/** Where a run that goes on finds its place. */
export interface TextPosition {
  input: number;
  offset: number;
  line: number;
}

/**
 * Makes decoded batches of the bytes of text inputs: finds out what they are, cuts records, reads the wanted fields.
 *
 * All inputs must be of one format; CSV files may differ in nothing but their rows.
 */
export class TextSource {
  readonly #plan: TextPipelinePlan;
  readonly #format: TextFormat | undefined;
  readonly #delimiter: string | undefined;
  readonly #warn: (message: string) => void;
  /** Absent until the first bytes were seen. */
  format: TextFormat | undefined;
  /** Absent for NDJSON, and until the first row was seen. */
  csv: CsvShape | undefined;
  position: TextPosition;
  /**
   * Whether batches are what came together, at most `maxLength` records. Not so where a method scores whole batches of a file: there each
   * is full, whatever was read at a time, so that a run which goes on from a checkpoint has the batches that one in one go has.
   */
  readonly #takesPartial: boolean;

  constructor(
    plan: TextPipelinePlan,
    resume?: { position: TextPosition; format: TextFormat | undefined; csv: CsvShape | undefined },
    warn: (message: string) => void = () => {},
  ) {
    this.#plan = plan;
    this.#warn = warn;
    const { source } = plan;
    this.#format = source.kind === 'simulate' ? 'ndjson' : source.format;
    this.#delimiter = source.kind === 'simulate' ? undefined : source.delimiter;
    this.format = resume?.format;
    this.#takesPartial = source.kind !== 'file' || !hasBatches(plan);
    this.csv = resume?.csv;
    this.position = resume?.position ?? { input: 0, offset: 0, line: 1 };
  }

  /** @throws DecodeError for a header that cannot be read or is another than that of the file before; InvalidOptionError for a named field that no column has */
  async *read(chunks: AsyncIterable<InputChunk>): AsyncGenerator<DecodedBatch> {
    let splitter: RecordSplitter | undefined;
    let decoder: RecordDecoder | undefined;
    let header: CsvHeader | undefined;
    /** A header row of no rows, of which the output is to tell too. */
    let headerOnly: Omit<DecodedBatch, 'decoder'> | undefined;
    let hasRows = false;
    const partial = this.#takesPartial;
    for await (const { input, name, bytes, offset, isLast } of chunks) {
      if (splitter === undefined && !isLast) {
        this.format ??= this.#format ?? formatOf(name) ?? sniffFormat(bytes);
        const line = input === this.position.input ? this.position.line : 1;
        const delimiter =
          this.format === 'csv'
            ? (this.csv?.header.delimiter ?? this.#delimiter?.charCodeAt(0) ?? detectDelimiter(bytes))
            : undefined;
        splitter = new RecordSplitter({
          maxLength: this.#plan.batch.maxLength,
          position: offset,
          line,
          ...(delimiter !== undefined && { delimiter }),
        });
        header = offset > 0 ? this.csv?.header : undefined;
        decoder = this.format === 'ndjson' ? this.#ndjson(decoder) : undefined;
      }
      if (splitter === undefined) continue; // an empty input
      splitter.push(bytes);
      if (isLast) splitter.end();
      for (let batch = splitter.next(partial); batch !== undefined; batch = splitter.next(partial)) {
        let rows: RecordBatch = batch;
        if (this.format === 'csv' && header === undefined && batch.length > 0) {
          header = this.#readHeader(name, batch);
          rows = withoutFirst(batch);
        }
        if (rows !== batch && rows.length === 0) headerOnly = { input, name, batch: rows };
        if (this.format === 'csv' && decoder === undefined && rows.length > 0)
          decoder = this.#csvDecoder(header!, rows);
        // Before it is handed out: a run that stops with this batch goes on behind it.
        this.position = { input, offset: splitter.position, line: splitter.nextLine };
        if (decoder !== undefined && (rows.length > 0 || rows.rejected.length > 0)) {
          decoder.decode(rows);
          hasRows = true;
          yield { input, name, batch: rows, decoder };
        }
      }
      if (isLast) {
        this.position = { input: input + 1, offset: 0, line: 1 };
        splitter = undefined;
      }
    }
    if (!hasRows && headerOnly !== undefined)
      yield { ...headerOnly, decoder: this.#csvDecoder(this.csv!.header, headerOnly.batch) };
  }

  #ndjson(known: RecordDecoder | undefined): RecordDecoder {
    return known ?? new NdjsonDecoder(decoderOptions(this.#plan));
  }

  #readHeader(name: string, batch: RecordBatch): CsvHeader {
    const { bytes, starts, ends } = batch;
    const delimiter =
      this.#delimiter?.charCodeAt(0) ??
      this.csv?.header.delimiter ??
      detectDelimiter(bytes.subarray(starts[0], ends[batch.length - 1]));
    let header: CsvHeader;
    try {
      header = readCsvHeader(bytes, starts[0]!, ends[0]!, delimiter);
    } catch (cause) {
      throw new DecodeError(`${name}:${batch.firstLine}: ${(cause as Error).message}`, { cause });
    }
    const before = this.csv?.header;
    if (before !== undefined && before.names.join('\n') !== header.names.join('\n'))
      throw new DecodeError(
        `${name}: its columns must be those of the file before, ${before.names.join(', ')}; got ${header.names.join(', ')}`,
      );
    this.csv ??= { header, numeric: [], isCrlf: bytes[ends[0]!] === 13 };
    return header;
  }

  /** Numeric columns; those that hold numbers and are left as they are for the text beside them are told of. */
  #sniffed(header: CsvHeader, rows: RecordBatch, spokenFor: readonly string[]): string[] {
    const { numeric, mixed } = sniffNumericColumns(header, rows);
    for (const name of mixed)
      if (!spokenFor.includes(name))
        this.#warn(
          `${name}: numbers beside text in the first rows: left as it is; name it (fields, --field) to normalize it`,
        );
    return numeric;
  }

  #csvDecoder(header: CsvHeader, rows: RecordBatch): CsvDecoder {
    const { fields, record, learn = [] } = this.#plan;
    const isVector = ({ options }: (typeof fields.named)[number]) => vectorMethodOf(options) !== undefined;
    const vectors = fields.named.filter(isVector).map(({ name }) => name);
    const texts = [
      ...record.key,
      ...(record.group ?? []),
      ...(record.time === undefined ? [] : [record.time]),
      ...vectors,
    ];
    const named = fields.named.filter((field) => !isVector(field)).map(({ name }) => name);
    const learnt = learn
      .flatMap(({ features, target }) => [...features, target])
      .filter((name) => !texts.includes(name));
    const csv = this.csv!;
    if (csv.numeric.length === 0)
      csv.numeric =
        fields.others === undefined
          ? named
          : [...new Set([...named, ...this.#sniffed(header, rows, [...named, ...texts, ...learnt])])].filter(
              (name) => !texts.includes(name),
            );
    return new CsvDecoder(header, [...new Set([...csv.numeric, ...named, ...learnt])], texts);
  }
}

function withoutFirst({
  bytes,
  starts,
  ends,
  lines,
  length,
  firstLine,
  position,
  nextLine,
  rejected,
}: RecordBatch): RecordBatch {
  return {
    bytes,
    starts: starts.subarray(1),
    ends: ends.subarray(1),
    lines: lines.subarray(1),
    length: length - 1,
    firstLine,
    position,
    nextLine,
    rejected,
  };
}

function formatOf(name: string): TextFormat | undefined {
  const extension = /\.([a-z]+)(?:\.gz)?$/i.exec(name)?.[1]?.toLowerCase();
  if (extension === 'csv' || extension === 'tsv') return 'csv';
  return extension === 'ndjson' || extension === 'jsonl' || extension === 'json' ? 'ndjson' : undefined;
}

/** NDJSON begins with a brace. */
function sniffFormat(bytes: Uint8Array): TextFormat {
  const first = bytes.find((byte) => byte > 32 && byte < 128);
  return first === 123 ? 'ndjson' : 'csv';
}
