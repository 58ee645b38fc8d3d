import type { CompressionName } from './compression.js';
import { compress, compressionCode } from './compression.js';
import { crc32c } from './crc32c.js';
import { recordBatchLayout as layout } from './record-batch-layout.js';
import type { RecordHeader } from './record-header.js';

/** Who writes a batch, for idempotence and transactions: as the broker gave it out, and the number of the first record. */
export interface BatchProducer {
  producerId: bigint;
  producerEpoch: number;
  baseSequence: number;
  transactional: boolean;
}

/**
 * Writes records straight into one buffer as a Kafka record batch (magic 2).
 *
 * Unit of `timestamp`: milliseconds since 1970. A null value is a tombstone. `append` is O(bytes) and allocates nothing
 * but the buffer's growth; the buffer is kept by `reset`, so a builder is reused from batch to batch.
 */
export class RecordBatchBuilder {
  #buffer: Buffer;
  #end = layout.records as number;
  #count = 0;
  #baseTimestamp = 0;
  #maxTimestamp = 0;

  constructor(initialBytes = 16_384) {
    this.#buffer = Buffer.allocUnsafe(Math.max(initialBytes, 256));
  }

  /** Records in the batch. */
  get count(): number {
    return this.#count;
  }

  /** Bytes of the batch as it stands, before compression. */
  get byteLength(): number {
    return this.#end;
  }

  /** Forgets the records, keeps the buffer. */
  reset(): void {
    this.#end = layout.records;
    this.#count = 0;
  }

  append(timestamp: number, key: Uint8Array | null, value: Uint8Array | null, headers?: readonly RecordHeader[]): void {
    this.appendRange(timestamp, key, 0, key?.length ?? 0, value, 0, value?.length ?? 0, headers);
  }

  /** The same with key and value as ranges of larger buffers, so that no view has to be made per record. */
  appendRange(
    timestamp: number,
    keyBytes: Uint8Array | null,
    keyStart: number,
    keyEnd: number,
    valueBytes: Uint8Array | null,
    valueStart: number,
    valueEnd: number,
    headers?: readonly RecordHeader[],
  ): void {
    const encoded = headers === undefined || headers.length === 0 ? noHeaders : encodeHeaders(headers);
    this.appendEncoded(
      timestamp,
      keyBytes,
      keyStart,
      keyEnd,
      valueBytes,
      valueStart,
      valueEnd,
      encoded,
      encoded.length,
    );
  }

  /** The same with headers as the bytes that a record has of them, their count included: `headers[0, headersEnd)`. */
  appendEncoded(
    timestamp: number,
    keyBytes: Uint8Array | null,
    keyStart: number,
    keyEnd: number,
    valueBytes: Uint8Array | null,
    valueStart: number,
    valueEnd: number,
    headers: Uint8Array,
    headersEnd: number,
  ): void {
    if (this.#count === 0) {
      this.#baseTimestamp = timestamp;
      this.#maxTimestamp = timestamp;
    } else if (timestamp > this.#maxTimestamp) this.#maxTimestamp = timestamp;
    const delta = timestamp - this.#baseTimestamp;
    const keyLength = keyBytes === null ? -1 : keyEnd - keyStart;
    const valueLength = valueBytes === null ? -1 : valueEnd - valueStart;
    const length =
      1 +
      int64Length(delta) +
      int32Length(this.#count) +
      int32Length(keyLength) +
      (keyLength > 0 ? keyLength : 0) +
      int32Length(valueLength) +
      (valueLength > 0 ? valueLength : 0) +
      headersEnd;
    this.#reserve(length + 5);
    const buffer = this.#buffer;
    let at = writeInt32(buffer, this.#end, length);
    buffer[at++] = 0; // attributes: none are defined
    at = writeInt64(buffer, at, delta);
    at = writeInt32(buffer, at, this.#count);
    at = writeInt32(buffer, at, keyLength);
    if (keyLength > 0) at = copy(keyBytes!, keyStart, keyEnd, buffer, at);
    at = writeInt32(buffer, at, valueLength);
    if (valueLength > 0) at = copy(valueBytes!, valueStart, valueEnd, buffer, at);
    this.#end = copy(headers, 0, headersEnd, buffer, at);
    this.#count++;
  }

  /**
   * The finished batch: a view of the builder's own buffer when not compressed, good until `reset` or the next `append`.
   * Finishing again, with another producer, is allowed.
   */
  finish(producer: BatchProducer | null = null, compression: CompressionName = 'none'): Buffer {
    let batch = this.#buffer;
    let end = this.#end;
    if (compression !== 'none') {
      const packed = compress(compression, batch.subarray(layout.records, end));
      batch = Buffer.allocUnsafe(layout.records + packed.length);
      batch.set(packed, layout.records);
      end = batch.length;
    }
    writeTime(batch, layout.baseOffset, 0);
    batch.writeInt32BE(end - layout.partitionLeaderEpoch, layout.batchLength);
    batch.writeInt32BE(-1, layout.partitionLeaderEpoch);
    batch[layout.magic] = 2;
    batch.writeInt16BE(compressionCode(compression) | (producer?.transactional ? 16 : 0), layout.attributes);
    batch.writeInt32BE(this.#count - 1, layout.lastOffsetDelta);
    writeTime(batch, layout.baseTimestamp, this.#baseTimestamp);
    writeTime(batch, layout.maxTimestamp, this.#maxTimestamp);
    batch.writeBigInt64BE(producer?.producerId ?? -1n, layout.producerId);
    batch.writeInt16BE(producer?.producerEpoch ?? -1, layout.producerEpoch);
    batch.writeInt32BE(producer?.baseSequence ?? -1, layout.baseSequence);
    batch.writeInt32BE(this.#count, layout.recordCount);
    batch.writeUInt32BE(crc32c(batch, layout.attributes, end), layout.crc);
    return batch.subarray(0, end);
  }

  #reserve(bytes: number): void {
    const needed = this.#end + bytes;
    if (needed <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * 2));
    this.#buffer.copy(grown, 0, 0, this.#end);
    this.#buffer = grown;
  }
}

/** A count of none. */
const noHeaders = new Uint8Array(1);

/** Bytes of the zigzag varint of a 32-bit integer. */
function int32Length(value: number): number {
  const raw = ((value << 1) ^ (value >> 31)) >>> 0;
  return raw < 0x80 ? 1 : raw < 0x4000 ? 2 : raw < 0x200000 ? 3 : raw < 0x10000000 ? 4 : 5;
}

function int64Length(value: number): number {
  if (value >= -0x40000000 && value < 0x40000000) return int32Length(value);
  let length = 1;
  for (let half = Math.floor((value < 0 ? -value - 1 : value) / 64); half > 0; half = Math.floor(half / 128)) length++;
  return length;
}

function writeInt32(buffer: Uint8Array, at: number, value: number): number {
  let raw = ((value << 1) ^ (value >> 31)) >>> 0;
  while (raw > 127) {
    buffer[at++] = (raw & 127) | 128;
    raw >>>= 7;
  }
  buffer[at++] = raw;
  return at;
}

/** Zigzag of a 53-bit integer: `n` is twice `n`, `-n` is twice `n` less one; the lowest seven bits hold `half % 64` and the sign. */
function writeInt64(buffer: Uint8Array, at: number, value: number): number {
  if (value >= -0x40000000 && value < 0x40000000) return writeInt32(buffer, at, value);
  const half = value < 0 ? -value - 1 : value;
  let rest = Math.floor(half / 64);
  buffer[at++] = ((half % 64) << 1) | (value < 0 ? 1 : 0) | (rest > 0 ? 128 : 0);
  while (rest > 0) {
    const next = Math.floor(rest / 128);
    buffer[at++] = (rest % 128) | (next > 0 ? 128 : 0);
    rest = next;
  }
  return at;
}

/** A short range is copied faster by hand than by a call. */
function copy(from: Uint8Array, start: number, end: number, to: Uint8Array, at: number): number {
  if (end - start > 48) {
    to.set(start === 0 && end === from.length ? from : from.subarray(start, end), at);
    return at + end - start;
  }
  for (let i = start; i < end; i++) to[at++] = from[i]!;
  return at;
}

function headersLength(headers: readonly RecordHeader[]): number {
  let length = int32Length(headers.length);
  for (const [name, value] of headers) {
    const nameLength = Buffer.byteLength(name);
    length += int32Length(nameLength) + nameLength + int32Length(value?.length ?? -1) + (value?.length ?? 0);
  }
  return length;
}

/** The headers of a record as it has them, their count first. */
export function encodeHeaders(headers: readonly RecordHeader[]): Uint8Array {
  const buffer = Buffer.allocUnsafe(headersLength(headers));
  let at = writeInt32(buffer, 0, headers.length);
  for (const [name, value] of headers) {
    at = writeInt32(buffer, at, Buffer.byteLength(name));
    at += buffer.write(name, at);
    at = writeInt32(buffer, at, value?.length ?? -1);
    if (value !== null) at = copy(value, 0, value.length, buffer, at);
  }
  return buffer;
}

/** A 64-bit integer from a double that holds one exactly. */
function writeTime(buffer: Buffer, at: number, value: number): void {
  buffer.writeInt32BE(Math.floor(value / 0x100000000) | 0, at);
  buffer.writeUInt32BE(value - Math.floor(value / 0x100000000) * 0x100000000, at + 4);
}
