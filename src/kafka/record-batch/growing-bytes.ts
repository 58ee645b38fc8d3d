import { UnreadableBatchError } from './unreadable-batch-error.js';

/** Output of a decompressor: grows as it is written to, never above `maxBytes`. */
export class GrowingBytes {
  bytes: Buffer;
  length = 0;
  readonly #maxBytes: number;

  constructor(expected: number, maxBytes: number) {
    this.bytes = Buffer.allocUnsafeSlow(Math.min(Math.max(expected, 1024), maxBytes));
    this.#maxBytes = maxBytes;
  }

  /** Copies `from[start, end)` to the end. */
  append(from: Uint8Array, start: number, end: number): void {
    if (end > from.length || start > end) throw new UnreadableBatchError('its content is cut off');
    this.reserve(end - start);
    this.bytes.set(from.subarray(start, end), this.length);
    this.length += end - start;
  }

  /** Repeats `count` bytes from `distance` back; the two may overlap. */
  repeat(distance: number, count: number): void {
    if (distance < 1 || distance > this.length)
      throw new UnreadableBatchError('its content refers to what is not there');
    this.reserve(count);
    const { bytes } = this;
    const start = this.length - distance;
    if (distance >= count) bytes.copyWithin(this.length, start, start + count);
    else for (let i = 0; i < count; i++) bytes[this.length + i] = bytes[start + i]!;
    this.length += count;
  }

  reserve(count: number): void {
    const needed = this.length + count;
    if (needed <= this.bytes.length) return;
    if (needed > this.#maxBytes)
      throw new UnreadableBatchError(`its content is larger than the cap of ${this.#maxBytes} bytes`);
    const grown = Buffer.allocUnsafeSlow(Math.min(Math.max(needed, this.bytes.length * 2), this.#maxBytes));
    this.bytes.copy(grown, 0, 0, this.length);
    this.bytes = grown;
  }

  result(): Buffer {
    return this.bytes.subarray(0, this.length);
  }
}
