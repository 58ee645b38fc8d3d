import { LONGEST_DECIMAL, writeDecimal } from './write-decimal.js';

/** More bytes than this are copied through a view. */
const LONG = 160;

/**
 * A buffer of bytes that grows, is written from the front and used again after `clear`.
 *
 * Numbers are written so that they read back as the same double. Every method is O(bytes written), amortized.
 */
export class ByteWriter {
  bytes: Uint8Array;
  length = 0;
  /** What was copied from last, and views of it and of what is written; absent until they are wanted. */
  #source: Uint8Array | undefined;
  #from: DataView | undefined;
  #to: DataView | undefined;

  constructor(capacity = 1 << 16) {
    this.bytes = new Uint8Array(Math.max(capacity, 32));
  }

  /** What has been written: a view, valid until the next write. */
  view(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }

  clear(): void {
    this.length = 0;
  }

  /** Makes room for `size` more bytes. */
  reserve(size: number): void {
    const needed = this.length + size;
    if (needed > this.bytes.length) this.#grow(needed);
  }

  byte(value: number): void {
    if (this.length === this.bytes.length) this.#grow(this.length + 1);
    this.bytes[this.length++] = value;
  }

  /** Copies `source[start, end)`. */
  copy(source: Uint8Array, start: number, end: number): void {
    const size = end - start;
    this.reserve(size);
    const { length } = this;
    if (size > LONG) this.bytes.set(source.subarray(start, end), length);
    else this.#copyFew(source, start, size);
    this.length = length + size;
  }

  /** Cheaper than a view of a few bytes; four at once, where the source is the one of before. */
  #copyFew(source: Uint8Array, start: number, size: number): void {
    const { bytes, length } = this;
    let i = 0;
    if (source === this.#source) {
      this.#from ??= viewOf(source);
      this.#to ??= viewOf(bytes);
      const from = this.#from;
      const to = this.#to;
      for (; i + 4 <= size; i += 4) to.setInt32(length + i, from.getInt32(start + i, true), true);
    } else {
      this.#source = source;
      this.#from = undefined;
    }
    for (; i < size; i++) bytes[length + i] = source[start + i]!;
  }

  /** Text of code points below 128. */
  ascii(text: string): void {
    const size = text.length;
    this.reserve(size);
    const { bytes, length } = this;
    for (let i = 0; i < size; i++) bytes[length + i] = text.charCodeAt(i);
    this.length = length + size;
  }

  /** The shortest text that reads back as `x`; −0 keeps its sign. `x` must be finite. */
  number(x: number): void {
    this.reserve(LONGEST_DECIMAL);
    this.length = writeDecimal(x, this.bytes, this.length);
  }

  /** Any text as UTF-8; a lone surrogate as U+FFFD. */
  utf8(text: string): void {
    this.reserve(text.length * 3);
    const { bytes } = this;
    let at = this.length;
    for (let i = 0; i < text.length; i++) {
      let code = text.charCodeAt(i);
      if (code < 0x80) {
        bytes[at++] = code;
        continue;
      }
      if (code < 0x800) {
        bytes[at++] = 0xc0 | (code >> 6);
        bytes[at++] = 0x80 | (code & 63);
        continue;
      }
      if ((code & 0xf800) === 0xd800) {
        code = text.codePointAt(i)!;
        if (code >= 0x10000) {
          i++;
          bytes[at++] = 0xf0 | (code >> 18);
          bytes[at++] = 0x80 | ((code >> 12) & 63);
          bytes[at++] = 0x80 | ((code >> 6) & 63);
          bytes[at++] = 0x80 | (code & 63);
          continue;
        }
        code = 0xfffd;
      }
      bytes[at++] = 0xe0 | (code >> 12);
      bytes[at++] = 0x80 | ((code >> 6) & 63);
      bytes[at++] = 0x80 | (code & 63);
    }
    this.length = at;
  }

  #grow(needed: number): void {
    const longer = new Uint8Array(Math.max(needed, this.bytes.length * 2));
    longer.set(this.bytes.subarray(0, this.length));
    this.bytes = longer;
    this.#to = undefined;
  }
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
