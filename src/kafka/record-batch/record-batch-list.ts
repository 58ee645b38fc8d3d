import { RecordBatchBuilder } from './record-batch-builder.js';
import type { RecordHeader } from './record-header.js';

/**
 * Records for one partition, split into batches by bytes: a broker refuses a batch above its `max.message.bytes`
 * (1 MiB unless set), and would refuse it for ever. A record larger than that alone gets a batch of its own.
 */
export class RecordBatchList {
  readonly #maxBytes: number;
  readonly #builders: RecordBatchBuilder[] = [new RecordBatchBuilder()];
  #used = 1;
  #count = 0;
  /** Batches held ready: what was used, less a tenth of one for each time that it was not. */
  #ready = 1;

  /** @param maxBytes largest batch before compression. @defaultValue 1_000_000 */
  constructor(maxBytes = 1_000_000) {
    this.#maxBytes = maxBytes;
  }

  /** Records in all batches. */
  get count(): number {
    return this.#count;
  }

  get byteLength(): number {
    let bytes = 0;
    for (const builder of this.batches()) bytes += builder.byteLength;
    return bytes;
  }

  /** The batches that hold records, in order. */
  batches(): RecordBatchBuilder[] {
    return this.#count === 0 ? [] : this.#builders.slice(0, this.#used);
  }

  /** Empties it, to be used again. What it did without ten times it lets go, so that a rare crowd does not hold memory for ever. */
  reset(): void {
    this.#ready = Math.max(this.#used, this.#ready - 0.1);
    this.#builders.length = Math.min(this.#builders.length, Math.ceil(this.#ready));
    for (const builder of this.#builders) builder.reset();
    this.#used = 1;
    this.#count = 0;
  }

  append(timestamp: number, key: Uint8Array | null, value: Uint8Array | null, headers?: readonly RecordHeader[]): void {
    this.appendRange(timestamp, key, 0, key?.length ?? 0, value, 0, value?.length ?? 0, headers);
  }

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
    let bytes = keyEnd - keyStart + valueEnd - valueStart;
    if (headers !== undefined)
      for (const [name, value] of headers) bytes += 3 * name.length + (value?.length ?? 0) + 10;
    this.#builderFor(bytes).appendRange(
      timestamp,
      keyBytes,
      keyStart,
      keyEnd,
      valueBytes,
      valueStart,
      valueEnd,
      headers,
    );
    this.#count++;
  }

  /** The same with headers as a record has them: `headers[0, headersEnd)`, their count included. */
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
    this.#builderFor(keyEnd - keyStart + valueEnd - valueStart + headersEnd).appendEncoded(
      timestamp,
      keyBytes,
      keyStart,
      keyEnd,
      valueBytes,
      valueStart,
      valueEnd,
      headers,
      headersEnd,
    );
    this.#count++;
  }

  /** The batch that has room for a record whose key, value and headers take so many bytes. */
  #builderFor(bytes: number): RecordBatchBuilder {
    const builder = this.#builders[this.#used - 1]!;
    // What a record takes beside them is at most 36 bytes: lengths, deltas and their prefixes.
    if (builder.count === 0 || builder.byteLength + bytes + 36 <= this.#maxBytes) return builder;
    // The one before is full: so will this be, and need not grow until then.
    if (this.#used === this.#builders.length) this.#builders.push(new RecordBatchBuilder(builder.byteLength));
    return this.#builders[this.#used++]!;
  }
}
