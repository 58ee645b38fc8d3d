import { CellKind } from './cell-kind.js';
import { decodeUtf8 } from './decode-utf8.js';
import { FieldColumn } from './field-column.js';
import { JsonScanner } from './json-scanner.js';
import { type NameNode, NameTable } from './name-table.js';
import { numericNames } from './numeric-names.js';
import { parseTime } from './parse-time.js';
import { parseTimeBytes } from './parse-time-bytes.js';
import type { RecordBatch } from './record-batch.js';
import type { RecordDecoder } from './record-decoder.js';
import { strictUtf8 } from './strict-utf8.js';
import { TextPool } from './text-pool.js';
import { valueAtName } from './value-at-name.js';

export interface NdjsonDecoderOptions {
  /** Dotted names of the fields, of key and of time; their columns come first, in this order. */
  names: readonly string[];
  /** Those of them that are wanted whole, arrays and objects included, for `value`. @defaultValue `[]` */
  whole?: readonly string[];
  /** Read every other number too, those of nested objects included and those that appear later. @defaultValue false */
  others?: boolean;
  /** Top-level properties that the output writes itself: never read as fields. @defaultValue `[]` */
  reserved?: readonly string[];
  /** Most columns that `others` may make; numbers of further names are left alone and counted. @defaultValue 4096 */
  maxColumns?: number;
}

const BACKSLASH = 92;
/** Deeper records are bad: no reader of the output should have to nest its calls deeper. */
const DEEPEST = 1000;

/**
 * Reads fields of JSON objects, one a line, by dotted names: `a.b` is the property `a.b`, else property `b` of the object `a`.
 *
 * Equal to `JSON.parse` of the line and a walk to the value, which is also the way that unusual records go; the others are read from
 * their bytes. Integers beyond 2^53 read as the nearest double. null is missing; arrays have no fields of their own unless named
 * (`a.0`). A line that is not JSON, no object, or nested deeper than 1,000 levels is bad.
 */
export class NdjsonDecoder implements RecordDecoder {
  readonly columns: FieldColumn[] = [];
  readonly faults: (string | undefined)[] = [];
  faultCount = 0;
  /** Numbers left alone because there were `maxColumns` columns. */
  ignored = 0;
  readonly #names = new NameTable();
  readonly #scanner: JsonScanner;
  readonly #reserved: ReadonlySet<string>;
  readonly #others: boolean;
  readonly #maxColumns: number;
  readonly #pool = new TextPool();
  /** Records of the batch that went the slow way, and those that have a reserved property. */
  readonly #documents = new Map<number, object>();
  readonly #reservedRows = new Set<number>();
  #capacity = 0;
  #batch: RecordBatch | undefined;

  constructor({ names, whole = [], others = false, reserved = [], maxColumns = 4096 }: NdjsonDecoderOptions) {
    this.#others = others;
    this.#reserved = new Set(reserved);
    this.#maxColumns = maxColumns;
    for (const name of new Set(names)) this.#addColumn(name, whole.includes(name));
    for (const name of reserved) this.#names.add(name).isReserved = true;
    this.#scanner = new JsonScanner({
      names: this.#names,
      columns: this.columns,
      discover: others ? (name, isNumber) => this.#discover(name, isNumber) : undefined,
    });
  }

  decode(batch: RecordBatch): void {
    const { length, bytes, starts, ends } = batch;
    this.#batch = batch;
    this.#capacity = Math.max(this.#capacity, length);
    for (const column of this.columns) {
      if (column.values.length < length)
        Object.assign(column, new FieldColumn(column.name, starts.length, column.isWhole));
      else column.clear(length);
    }
    if (this.faultCount > 0) this.faults.length = 0;
    this.faultCount = 0;
    this.#documents.clear();
    this.#reservedRows.clear();
    for (let i = 0; i < length; i++) {
      if (!this.#scanner.scan(bytes, starts[i]!, ends[i]!, i)) this.#parse(batch, i);
      else if (this.#scanner.hasReserved) this.#reservedRows.add(i);
    }
  }

  text(column: number, i: number): string | undefined {
    const { name, kinds, values, starts, ends } = this.columns[column]!;
    const kind = kinds[i];
    if (this.#batch === undefined || kind === CellKind.absent || kind === CellKind.missing) return undefined;
    if (kind === CellKind.number) return String(values[i]);
    const document = this.#documents.get(i);
    if (document !== undefined) {
      const value = valueAtName(document, name);
      return typeof value === 'string' ? value : JSON.stringify(value);
    }
    const { bytes } = this.#batch;
    const start = starts[i]!;
    const end = ends[i]!;
    if (kind === CellKind.other) return decodeUtf8(bytes, start, end); // true or false
    for (let at = start; at < end; at++)
      if (bytes[at] === BACKSLASH) return JSON.parse(decodeUtf8(bytes, start, end)) as string;
    return this.#pool.text(bytes, start + 1, end - 1);
  }

  value(column: number, i: number): unknown {
    const { name, kinds, values, starts, ends } = this.columns[column]!;
    const kind = kinds[i];
    if (this.#batch === undefined || kind === CellKind.absent) return undefined;
    if (kind === CellKind.missing) return null;
    if (kind === CellKind.number) return values[i];
    const { bytes } = this.#batch;
    const document = this.#documents.get(i);
    if (document !== undefined) {
      strictUtf8(bytes, this.#batch.starts[i]!, this.#batch.ends[i]!);
      return valueAtName(document, name);
    }
    const start = starts[i]!;
    const end = ends[i]!;
    if (kind !== CellKind.text) return JSON.parse(strictUtf8(bytes, start, end));
    const text = strictUtf8(bytes, start + 1, end - 1);
    return text.includes('\\') ? JSON.parse(`"${text}"`) : text;
  }

  time(column: number, i: number): number {
    const { kinds, values, starts, ends } = this.columns[column]!;
    if (kinds[i] === CellKind.number) return values[i]!;
    if (this.#batch === undefined || kinds[i] !== CellKind.text) return Number.NaN;
    const { bytes } = this.#batch;
    const time = parseTimeBytes(bytes, starts[i]! + 1, ends[i]! - 1);
    return Number.isNaN(time) ? parseTime(this.text(column, i)) : time;
  }

  /** Whether record `i` has a property that the output writes itself. */
  hasReserved(i: number): boolean {
    return this.#reservedRows.has(i);
  }

  /** Record `i` as an object, when it had to be read the slow way; the places of its fields are not known. */
  document(i: number): object | undefined {
    return this.#documents.get(i);
  }

  #parse({ bytes, starts, ends }: RecordBatch, i: number): void {
    for (const column of this.columns) {
      column.values[i] = Number.NaN;
      column.kinds[i] = CellKind.absent;
      column.starts[i] = column.ends[i] = 0;
    }
    if (nesting(bytes, starts[i]!, ends[i]!) > DEEPEST) {
      this.#refuse(i, `nested deeper than ${DEEPEST} levels`);
      return;
    }
    let document: unknown;
    try {
      document = JSON.parse(decodeUtf8(bytes, starts[i]!, ends[i]!));
    } catch (error) {
      this.#refuse(i, faultOf(error as Error, this.#scanner.position - starts[i]!, ends[i]! - starts[i]!));
      return;
    }
    if (typeof document !== 'object' || document === null || Array.isArray(document)) {
      this.#refuse(i, 'not a JSON object');
      return;
    }
    this.#documents.set(i, document);
    if (Object.keys(document).some((property) => this.#reserved.has(property))) this.#reservedRows.add(i);
    if (this.#others) for (const name of numericNames(document, this.#reserved)) this.#discover(name, true);
    for (const column of this.columns) {
      const value = valueAtName(document, column.name);
      if (value === undefined) continue;
      if (typeof value === 'number') column.values[i] = value;
      column.kinds[i] = kindOf(value);
    }
  }

  #refuse(i: number, reason: string): void {
    while (this.faults.length < i) this.faults.push(undefined);
    this.faults[i] = reason;
    this.faultCount++;
  }

  #discover(name: string, isNumber: boolean): NameNode | undefined {
    const isFull = this.columns.length >= this.#maxColumns || this.#names.nodes.length >= this.#maxColumns * 16;
    if (!isNumber) return isFull ? undefined : this.#names.add(name);
    const known = isFull ? this.#names.get(name) : this.#addColumn(name);
    const node = known !== undefined && known.column >= 0 ? known : undefined;
    if (node === undefined) this.ignored++;
    return node;
  }

  #addColumn(name: string, isWhole = false): NameNode {
    const node = this.#names.add(name);
    if (node.column < 0) node.column = this.columns.push(new FieldColumn(name, this.#capacity, isWhole)) - 1;
    return node;
  }
}

function kindOf(value: unknown): CellKind {
  if (typeof value === 'number') return CellKind.number;
  if (value === null) return CellKind.missing;
  return typeof value === 'string' ? CellKind.text : CellKind.other;
}

/** The reason, with the column where the engine's message names a position, else where the scanner stopped. */
function faultOf({ message }: Error, stopped: number, size: number): string {
  const position = Number(/at position (\d+)/.exec(message)?.[1] ?? stopped);
  return position >= size || /end of (JSON )?input/i.test(message)
    ? 'not JSON: it ends too early'
    : `not JSON: unexpected character at column ${position + 1}`;
}

/** The most brackets that are open at once, outside of strings. */
function nesting(bytes: Uint8Array, start: number, end: number): number {
  let depth = 0;
  let deepest = 0;
  let isText = false;
  for (let i = start; i < end; i++) {
    const byte = bytes[i]!;
    if (byte === 34) isText = !isText;
    else if (isText) i += byte === BACKSLASH ? 1 : 0;
    else if ((byte | 32) === 123) deepest = Math.max(deepest, ++depth);
    else if ((byte | 32) === 125) depth--;
  }
  return deepest;
}
