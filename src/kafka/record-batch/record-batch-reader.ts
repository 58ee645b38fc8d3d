import { compressionName, decompress } from './compression.js';
import { crc32c } from './crc32c.js';
import { recordBatchLayout as layout } from './record-batch-layout.js';
import { Records, recordColumns } from './records.js';
import { UnreadableBatchError } from './unreadable-batch-error.js';
import { Varints } from './varints.js';

/** A transaction that was aborted: its records from this offset on, up to its marker, never happened. */
export interface AbortedTransaction {
  producerId: bigint;
  firstOffset: number;
}

export interface RecordBatchReaderOptions {
  /** The offset that was asked for: a batch is fetched whole, and records before it are left out. */
  fromOffset: number;
  /** Leave aborted transactions out. Empty when reading uncommitted. */
  aborted?: readonly AbortedTransaction[];
  /** Largest content of a batch after decompression, in bytes. @defaultValue 33_554_432 (32 MiB) */
  maxBatchBytes?: number;
}

/** What one `read` gave. */
export interface ReadResult {
  records: Records;
  /** Where reading goes on: after the last batch read, its markers and aborted records included. */
  nextOffset: number;
  /** Bytes of memory that the records hold. */
  byteLength: number;
  /** Set when the batch at hand cannot be read; there are no records then, and `nextOffset` is after it. */
  fault: UnreadableBatchError | null;
}

interface OpenBatch {
  bytes: Uint8Array;
  start: number;
  end: number;
  count: number;
  baseOffset: number;
  baseTimestamp: number;
  /** The broker's time, which stands for every record of the batch, or NaN when each has its own. */
  appendTime: number;
}

/**
 * Reads the record batches of one partition out of a fetched buffer: checks each checksum, decompresses under a cap,
 * skips markers and aborted transactions. Whatever the bytes are, it ends, within the cap, with records or with a fault.
 */
export class RecordBatchReader {
  readonly #bytes: Buffer;
  readonly #maxBatchBytes: number;
  #aborted: AbortedTransaction[];
  #abortedProducers = new Set<bigint>();
  /** Read one batch at a time, since one of them has a malformed record. */
  #alone = false;
  #position = 0;
  #nextOffset: number;

  constructor(bytes: Buffer, { fromOffset, aborted = [], maxBatchBytes = 33_554_432 }: RecordBatchReaderOptions) {
    this.#bytes = bytes;
    this.#nextOffset = fromOffset;
    this.#maxBatchBytes = maxBatchBytes;
    this.#aborted = [...aborted].sort((a, b) => a.firstOffset - b.firstOffset);
  }

  /** Whether a whole batch is still to be read; a broker may cut the last one off. */
  get done(): boolean {
    const left = this.#bytes.length - this.#position;
    if (left < layout.records) return true;
    const length = this.#bytes.readInt32BE(this.#position + layout.batchLength);
    return length >= layout.records - layout.partitionLeaderEpoch && left < length + layout.partitionLeaderEpoch;
  }

  /** Where reading goes on. */
  get nextOffset(): number {
    return this.#nextOffset;
  }

  /** Reads batches until their records hold `maxBytes`, at least one batch. */
  read(maxBytes = Number.POSITIVE_INFINITY): ReadResult {
    const before = {
      position: this.#position,
      nextOffset: this.#nextOffset,
      aborted: [...this.#aborted],
      producers: [...this.#abortedProducers],
    };
    const fromOffset = this.#nextOffset;
    const batches: OpenBatch[] = [];
    let held = 0;
    while (!this.done && held < maxBytes && !(this.#alone && batches.length > 0)) {
      const start = this.#position;
      try {
        const batch = this.#open();
        if (batch === null) continue;
        batches.push(batch);
        held += batch.end - batch.start;
      } catch (error) {
        if (!(error instanceof UnreadableBatchError)) throw error;
        // What came before the faulty batch is handed out first; the fault is found again, alone, by the next call.
        if (batches.length === 0) return this.#skip(start, error);
        this.#position = start;
        break;
      }
    }
    try {
      return {
        records: parse(this.#bytes, batches, fromOffset),
        nextOffset: this.#nextOffset,
        byteLength: held,
        fault: null,
      };
    } catch (error) {
      if (!(error instanceof UnreadableBatchError)) throw error;
      if (batches.length === 1) return this.#skip(before.position, error);
      // A record is malformed in one of several batches: read them again, one by one.
      this.#alone = true;
      this.#position = before.position;
      this.#nextOffset = before.nextOffset;
      this.#aborted = before.aborted;
      this.#abortedProducers = new Set(before.producers);
      return this.read(maxBytes);
    }
  }

  /** Steps over the batch at `position`, as far as its header can be believed. */
  #skip(position: number, fault: UnreadableBatchError): ReadResult {
    const bytes = this.#bytes;
    const length = bytes.readInt32BE(position + layout.batchLength);
    const baseOffset = readInt64(bytes, position);
    const last = bytes.readInt32BE(position + layout.lastOffsetDelta);
    const plausible =
      length >= layout.records - layout.partitionLeaderEpoch &&
      position + length + layout.partitionLeaderEpoch <= bytes.length;
    this.#position = plausible ? position + length + layout.partitionLeaderEpoch : bytes.length;
    const following = this.done ? Number.NaN : readInt64(bytes, this.#position);
    // The broker writes base offset and length itself; the count it also checks. One more than the base always moves on.
    const next =
      following > this.#nextOffset ? following : Math.max(this.#nextOffset, baseOffset) + Math.max(last, 0) + 1;
    this.#nextOffset = Number.isSafeInteger(next) ? next : this.#nextOffset + 1;
    return { records: parse(bytes, [], 0), nextOffset: this.#nextOffset, byteLength: 0, fault };
  }

  /** Opens the batch at the position, or passes a marker or an aborted one by. */
  #open(): OpenBatch | null {
    const bytes = this.#bytes;
    const at = this.#position;
    const length = bytes.readInt32BE(at + layout.batchLength);
    if (length < layout.records - layout.partitionLeaderEpoch)
      throw new UnreadableBatchError(`a batch says it is ${length} bytes long`);
    const end = at + layout.partitionLeaderEpoch + length;
    const magic = bytes[at + layout.magic]!;
    if (magic !== 2) throw new UnreadableBatchError(`format version must be 2, got ${magic}`);
    if (crc32c(bytes, at + layout.attributes, end) !== bytes.readUInt32BE(at + layout.crc))
      throw new UnreadableBatchError('the checksum is wrong');
    const attributes = bytes.readInt16BE(at + layout.attributes);
    const baseOffset = readInt64(bytes, at);
    const nextOffset = baseOffset + bytes.readInt32BE(at + layout.lastOffsetDelta) + 1;
    if (!Number.isSafeInteger(nextOffset) || baseOffset < 0 || nextOffset <= baseOffset)
      throw new UnreadableBatchError('its offsets are not possible');
    const aborted = this.#isAborted(at, attributes, nextOffset);
    const passed = attributes & 32 ? this.#control(at) : aborted;
    let batch: OpenBatch | null = null;
    if (!passed && nextOffset > this.#nextOffset) {
      const count = bytes.readInt32BE(at + layout.recordCount);
      const name = compressionName(attributes & 7);
      if (name === null) throw new UnreadableBatchError(`compression ${attributes & 7} is not known`);
      const baseTimestamp = readInt64(bytes, at + layout.baseTimestamp);
      const appendTime = attributes & 8 ? readInt64(bytes, at + layout.maxTimestamp) : Number.NaN;
      batch = { bytes, start: at + layout.records, end, count, baseOffset, baseTimestamp, appendTime };
      if (name !== 'none') {
        batch.bytes = decompress(name, bytes.subarray(batch.start, end), this.#maxBatchBytes);
        batch.start = 0;
        batch.end = batch.bytes.length;
      }
      // The smallest record takes 7 bytes, so that a count can be believed before columns are made for it.
      if (count < 0 || count * 7 > batch.end - batch.start)
        throw new UnreadableBatchError(`a batch of ${batch.end - batch.start} bytes cannot hold ${count} records`);
    }
    this.#position = end;
    if (nextOffset > this.#nextOffset) this.#nextOffset = nextOffset;
    return batch;
  }

  /** A transaction's marker: an abort ends what is to be left out. */
  #control(at: number): true {
    const bytes = this.#bytes;
    const reader = new Varints(bytes, at + layout.records, bytes.length);
    reader.int32();
    reader.skip(1);
    reader.int64();
    reader.int32();
    const key = reader.slice(reader.int32());
    const abort = key.length >= 4 && key[2] === 0 && key[3] === 0;
    if (abort) this.#abortedProducers.delete(bytes.readBigInt64BE(at + layout.producerId));
    return true;
  }

  /** Whether the batch belongs to an aborted transaction; a marker, too, may end one that began before what was fetched. */
  #isAborted(at: number, attributes: number, nextOffset: number): boolean {
    const aborted = this.#aborted;
    while (aborted.length > 0 && aborted[0]!.firstOffset < nextOffset)
      this.#abortedProducers.add(aborted.shift()!.producerId);
    return (attributes & 16) !== 0 && this.#abortedProducers.has(this.#bytes.readBigInt64BE(at + layout.producerId));
  }
}

/** Lays the records of opened batches out as columns; batches that were compressed are put together in one buffer. */
function parse(fetched: Buffer, batches: OpenBatch[], fromOffset: number): Records {
  let total = 0;
  let size = 0;
  const shared = batches.every((batch) => batch.bytes === (batches[0] ?? batch).bytes);
  for (const batch of batches) {
    total += batch.count;
    size += batch.end - batch.start;
  }
  const bytes = shared ? (batches[0]?.bytes ?? fetched) : Buffer.allocUnsafeSlow(size);
  const columns = recordColumns(total);
  const { offsets, timestamps, keyStart, keyEnd, valueStart, valueEnd, headersStart } = columns;
  let length = 0;
  let at = 0;
  for (const batch of batches) {
    let { start, end } = batch;
    if (!shared) {
      bytes.set(batch.bytes.subarray(start, end), at);
      end = at + end - start;
      start = at;
      at = end;
    }
    const { baseOffset, baseTimestamp, appendTime } = batch;
    const reader = new Varints(bytes, start, end);
    for (let i = 0; i < batch.count; i++) {
      reader.end = end;
      const recordLength = reader.int32();
      const recordEnd = reader.position + recordLength;
      if (recordLength < 6 || recordEnd > end) throw new UnreadableBatchError('a record runs past its batch');
      reader.end = recordEnd;
      reader.position++;
      const delta = reader.int64();
      const offset = baseOffset + reader.int32();
      const keyLength = reader.int32();
      const key = reader.position;
      if (keyLength > 0) reader.skip(keyLength);
      const valueLength = reader.int32();
      const value = reader.position;
      if (valueLength > 0) reader.skip(valueLength);
      const headers = reader.position;
      checkHeaders(reader);
      reader.position = recordEnd;
      if (offset < fromOffset) continue;
      offsets[length] = offset;
      timestamps[length] = Number.isNaN(appendTime) ? baseTimestamp + delta : appendTime;
      keyStart[length] = keyLength < 0 ? -1 : key;
      keyEnd[length] = keyLength < 0 ? -1 : key + keyLength;
      valueStart[length] = valueLength < 0 ? -1 : value;
      valueEnd[length] = valueLength < 0 ? -1 : value + valueLength;
      headersStart[length] = headers;
      length++;
    }
  }
  return new Records(bytes, columns, length);
}

function checkHeaders(reader: Varints): void {
  const count = reader.int32();
  if (count < 0) throw new UnreadableBatchError('a record has a negative number of headers');
  for (let i = 0; i < count; i++) {
    reader.skip(reader.int32());
    const length = reader.int32();
    if (length > 0) reader.skip(length);
  }
}

/** A 64-bit integer as a double; exact up to 2⁵³. */
function readInt64(bytes: Buffer, at: number): number {
  return bytes.readInt32BE(at) * 0x100000000 + bytes.readUInt32BE(at + 4);
}
