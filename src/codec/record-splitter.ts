import { InvalidOptionError } from '../errors.js';
import type { RecordBatch, RejectedRecord } from './record-batch.js';

export interface RecordSplitterOptions {
  /** Records of a full batch. @defaultValue 4096 */
  maxLength?: number;
  /** Bytes of the largest record; a larger one is rejected. @defaultValue 16 MiB */
  maxRecordSize?: number;
  /** CSV: the delimiter's code; a quoted cell may then hold line ends. @defaultValue none: a line is a record */
  delimiter?: number;
  /** Bytes of the input that were read before (a resumed run). @defaultValue 0 */
  position?: number;
  /** Number of the line at `position`. @defaultValue 1 */
  line?: number;
}

const LINE_FEED = 10;
const RETURN = 13;
const QUOTE = 34;
const HEAD = 1024;

/**
 * Cuts bytes that arrive in pieces of any size into batches of whole records.
 *
 * `push` bytes, then draw batches with `next` until it gives none; `end` when the input is over. A record ends at `\n` or `\r\n`, the
 * last one also at the end of the input. Empty lines are no records but count as lines; a byte-order mark at position 0 is dropped.
 * The pieces do not show in the records, nor in the batches while only full ones are drawn. A batch is valid until the next call.
 *
 * A record above `maxRecordSize` is rejected with its line, and so is the first line of a quoted cell that is not closed within that
 * size: reading goes on at the line after. Memory: the largest record, one piece and one batch. O(1) per byte.
 */
export class RecordSplitter implements RecordBatch {
  bytes: Uint8Array = new Uint8Array(1 << 16);
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  readonly lines: Uint32Array;
  length = 0;
  firstLine: number;
  position: number;
  nextLine: number;
  rejected: RejectedRecord[] = [];

  readonly #maxLength: number;
  readonly #maxRecordSize: number;
  readonly #delimiter: number;
  /** Position of `bytes[0]` in the input. */
  #origin: number;
  /** In `bytes`: the batch at hand, the record at hand, how far it was searched for its end, and the end of what is there. */
  #batch = 0;
  #record = 0;
  #scanned = 0;
  #end = 0;
  #line: number;
  /** Inside the record at hand: whether a quote is open, where one was last closed, its line ends, and the first of them. */
  #isQuoted = false;
  #closedAt = -1;
  #inner = 0;
  #firstInner = -1;
  /** The too large record whose end is being looked for. */
  #skipped: RejectedRecord | undefined;
  #isBegun: boolean;
  #isEnded = false;
  #isDrawn = false;

  /** @throws InvalidOptionError when a size is not a positive integer */
  constructor(options: RecordSplitterOptions = {}) {
    const { maxLength = 4096, maxRecordSize = 1 << 24, delimiter = -1, position = 0, line = 1 } = options;
    for (const [name, size] of Object.entries({ maxLength, maxRecordSize }))
      if (!(Number.isInteger(size) && size > 0 && size <= 1 << 28))
        throw new InvalidOptionError(name, size, 'an integer from 1 to 2^28');
    this.#maxLength = maxLength;
    this.#maxRecordSize = maxRecordSize;
    this.#delimiter = delimiter;
    this.starts = new Uint32Array(maxLength);
    this.ends = new Uint32Array(maxLength);
    this.lines = new Uint32Array(maxLength);
    this.#origin = this.position = position;
    this.#isBegun = position > 0;
    this.#line = this.nextLine = this.firstLine = line;
  }

  /** Adds a piece of the input, which is copied. Ends the validity of the batch last drawn. */
  push(piece: Uint8Array): void {
    if (this.#isDrawn) this.#beginBatch();
    const shift = this.#batch;
    const kept = this.#end - shift;
    const needed = kept + piece.length;
    if (needed > this.bytes.length) {
      const longer = new Uint8Array(Math.max(needed, this.bytes.length * 2));
      longer.set(this.bytes.subarray(shift, this.#end));
      this.bytes = longer;
    } else if (shift > 0) this.bytes.copyWithin(0, shift, this.#end);
    this.bytes.set(piece, kept);
    for (let i = 0; i < this.length; i++) {
      this.starts[i] = this.starts[i]! - shift;
      this.ends[i] = this.ends[i]! - shift;
    }
    this.#origin += shift;
    this.#batch = 0;
    this.#record -= shift;
    this.#scanned -= shift;
    this.#closedAt -= shift;
    this.#firstInner -= shift;
    this.#end = needed;
  }

  /** Says that no more bytes come: what is left is the last record. */
  end(): void {
    this.#isEnded = true;
  }

  /**
   * The next batch, undefined when there is none yet. A full one; with `partial`, and after `end`, whatever whole records there are.
   * A batch is full at `maxLength` records or `maxRecordSize` bytes, and before and after a rejected record.
   */
  next(partial = false): RecordBatch | undefined {
    if (this.#isDrawn) this.#beginBatch();
    if (!this.#isBegun && !this.#skipMark()) return undefined;
    const isFull = this.#fill();
    const isDue = isFull || ((partial || this.#isEnded) && this.length > 0);
    if (isDue || (this.length === 0 && this.#skipped === undefined)) {
      this.position = this.#origin + this.#record; // empty lines are passed even where they make no batch
      this.nextLine = this.#line;
    }
    this.#isDrawn = isDue;
    return isDue ? this : undefined;
  }

  #beginBatch(): void {
    this.#isDrawn = false;
    this.#batch = this.#record;
    this.length = 0;
    this.firstLine = this.#line;
    if (this.rejected.length > 0) this.rejected = [];
  }

  /** Drops a byte-order mark; false while it cannot be told whether there is one. */
  #skipMark(): boolean {
    const mark = [0xef, 0xbb, 0xbf];
    const matches = mark.findIndex((byte, i) => i >= this.#end || this.bytes[i] !== byte);
    if (matches >= 0 && matches === this.#end && !this.#isEnded) return false;
    if (matches < 0) this.#batch = this.#record = this.#scanned = mark.length;
    this.#isBegun = true;
    return true;
  }

  /** Takes records into the batch until it is full (true) or the bytes are used up (false). */
  #fill(): boolean {
    while (this.length < this.#maxLength && this.#record - this.#batch < this.#maxRecordSize) {
      if (this.#skipped) return this.#skip(this.#skipped);
      const limit = this.#record + this.#maxRecordSize + 2;
      const stop = Math.min(this.#end, limit);
      let at = this.#delimiter < 0 ? this.#lineEnd(stop) : this.#rowEnd(stop);
      if (at < 0 && stop < limit) {
        if (!this.#isEnded || this.#record === stop) return false;
        if (!this.#isQuoted) at = stop; // the last record, without a line end
      }
      if (at >= 0 && this.#sizeTo(at) <= this.#maxRecordSize) this.#take(at);
      else if (this.length === 0) return this.#reject(at, stop);
      else {
        this.#beginRecord(this.#record, this.#line); // it will be met again at the beginning of the next batch
        return true;
      }
    }
    return true;
  }

  /** Index of the next line feed before `stop`, or −1. */
  #lineEnd(stop: number): number {
    const { bytes } = this;
    let i = this.#scanned;
    while (i < stop && bytes[i] !== LINE_FEED) i++;
    this.#scanned = i;
    return i < stop ? i : -1;
  }

  /** Index of the next line feed outside quotes before `stop`, or −1. Only a quote at the beginning of a cell opens one. */
  #rowEnd(stop: number): number {
    const { bytes } = this;
    for (let i = this.#scanned; i < stop; i++) {
      const byte = bytes[i]!;
      if (byte > QUOTE) continue;
      if (byte === QUOTE) {
        if (this.#isQuoted) {
          this.#isQuoted = false;
          this.#closedAt = i;
        } else if (i === this.#record || bytes[i - 1] === this.#delimiter || this.#closedAt === i - 1)
          this.#isQuoted = true;
      } else if (byte === LINE_FEED) {
        if (!this.#isQuoted) {
          this.#scanned = i;
          return i;
        }
        if (this.#inner++ === 0) this.#firstInner = i;
      }
    }
    this.#scanned = stop;
    return -1;
  }

  /** Bytes of the record at hand when its line feed is at `at`. */
  #sizeTo(at: number): number {
    return at - this.#record - (at > this.#record && this.bytes[at - 1] === RETURN ? 1 : 0);
  }

  #take(at: number): void {
    const size = this.#sizeTo(at);
    if (size > 0) {
      const i = this.length++;
      this.starts[i] = this.#record;
      this.ends[i] = this.#record + size;
      this.lines[i] = this.#line - this.firstLine;
    }
    this.#beginRecord(Math.min(at + 1, this.#end), this.#line + this.#inner + 1);
    if (this.length === 0) this.#batch = this.#record;
  }

  #beginRecord(start: number, line: number): void {
    this.#record = this.#scanned = start;
    this.#line = line;
    this.#isQuoted = false;
    this.#closedAt = this.#firstInner = -1;
    this.#inner = 0;
  }

  /** Rejects the record at hand, which ends at `at` if that is known; else the bytes up to `stop` show that it is faulty. */
  #reject(at: number, stop: number): boolean {
    const isOpen = at < 0 && this.#isQuoted;
    const isFirstLine = isOpen && this.#firstInner >= 0;
    const headEnd = Math.min(this.#record + HEAD, isFirstLine ? this.#firstInner : at < 0 ? stop : at);
    const reason = isOpen ? 'a quoted cell is not closed' : `the record is larger than ${this.#maxRecordSize} bytes`;
    const rejected = { line: this.#line, reason, head: this.bytes.slice(this.#record, headEnd) };
    if (at < 0 && !isFirstLine) {
      this.#skipped = rejected;
      return this.#skip(rejected);
    }
    this.rejected = [rejected];
    if (isFirstLine) this.#beginRecord(this.#firstInner + 1, this.#line + 1);
    else this.#beginRecord(Math.min(at + 1, this.#end), this.#line + this.#inner + 1);
    return true;
  }

  /** Passes over the rest of a record too large, whose bytes are not kept; false while its end has not come. */
  #skip(rejected: RejectedRecord): boolean {
    const at = this.#lineEnd(this.#end);
    if (at < 0 && !this.#isEnded) {
      this.#batch = this.#record = this.#scanned;
      return false;
    }
    this.rejected = [rejected];
    this.#skipped = undefined;
    this.#beginRecord(at < 0 ? this.#end : at + 1, this.#line + this.#inner + 1);
    return true;
  }
}
