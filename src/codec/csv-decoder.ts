import { InvalidOptionError } from '../errors.js';
import { CellKind } from './cell-kind.js';
import type { CsvHeader } from './csv-header.js';
import { decodeUtf8 } from './decode-utf8.js';
import { FieldColumn } from './field-column.js';
import { isMissingWord } from './is-missing-word.js';
import { parseNumber } from './parse-number.js';
import { parseTimeBytes } from './parse-time-bytes.js';
import type { RecordBatch } from './record-batch.js';
import type { RecordDecoder } from './record-decoder.js';
import { strictUtf8 } from './strict-utf8.js';
import { TextPool } from './text-pool.js';

const QUOTE = 34;
const MINUS = 45;
const ZERO = 48;
/** The point, counted from the digit 0. */
const POINT = -2;
/** Powers of ten up to that of fifteen digits. */
const POWERS = Float64Array.from({ length: 16 }, (_, power) => 10 ** power);

/**
 * Reads columns of CSV rows (RFC 4180): quotes, `""` in quotes, any delimiter.
 *
 * A cell is a number, missing (empty, or a word of `isMissingWord`), or text that is no number. A row with more or fewer cells than the
 * header, or with text after a closing quote, is bad. O(bytes), no object a record or cell.
 */
export class CsvDecoder implements RecordDecoder {
  readonly columns: readonly FieldColumn[];
  readonly faults: (string | undefined)[] = [];
  faultCount = 0;
  readonly #delimiter: number;
  readonly #names: readonly string[];
  /** By column of the file: its place in `columns`, −1 for those that nobody wants. */
  readonly #places: Int32Array;
  readonly #isNumeric: boolean[];
  /** Whether the delimiter is nothing that a number may hold. */
  readonly #isApart: boolean;
  readonly #pool = new TextPool();
  #batch: RecordBatch | undefined;

  /**
   * @param numeric names of the columns to read as numbers; they come first in `columns`, in this order
   * @param texts names of further columns, of which only the text or time is wanted
   * @throws InvalidOptionError when the header lacks one of them
   */
  constructor(header: CsvHeader, numeric: readonly string[], texts: readonly string[] = []) {
    this.#delimiter = header.delimiter;
    this.#isApart = !(header.delimiter >= MINUS && header.delimiter <= ZERO + 9);
    this.#names = header.names;
    this.#places = new Int32Array(header.names.length).fill(-1);
    const names = [...new Set([...numeric, ...texts])];
    this.columns = names.map((name, place) => {
      const index = header.names.indexOf(name);
      if (index < 0) throw new InvalidOptionError('field', name, `a column of the header: ${header.names.join(', ')}`);
      this.#places[index] = place;
      return new FieldColumn(name, 0);
    });
    this.#isNumeric = names.map((name) => numeric.includes(name));
  }

  decode(batch: RecordBatch): void {
    const { length } = batch;
    this.#batch = batch;
    for (let i = 0; i < this.columns.length; i++) {
      const column = this.columns[i]!;
      if (column.values.length < length) Object.assign(column, new FieldColumn(column.name, batch.starts.length));
    }
    if (this.faultCount > 0) this.faults.length = 0;
    this.faultCount = 0;
    for (let i = 0; i < length; i++) {
      const cells = this.#readRow(batch.bytes, batch.starts[i]!, batch.ends[i]!, i);
      if (cells !== this.#places.length) this.#refuse(i, cells);
    }
  }

  text(column: number, i: number): string | undefined {
    const { kinds, starts, ends } = this.columns[column]!;
    if (this.#batch === undefined || kinds[i] === CellKind.absent) return undefined;
    const { bytes } = this.#batch;
    const start = starts[i]!;
    const end = ends[i]!;
    if (bytes[start] !== QUOTE || start === end) return this.#pool.text(bytes, start, end);
    return decodeUtf8(bytes, start + 1, end - 1).replaceAll('""', '"');
  }

  value(column: number, i: number): unknown {
    const { kinds, starts, ends } = this.columns[column]!;
    if (this.#batch === undefined || kinds[i] === CellKind.absent) return undefined;
    const { bytes } = this.#batch;
    const start = starts[i]!;
    const end = ends[i]!;
    const isQuoted = bytes[start] === QUOTE && start < end ? 1 : 0;
    const text = strictUtf8(bytes, start + isQuoted, end - isQuoted);
    return text === '' ? null : isQuoted ? text.replaceAll('""', '"') : text;
  }

  time(column: number, i: number): number {
    const { kinds, starts, ends } = this.columns[column]!;
    if (this.#batch === undefined || kinds[i] === CellKind.absent) return Number.NaN;
    const isQuoted = this.#batch.bytes[starts[i]!] === QUOTE ? 1 : 0;
    return parseTimeBytes(this.#batch.bytes, starts[i]! + isQuoted, ends[i]! - isQuoted);
  }

  /** Reads the wanted cells of row `i`; returns how many cells it has, −1 when its quotes are wrong. */
  #readRow(bytes: Uint8Array, start: number, end: number, i: number): number {
    const delimiter = this.#delimiter;
    const places = this.#places;
    let from = start;
    for (let cell = 0; ; cell++) {
      const place = cell < places.length ? places[cell]! : -1;
      const isNumeric = place >= 0 && this.#isNumeric[place]!;
      let at = isNumeric && this.#isApart ? this.#readDecimal(this.columns[place]!, bytes, from, end, i) : -1;
      if (at < 0) {
        at = from;
        if (at < end && bytes[at] === QUOTE) {
          at = closingQuote(bytes, at + 1, end) + 1;
          if (at === 0 || (at < end && bytes[at] !== delimiter)) return -1;
        } else while (at < end && bytes[at] !== delimiter) at++;
        if (isNumeric) readNumber(this.columns[place]!, bytes, from, at, i);
        else if (place >= 0) this.columns[place]!.kinds[i] = CellKind.text;
      }
      if (place >= 0) {
        const column = this.columns[place]!;
        column.starts[i] = from;
        column.ends[i] = at;
      }
      if (at >= end) return cell + 1;
      from = at + 1;
    }
  }

  /**
   * Reads a cell of a sign, at most fifteen digits and a point while its end is sought: what `parseNumber` says of it, for integers and powers
   * of ten of that size are doubles (Clinger 1990). Returns where it ends; −1 for any other cell.
   */
  #readDecimal(column: FieldColumn, bytes: Uint8Array, start: number, end: number, i: number): number {
    let at = start;
    const isNegative = bytes[at] === MINUS;
    if (isNegative) at++;
    const first = at;
    let point = -1;
    let head = 0;
    for (; at < end; at++) {
      const digit = bytes[at]! - ZERO;
      if (digit >= 0 && digit <= 9) head = head * 10 + digit;
      else if (digit === POINT && point < 0) point = at;
      else break;
    }
    const digits = at - first - (point < 0 ? 0 : 1);
    if (digits === 0 || digits > 15 || (at < end && bytes[at] !== this.#delimiter)) return -1;
    const size = point < 0 ? head : head / POWERS[at - point - 1]!;
    column.values[i] = isNegative ? -size : size;
    column.kinds[i] = CellKind.number;
    return at;
  }

  #refuse(i: number, cells: number): void {
    const expected = this.#names.length;
    while (this.faults.length < i) this.faults.push(undefined);
    this.faults[i] =
      cells < 0
        ? 'a quoted cell goes on after its closing quote, or is not closed'
        : `the row has ${cells} ${cells === 1 ? 'cell' : 'cells'}, the header ${expected}`;
    this.faultCount++;
    for (const column of this.columns) {
      column.values[i] = Number.NaN;
      column.kinds[i] = CellKind.absent;
      column.starts[i] = column.ends[i] = 0;
    }
  }
}

function readNumber(column: FieldColumn, bytes: Uint8Array, start: number, end: number, i: number): void {
  const isQuoted = start < end && bytes[start] === QUOTE ? 1 : 0;
  const x = parseNumber(bytes, start + isQuoted, end - isQuoted);
  column.values[i] = x;
  if (!Number.isNaN(x)) column.kinds[i] = CellKind.number;
  else column.kinds[i] = isMissingWord(bytes, start + isQuoted, end - isQuoted) ? CellKind.missing : CellKind.text;
}

/** Index of the quote that closes the cell whose text begins at `from`; −1 when there is none. */
function closingQuote(bytes: Uint8Array, from: number, end: number): number {
  for (let i = from; i < end; i++) {
    if (bytes[i] !== QUOTE) continue;
    if (i + 1 < end && bytes[i + 1] === QUOTE) i++;
    else return i;
  }
  return -1;
}
