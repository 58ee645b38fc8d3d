import { CellKind } from './cell-kind.js';
import { decodeUtf8 } from './decode-utf8.js';
import type { FieldColumn } from './field-column.js';
import type { NameNode, NameTable } from './name-table.js';
import { DEEPEST_FIELD } from './numeric-names.js';
import { roundDecimal } from './round-decimal.js';

/** Deeper documents go the slow way. */
const DEEPEST = 64;
const QUOTE = 34;
const BACKSLASH = 92;
const COLON = 58;
const COMMA = 44;
const DOT = 46;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;
const OPEN_ARRAY = 91;
const CLOSE_ARRAY = 93;
const PRIME = 0x01000193;
const SEED = 0x811c9dc5 | 0;

/** What the scanner reads into. */
export interface JsonScannerTarget {
  readonly names: NameTable;
  readonly columns: readonly FieldColumn[];
  /** Takes up a field not met before; undefined when it is not wanted. */
  discover: ((name: string, isNumber: boolean) => NameNode | undefined) | undefined;
}

/**
 * Reads the wanted fields of one JSON object from its bytes, without text or objects, and checks that all of it is JSON (RFC 8259).
 *
 * `scan` is false for what it will not decide: invalid text, a name with an escape, a name met twice, an array where fields of an object
 * are wanted, an object or array where a number is, nesting beyond 64. Such a record is for `JSON.parse`, which gives the same for all others. Never recurses. O(bytes).
 */
export class JsonScanner {
  /** Where the last scan stopped. */
  position = 0;
  /** Whether the last record has a top-level property that the output writes itself. */
  hasReserved = false;
  readonly #target: JsonScannerTarget;
  readonly #isArray = new Uint8Array(DEEPEST);
  /** By depth: the name up to here; undefined at the top and where no names are wanted. */
  readonly #prefixes: (NameNode | undefined)[] = new Array(DEEPEST).fill(undefined);
  readonly #isLive = new Uint8Array(DEEPEST);
  #serial = 0;

  constructor(target: JsonScannerTarget) {
    this.#target = target;
  }

  /** Reads `bytes[start, end)` as record `row`. After false the columns may hold parts of the record. */
  scan(bytes: Uint8Array, start: number, end: number, row: number): boolean {
    const { names, columns } = this.#target;
    const serial = ++this.#serial;
    this.hasReserved = false;
    let i = skipSpace(bytes, start, end);
    this.position = i;
    if (i >= end || bytes[i] !== OPEN_OBJECT) return false;
    i++;
    let depth = 0;
    let isFirst = true;
    // The value that is wanted whole, while the scan is inside of it.
    let whole: FieldColumn | undefined;
    let wholeDepth = 0;
    this.#isArray[0] = 0;
    this.#isLive[0] = 1;
    this.#prefixes[0] = undefined;

    while (depth >= 0) {
      i = skipSpace(bytes, i, end);
      this.position = i;
      if (i >= end) return false;
      const isArray = this.#isArray[depth] === 1;
      let isClosed = false;
      let node: NameNode | undefined;
      let keyStart = 0;
      let keyEnd = 0;
      let hasDot = false;
      if (isFirst && bytes[i] === (isArray ? CLOSE_ARRAY : CLOSE_OBJECT)) isClosed = true;
      else if (!isArray) {
        if (bytes[i] !== QUOTE) return false;
        const isLive = this.#isLive[depth] === 1;
        const prefix = this.#prefixes[depth];
        let hash = prefix === undefined ? SEED : Math.imul(prefix.hash ^ DOT, PRIME);
        keyStart = ++i;
        for (; ; i++) {
          if (i >= end) return false;
          const byte = bytes[i]!;
          if (byte === QUOTE) break;
          if (byte < 32 || byte === BACKSLASH) return false;
          if (byte === DOT) hasDot = true;
          hash = Math.imul(hash ^ byte, PRIME);
        }
        keyEnd = i;
        i = skipSpace(bytes, i + 1, end);
        this.position = i;
        if (i >= end || bytes[i] !== COLON) return false;
        i = skipSpace(bytes, i + 1, end);
        this.position = i;
        if (i >= end) return false;
        if (isLive) {
          node = names.find(hash, prefix, bytes, keyStart, keyEnd);
          if (node === undefined || (node.column < 0 && !node.isReserved)) {
            if (this.#target.discover !== undefined && depth <= DEEPEST_FIELD) {
              const first = bytes[i]!;
              const isNumber = first === 45 || (first >= 48 && first <= 57);
              if (isNumber || (node === undefined && first === OPEN_OBJECT && depth < DEEPEST_FIELD && !hasDot)) {
                const key = decodeUtf8(bytes, keyStart, keyEnd);
                node = this.#target.discover(prefix === undefined ? key : `${prefix.name}.${key}`, isNumber) ?? node;
              }
            }
          }
          if (node !== undefined) {
            if (node.stamp === serial) return false;
            node.stamp = serial;
            if (node.isReserved && depth === 0) this.hasReserved = true;
          }
        }
      }

      if (!isClosed) {
        const byte = bytes[i]!;
        const from = i;
        let kind: CellKind = CellKind.other;
        if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
          if (++depth === DEEPEST) return false;
          if (byte === OPEN_ARRAY && node?.hasChildren) return false;
          const isLive = byte === OPEN_OBJECT && node !== undefined && !hasDot && !(node.isReserved && depth === 1);
          this.#isArray[depth] = byte === OPEN_ARRAY ? 1 : 0;
          this.#isLive[depth] =
            isLive && (node?.hasChildren || (this.#target.discover !== undefined && depth <= DEEPEST_FIELD)) ? 1 : 0;
          this.#prefixes[depth] = node;
          if (node !== undefined && node.column >= 0) {
            const column = columns[node.column]!;
            if (!column.isWhole || node.hasChildren) return false; // a field that is an object
            this.#isLive[depth] = 0;
            whole = column;
            wholeDepth = depth;
            column.values[row] = Number.NaN;
            column.kinds[row] = CellKind.other;
            column.starts[row] = from;
          }
          isFirst = true;
          i++;
          continue;
        }
        let x = Number.NaN;
        if (byte === QUOTE) {
          i = stringEnd(bytes, i + 1, end);
          kind = CellKind.text;
        } else if (byte === 45 || (byte >= 48 && byte <= 57)) {
          x = this.#number(bytes, i, end);
          i = this.position;
          kind = CellKind.number;
        } else if (byte === 110) {
          i = wordEnd(bytes, i, end, NULL);
          kind = CellKind.missing;
        } else i = wordEnd(bytes, i, end, byte === 116 ? TRUE : FALSE);
        if (i < 0) return false;
        if (node !== undefined && node.column >= 0) {
          const column = columns[node.column]!;
          column.values[row] = x;
          column.kinds[row] = kind;
          column.starts[row] = from;
          column.ends[row] = i;
        }
      } else {
        i++;
        if (whole !== undefined && depth === wholeDepth) {
          whole.ends[row] = i;
          whole = undefined;
        }
        depth--;
      }

      for (; depth >= 0; i++, depth--) {
        i = skipSpace(bytes, i, end);
        this.position = i;
        if (i >= end) return false;
        if (bytes[i] === COMMA) {
          i++;
          isFirst = false;
          break;
        }
        if (bytes[i] !== (this.#isArray[depth] === 1 ? CLOSE_ARRAY : CLOSE_OBJECT)) return false;
        if (whole !== undefined && depth === wholeDepth) {
          whole.ends[row] = i + 1;
          whole = undefined;
        }
      }
    }
    i = skipSpace(bytes, i, end);
    this.position = i;
    return i === end;
  }

  /** The number at `start`; `position` is left behind it, −1 where none is. */
  #number(bytes: Uint8Array, start: number, end: number): number {
    let i = start;
    const isNegative = bytes[i] === 45;
    if (isNegative) i++;
    let head = 0;
    let tail = 0;
    let digits = 0;
    let exponent = 0;
    const first = i;
    for (; i < end; i++) {
      const digit = bytes[i]! - 48;
      if (!(digit >= 0 && digit <= 9)) break;
      if (digits < 15) {
        head = head * 10 + digit;
        if (head !== 0) digits++;
      } else {
        if (digits < 19) tail = tail * 10 + digit;
        digits++;
      }
    }
    this.position = -1;
    if (i === first || (i > first + 1 && bytes[first] === 48)) return Number.NaN;
    if (i < end && bytes[i] === DOT) {
      const point = ++i;
      for (; i < end; i++) {
        const digit = bytes[i]! - 48;
        if (!(digit >= 0 && digit <= 9)) break;
        if (digits < 15) {
          head = head * 10 + digit;
          if (head !== 0) digits++;
        } else {
          if (digits < 19) tail = tail * 10 + digit;
          digits++;
        }
      }
      if (i === point) return Number.NaN;
      exponent = point - i;
    }
    if (i < end && (bytes[i]! | 32) === 101) {
      i++;
      const isDown = bytes[i] === 45;
      if (i < end && (isDown || bytes[i] === 43)) i++;
      const power0 = i;
      let power = 0;
      for (; i < end; i++) {
        const digit = bytes[i]! - 48;
        if (!(digit >= 0 && digit <= 9)) break;
        if (power < 100_000) power = power * 10 + digit;
      }
      if (i === power0) return Number.NaN;
      exponent += isDown ? -power : power;
    }
    this.position = i;
    if (digits <= 19) {
      const x = roundDecimal(head, tail, digits > 15 ? digits - 15 : 0, exponent);
      if (!Number.isNaN(x)) return isNegative ? -x : x;
    }
    return Number(decodeUtf8(bytes, start, i));
  }
}

const word = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const NULL = word('null');
const TRUE = word('true');
const FALSE = word('false');

function skipSpace(bytes: Uint8Array, start: number, end: number): number {
  let i = start;
  while (i < end && (bytes[i] === 32 || bytes[i] === 9 || bytes[i] === 10 || bytes[i] === 13)) i++;
  return i;
}

/** Index behind the word, −1 when it is not there. */
function wordEnd(bytes: Uint8Array, start: number, end: number, expected: Uint8Array): number {
  if (end - start < expected.length) return -1;
  for (let i = 0; i < expected.length; i++) if (bytes[start + i] !== expected[i]) return -1;
  return start + expected.length;
}

/** Index behind the quote that closes the string whose text begins at `start`; −1 when it is not closed or not JSON. */
function stringEnd(bytes: Uint8Array, start: number, end: number): number {
  for (let i = start; i < end; i++) {
    const byte = bytes[i]!;
    if (byte === QUOTE) return i + 1;
    if (byte < 32) return -1;
    if (byte !== BACKSLASH) continue;
    if (++i >= end) return -1;
    if (bytes[i] === 117) {
      for (let digit = 0; digit < 4; digit++) if (++i >= end || !isHex(bytes[i]!)) return -1;
    } else if (!ESCAPES.includes(bytes[i]!)) return -1;
  }
  return -1;
}

const ESCAPES = word('"\\/bfnrt');

function isHex(byte: number): boolean {
  return (byte >= 48 && byte <= 57) || ((byte | 32) >= 97 && (byte | 32) <= 102);
}
