import { base64Length, decodeBase64 } from '../../codec/decode-base64.js';
import { describeValue } from './describe-value.js';
import { isInteger, type NumberArray, TENSOR_TYPES, type TensorType } from './tensor-types.js';

export interface TensorFormat {
  /** Which axis is that of the channels, which a mask has no need of. */
  channels: 'last' | 'first';
  /** Lengths of the axes, the last fastest; null, at most once: any length. */
  shape: readonly (number | null)[];
  type: TensorType;
}

/** Of a shape with an axis of any length: a window longer than this is a mistake. */
const MOST_VALUES = 2 ** 27;

/**
 * Reads the numbers of a field: an array, flat or nested as its shape is; a typed array; text that is base64 of little-endian numbers, or
 * JSON; `{ values, shape?, mask? }` of any of them; the bytes of a `Buffer`, as it is or as its JSON.
 *
 * Whatever is wrong is said and not mended: another length, another nesting, text among numbers, a number that the type does not hold.
 * null among floating numbers, NaN and ±Infinity are missing. Answers are valid until the next value.
 */
export class TensorReader {
  readonly format: TensorFormat;
  /** The numbers; `length` of them, the array may be longer. Missing ones are not finite. */
  values: NumberArray;
  length = 0;
  /** Lengths of the axes of what was read. */
  shape: number[];
  /** By position or by value, what is there: absent, all is. */
  mask: Uint8Array | undefined;
  /** Whether nothing was there at all. */
  isMissing = true;
  /** Whether it came as plain arrays, and whether they were nested. */
  form: 'nested' | 'flat' | 'packed' = 'packed';
  readonly #free: number;
  /** Numbers without the axis of any length. */
  readonly #fixed: number;
  readonly #isInteger: boolean;
  #own: NumberArray;
  #bytes = new Uint8Array(0);
  /** Why the last fill stopped. */
  #wrong = '';

  constructor(format: TensorFormat) {
    this.format = format;
    const { shape, type } = format;
    this.#free = shape.indexOf(null);
    this.#fixed = shape.reduce((product: number, size) => product * (size ?? 1), 1);
    this.#isInteger = isInteger(type);
    this.#own = new TENSOR_TYPES[type](this.#free < 0 ? this.#fixed : 0);
    this.values = this.#own;
    this.shape = shape.map((size) => size ?? 0);
  }

  /** Why `value` is no tensor of the format; undefined where it is one, or nothing at all. */
  read(value: unknown): string | undefined {
    this.mask = undefined;
    this.isMissing = value === undefined || value === null;
    if (this.isMissing) return undefined;
    if (typeof value === 'object' && !Array.isArray(value) && !ArrayBuffer.isView(value))
      return this.#readParts(value!);
    return this.#readValues(value);
  }

  #readParts(parts: object): string | undefined {
    const { values, data, shape, mask, type } = parts as Record<string, unknown>;
    const inner = values ?? data;
    if (inner === undefined || inner === null) return this.#refuse(parts);
    if (type === 'Buffer' && Array.isArray(data)) return this.#readValues(Uint8Array.from(data as number[]));
    const fault = this.#readValues(inner);
    if (fault !== undefined) return fault;
    if (shape !== undefined && !(Array.isArray(shape) && this.#isShape(shape)))
      return `expected shape ${this.#shapeText()}, got ${describeValue(shape)}`;
    return mask === undefined || mask === null ? undefined : this.#readMask(mask);
  }

  #readValues(value: unknown): string | undefined {
    if (typeof value === 'string') return this.#readText(value);
    if (Array.isArray(value)) return this.#readArray(value);
    if (ArrayBuffer.isView(value)) return this.#readView(value);
    return this.#refuse(value);
  }

  #readText(text: string): string | undefined {
    if (/^\s*[[{]/.test(text)) {
      let value: unknown;
      try {
        value = JSON.parse(text);
      } catch {
        return `expected JSON, got ${describeValue(text)}`;
      }
      return this.read(value);
    }
    const { type } = this.format;
    const { BYTES_PER_ELEMENT: size } = TENSOR_TYPES[type];
    const length = base64Length(text);
    const fault = this.#claim(length / size, () => `${length} bytes of base64`);
    if (fault !== undefined) return fault;
    if (this.#bytes.length < length) this.#bytes = new Uint8Array(length + (-length & 7));
    if (!decodeBase64(text, this.#bytes)) return `expected base64 of ${type}, got ${describeValue(text)}`;
    this.form = 'packed';
    this.values = new TENSOR_TYPES[type](this.#bytes.buffer, 0, this.length);
    return undefined;
  }

  #readView(view: ArrayBufferView): string | undefined {
    this.form = 'packed';
    const Class = TENSOR_TYPES[this.format.type];
    const isBytes = view instanceof Uint8Array && Class !== Uint8Array;
    if (isBytes || view instanceof DataView) {
      const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
      const fault = this.#claim(bytes.length / Class.BYTES_PER_ELEMENT, () => `${bytes.length} bytes`);
      if (fault !== undefined) return fault;
      // A copy: what came need not begin where a number may.
      this.values = new Class(bytes.slice().buffer, 0, this.length);
      return undefined;
    }
    const numbers = view as unknown as ArrayLike<number>;
    const fault = this.#claim(numbers.length, () => `${numbers.length} numbers`);
    if (fault !== undefined) return fault;
    if (view instanceof Class) {
      this.values = view as NumberArray;
      return undefined;
    }
    return this.#fill(numbers, 0) < 0 ? this.#wrong : undefined;
  }

  #readArray(array: readonly unknown[]): string | undefined {
    const { shape } = this.format;
    if (shape.length === 1 || !Array.isArray(array[0])) {
      this.form = 'flat';
      const fault = this.#claim(array.length, () => `${array.length} numbers`);
      if (fault !== undefined) return fault;
      return this.#fill(array, 0) < 0 ? this.#wrong : undefined;
    }
    this.form = 'nested';
    const measured: number[] = [];
    for (let level: unknown = array; Array.isArray(level); level = level[0]) measured.push(level.length);
    if (!this.#isShape(measured)) return `expected shape ${this.#shapeText()}, got [${measured.join(', ')}]`;
    const fault = this.#claim(
      measured.reduce((product, size) => product * size, 1),
      () => `shape [${measured.join(', ')}]`,
    );
    if (fault !== undefined) return fault;
    this.shape = measured;
    return this.#fillNested(array, 0, 0) < 0 ? this.#wrong : undefined;
  }

  /** Copies numbers from `at` on; answers where it came to, −1 where one is none of the type, which `#wrong` says. */
  #fill(numbers: ArrayLike<unknown>, at: number): number {
    const own = this.#room();
    const isInt = this.#isInteger;
    for (let i = 0; i < numbers.length; i++) {
      const x = numbers[i];
      if (typeof x === 'number') {
        own[at + i] = x;
        if (!isInt || own[at + i] === x) continue;
      } else if (x === null && !isInt) {
        own[at + i] = Number.NaN;
        continue;
      }
      this.#wrong = `expected ${this.format.type} at ${this.#place(at + i)}, got ${describeValue(x)}`;
      return -1;
    }
    return at + numbers.length;
  }

  #fillNested(level: unknown, depth: number, at: number): number {
    const { shape } = this;
    if (!Array.isArray(level) || level.length !== shape[depth]) {
      const got = Array.isArray(level) ? `${level.length} values` : describeValue(level);
      this.#wrong = `expected ${shape[depth]} values at ${this.#place(at, depth)}, got ${got}`;
      return -1;
    }
    if (depth === shape.length - 1) return this.#fill(level, at);
    let next = at;
    for (let i = 0; i < level.length && next >= 0; i++) next = this.#fillNested(level[i], depth + 1, next);
    return next;
  }

  #readMask(mask: unknown): string | undefined {
    const channels = this.shape.length > 1 ? this.shape.at(this.format.channels === 'last' ? -1 : 0)! : 1;
    const positions = this.length / (channels || 1);
    const flat = Array.isArray(mask) ? mask.flat(8) : mask;
    const isList = Array.isArray(flat) || ArrayBuffer.isView(flat);
    const entries = flat as ArrayLike<unknown>;
    if (!isList || (entries.length !== positions && entries.length !== this.length))
      return `expected a mask of ${positions} positions or ${this.length} values, got ${isList ? entries.length : describeValue(mask)}`;
    this.mask = Uint8Array.from({ length: entries.length }, (_, i) => (Number(entries[i]) ? 1 : 0));
    return undefined;
  }

  /** Sets length and shape for so many numbers, if the shape allows them. */
  #claim(length: number, got: () => string): string | undefined {
    const rows = length / this.#fixed;
    const fits = this.#free < 0 ? rows === 1 : Number.isInteger(rows) && length <= MOST_VALUES;
    if (!fits) return `expected ${this.#expected()}, got ${got()}`;
    this.length = length;
    if (this.#free >= 0) this.shape = this.format.shape.map((size) => size ?? rows);
    return undefined;
  }

  #expected(): string {
    const { type } = this.format;
    const count = this.#free < 0 ? `${this.#fixed}` : `a multiple of ${this.#fixed}`;
    const { BYTES_PER_ELEMENT: size } = TENSOR_TYPES[type];
    const bytes = this.#free < 0 ? `${this.#fixed * size} bytes` : `${this.#fixed * size} bytes each`;
    return `${count} numbers, shape ${this.#shapeText()} (as ${type}: ${bytes})`;
  }

  #room(): NumberArray {
    if (this.#own.length < this.length) this.#own = new TENSOR_TYPES[this.format.type](this.length);
    this.values = this.#own;
    return this.#own;
  }

  #isShape(shape: readonly unknown[]): boolean {
    const { shape: expected } = this.format;
    return shape.length === expected.length && expected.every((size, k) => size === null || size === shape[k]);
  }

  #shapeText(): string {
    return `[${this.format.shape.map((size) => size ?? 'any').join(', ')}]`;
  }

  /** Indices of the number `at`, or of the part of `depth` axes that begins there. */
  #place(at: number, depth = this.shape.length): string {
    const indices: number[] = [];
    let rest = at;
    for (let k = this.shape.length - 1; k >= 0; k--) {
      const size = this.shape[k]! || 1;
      indices.unshift(rest % size);
      rest = Math.floor(rest / size);
    }
    return `[${indices.slice(0, depth).join(', ')}]`;
  }

  #refuse(value: unknown): string {
    return `expected ${this.#expected()}, got ${describeValue(value)}`;
  }
}
