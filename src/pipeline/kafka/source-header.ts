import { encodeHeaders } from '../../kafka/record-batch/record-batch-builder.js';
import type { RecordHeader } from '../../kafka/record-batch/record-header.js';
import type { Records } from '../../kafka/record-batch/records.js';

/** The header that says which record an output came of: `<topic>/<partition>/<offset>`. */
export const SOURCE_HEADER = 'streamnorm-source';

/**
 * The headers of outputs: those of the input record, then `streamnorm-source`, by which a reader can tell two outputs of one record.
 *
 * `of(records, i)` leaves them in `bytes[0, length)` as a record has them, until the next call; without headers in the record it
 * allocates nothing.
 */
export class SourceHeaders {
  bytes: Uint8Array;
  length = 0;
  readonly #prefix: Uint8Array;
  /** Where the length of the value stands, and where its offset begins. */
  readonly #lengthAt: number;
  readonly #digitsAt: number;
  readonly #name: string;

  constructor(topic: string, partition: number) {
    this.#name = `${topic}/${partition}/`;
    // A value so long that its length takes two bytes, as that of any topic's name may.
    const value = Buffer.from(`${this.#name}${'0'.repeat(Math.max(64 - this.#name.length, 16))}`);
    this.bytes = encodeHeaders([[SOURCE_HEADER, value]]);
    this.#digitsAt = this.bytes.length - value.length + this.#name.length;
    this.#lengthAt = this.bytes.length - value.length - 2;
    this.#prefix = this.bytes;
  }

  /** The same as a list, of bytes of its own. */
  listOf(records: Records, i: number): RecordHeader[] {
    return [
      ...records.headers(i).map(([name, value]): RecordHeader => [name, value?.slice() ?? null]),
      [SOURCE_HEADER, Buffer.from(`${this.#name}${records.offsets[i]}`)],
    ];
  }

  of(records: Records, i: number): void {
    const offset = records.offsets[i]!;
    if (records.bytes[records.headersStart[i]!] !== 0) {
      this.bytes = encodeHeaders(this.listOf(records, i));
      this.length = this.bytes.length;
      return;
    }
    this.bytes = this.#prefix;
    let digits = 1;
    for (let rest = Math.floor(offset / 10); rest > 0; rest = Math.floor(rest / 10)) digits++;
    let at = this.#digitsAt + digits;
    this.length = at;
    let rest = offset;
    for (let k = 0; k < digits; k++) {
      const next = Math.floor(rest / 10);
      this.bytes[--at] = 48 + rest - 10 * next;
      rest = next;
    }
    // A varint of two bytes, though one might do: its place is then the same for every length.
    const twice = 2 * (this.#name.length + digits);
    this.bytes[this.#lengthAt] = (twice & 127) | 128;
    this.bytes[this.#lengthAt + 1] = twice >>> 7;
  }
}
