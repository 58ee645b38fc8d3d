import { InvalidOptionError } from '../errors.js';
import { addedColumns } from './added-columns.js';
import type { ByteWriter } from './byte-writer.js';
import type { CsvHeader } from './csv-header.js';
import { quoteCell } from './quote-cell.js';
import type { RecordBatch } from './record-batch.js';
import type { OutputMode, RecordEncoder } from './record-encoder.js';
import type { ScoredBatch, ScoredField, ScoredModel, ScoredTexts, ScoredVector } from './scored-batch.js';
import { scoredText } from './scored-text.js';
import { LONGEST_DECIMAL, writeDecimal } from './write-decimal.js';

const RETURN = 13;
const LINE_FEED = 10;

type Scored = ScoredField | ScoredVector;

export interface CsvEncoderOptions {
  mode: OutputMode;
  /** Whether the output begins with this encoder: then with a header row. */
  hasHeader: boolean;
  /** Whether lines end in `\r\n`. */
  isCrlf: boolean;
}

/**
 * Writes CSV rows as they were read, with cells for the scores behind them, or with the scores in the place of the values. What is not
 * a score is copied byte for byte. null is an empty cell; a number reads back as the same double. O(bytes), no object a row.
 *
 * Columns `<field>_normalized`, and `<field>_<extra>` for each extra, at last those of models, `<model>_<extra>`; `encode` throws InvalidOptionError where the input has one of that
 * name already.
 */
export class CsvEncoder implements RecordEncoder {
  readonly #header: CsvHeader;
  readonly #mode: OutputMode;
  readonly #isCrlf: boolean;
  #needsHeader: boolean;

  constructor(header: CsvHeader, { mode, hasHeader, isCrlf }: CsvEncoderOptions) {
    this.#header = header;
    this.#mode = mode;
    this.#isCrlf = isCrlf;
    this.#needsHeader = hasHeader;
  }

  encode(batch: RecordBatch, { fields, vectors = [], models = [], keep }: ScoredBatch, out: ByteWriter): void {
    if (this.#needsHeader) this.#writeHeader([...fields, ...vectors], models, out);
    this.#needsHeader = false;
    const inPlace = this.#mode === 'replace' ? this.#byPosition([...fields, ...vectors]) : undefined;
    const columns = fields.flatMap(({ normalized, extras }) => [
      ...(inPlace === undefined ? [normalized] : []),
      ...extras.map(({ values }) => values),
    ]);
    const learnt = models.flatMap(({ extras }) => extras.map(({ values }) => values));
    for (let i = 0; i < batch.length; i++) {
      if (keep[i] === 0) continue;
      if (inPlace === undefined) out.copy(batch.bytes, batch.starts[i]!, batch.ends[i]!);
      else this.#replaceCells(batch, i, inPlace, out);
      this.#addCells(columns, i, out);
      for (const vector of vectors) {
        if (inPlace === undefined) this.#textCell(vector.normalized, i, out);
        for (const { texts } of vector.extras) this.#textCell(texts, i, out);
      }
      if (learnt.length > 0) this.#addCells(learnt, i, out);
      this.#endLine(out);
    }
  }

  #writeHeader(fields: readonly Scored[], models: readonly ScoredModel[], out: ByteWriter): void {
    const delimiter = String.fromCharCode(this.#header.delimiter);
    const added = addedColumns(fields, models, this.#mode);
    const taken = added.find((name) => this.#header.names.includes(name));
    if (taken !== undefined)
      throw new InvalidOptionError('field', taken, 'a field whose output column the input does not have already');
    out.utf8([...this.#header.names, ...added].map((name) => quoteCell(name, delimiter)).join(delimiter));
    this.#endLine(out);
  }

  #byPosition(fields: readonly Scored[]): Scored[] {
    const { names } = this.#header;
    return [...fields].sort((a, b) => names.indexOf(a.name) - names.indexOf(b.name));
  }

  #replaceCells(batch: RecordBatch, i: number, fields: readonly Scored[], out: ByteWriter): void {
    let from = batch.starts[i]!;
    for (const { column, normalized } of fields) {
      out.copy(batch.bytes, from, column.starts[i]!);
      if ('out' in normalized) this.#text(normalized, i, out);
      else if (!Number.isNaN(normalized[i]!)) out.number(normalized[i]!);
      from = column.ends[i]!;
    }
    out.copy(batch.bytes, from, batch.ends[i]!);
  }

  /** Appends a cell for each column. */
  #addCells(columns: readonly Float64Array[], i: number, out: ByteWriter): void {
    const { delimiter } = this.#header;
    out.reserve(columns.length * (1 + LONGEST_DECIMAL));
    const { bytes } = out;
    let at = out.length;
    for (let k = 0; k < columns.length; k++) {
      bytes[at++] = delimiter;
      const x = columns[k]![i]!;
      if (!Number.isNaN(x)) at = writeDecimal(x, bytes, at);
    }
    out.length = at;
  }

  #textCell(texts: ScoredTexts, i: number, out: ByteWriter): void {
    out.byte(this.#header.delimiter);
    this.#text(texts, i, out);
  }

  /** JSON has commas: a cell of it is quoted. */
  #text(texts: ScoredTexts, i: number, out: ByteWriter): void {
    const text = scoredText(texts, i);
    if (text !== 'null') out.utf8(quoteCell(text, String.fromCharCode(this.#header.delimiter)));
  }

  #endLine(out: ByteWriter): void {
    if (this.#isCrlf) out.byte(RETURN);
    out.byte(LINE_FEED);
  }
}
