import { readHeaders } from './read-headers.js';
import type { RecordHeader } from './record-header.js';

/**
 * The records of one partition, in order, as columns over one buffer: nothing is allocated per record until it is asked for.
 *
 * Offsets are safe integers (Kafka's are 64 bits wide; 2⁵³ of them last 285 years at a million a second, and the decoder
 * refuses greater ones). Timestamps are milliseconds since 1970. A start of −1 says that the key or value is null.
 * The bytes belong to the delivery: copy what is to outlive its settling.
 */
export class Records {
  readonly length: number;
  readonly bytes: Uint8Array;
  readonly offsets: Float64Array;
  readonly timestamps: Float64Array;
  readonly keyStart: Int32Array;
  readonly keyEnd: Int32Array;
  readonly valueStart: Int32Array;
  readonly valueEnd: Int32Array;
  /** Where the headers of each record begin, at their count. */
  readonly headersStart: Int32Array;

  constructor(bytes: Uint8Array, columns: RecordColumns, length = columns.offsets.length) {
    this.length = length;
    this.bytes = bytes;
    this.offsets = columns.offsets.subarray(0, length);
    this.timestamps = columns.timestamps.subarray(0, length);
    this.keyStart = columns.keyStart.subarray(0, length);
    this.keyEnd = columns.keyEnd.subarray(0, length);
    this.valueStart = columns.valueStart.subarray(0, length);
    this.valueEnd = columns.valueEnd.subarray(0, length);
    this.headersStart = columns.headersStart.subarray(0, length);
  }

  /** A view of the key of record `i`, null where it has none. */
  key(i: number): Uint8Array | null {
    const start = this.keyStart[i]!;
    return start < 0 ? null : this.bytes.subarray(start, this.keyEnd[i]!);
  }

  /** A view of the value of record `i`, null for a tombstone. */
  value(i: number): Uint8Array | null {
    const start = this.valueStart[i]!;
    return start < 0 ? null : this.bytes.subarray(start, this.valueEnd[i]!);
  }

  headers(i: number): RecordHeader[] {
    return readHeaders(this.bytes, this.headersStart[i]!);
  }

  /** Those before an offset, over the same buffer: a broker answers with whole batches, whatever it was asked for. */
  before(offset: number): Records {
    let { length } = this;
    while (length > 0 && this.offsets[length - 1]! >= offset) length--;
    return length === this.length ? this : new Records(this.bytes, this, length);
  }
}

export interface RecordColumns {
  offsets: Float64Array;
  timestamps: Float64Array;
  keyStart: Int32Array;
  keyEnd: Int32Array;
  valueStart: Int32Array;
  valueEnd: Int32Array;
  headersStart: Int32Array;
}

/** Columns for `length` records. */
export function recordColumns(length: number): RecordColumns {
  return {
    offsets: new Float64Array(length),
    timestamps: new Float64Array(length),
    keyStart: new Int32Array(length),
    keyEnd: new Int32Array(length),
    valueStart: new Int32Array(length),
    valueEnd: new Int32Array(length),
    headersStart: new Int32Array(length),
  };
}
