import { UnreadableBatchError } from './unreadable-batch-error.js';

/** Reads zigzag varints (Protocol Buffers' signed ones) from `bytes[position, end)`, and never past `end`. */
export class Varints {
  readonly bytes: Uint8Array;
  position: number;
  end: number;

  constructor(bytes: Uint8Array, position: number, end: number) {
    this.bytes = bytes;
    this.position = position;
    this.end = end;
  }

  /** A signed integer of up to 32 bits. @throws UnreadableBatchError when it is cut off or longer than 5 bytes */
  int32(): number {
    const { bytes } = this;
    let at = this.position;
    let byte = at < this.end ? bytes[at++]! : overrun();
    let raw = byte & 127;
    for (let shift = 7; byte > 127; shift += 7) {
      if (shift > 28) overlong();
      byte = at < this.end ? bytes[at++]! : overrun();
      raw |= (byte & 127) << shift;
    }
    this.position = at;
    return (raw >>> 1) ^ -(raw & 1);
  }

  /** A signed integer of up to 64 bits as a double; beyond 2⁵³ it is rounded. @throws UnreadableBatchError likewise, over 10 bytes */
  int64(): number {
    const { bytes } = this;
    let at = this.position;
    let byte = at < this.end ? bytes[at++]! : overrun();
    const odd = byte & 1;
    let half = (byte & 127) >> 1;
    for (let weight = 64, length = 1; byte > 127; weight *= 128, length++) {
      if (length === 10) overlong();
      byte = at < this.end ? bytes[at++]! : overrun();
      half += (byte & 127) * weight;
    }
    this.position = at;
    return odd ? -half - 1 : half;
  }

  /** The next `length` bytes, as a view. */
  slice(length: number): Uint8Array {
    const start = this.position;
    this.skip(length);
    return this.bytes.subarray(start, this.position);
  }

  skip(length: number): void {
    if (length < 0 || length > this.end - this.position) overrun();
    this.position += length;
  }
}

function overrun(): never {
  throw new UnreadableBatchError('a record runs past its end');
}

function overlong(): never {
  throw new UnreadableBatchError('a number is longer than it can be');
}
