import { ByteWriter } from './byte-writer.js';

/** One dotted name, or the beginning of longer ones. */
export interface NameNode {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly hash: number;
  /** Place of the column of that name, −1 for a mere beginning. */
  column: number;
  /** A top-level name that the output writes itself. */
  isReserved: boolean;
  hasChildren: boolean;
  /** The record in which it was last met. */
  stamp: number;
}

const PRIME = 0x01000193;
const SEED = 0x811c9dc5 | 0;
const DOT = 46;

/** Finds dotted names by their bytes without making text: an open hash table over FNV-1a. */
export class NameTable {
  readonly nodes: NameNode[] = [];
  #slots: Int32Array = new Int32Array(64).fill(-1);

  /** The node of `prefix.key`, of `key` where there is no prefix; undefined when there is none. `hash` is that of the whole name. */
  find(
    hash: number,
    prefix: NameNode | undefined,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): NameNode | undefined {
    const mask = this.#slots.length - 1;
    const skip = prefix === undefined ? 0 : prefix.bytes.length + 1;
    for (let slot = (hash ^ (hash >>> 15)) & mask; ; slot = (slot + 1) & mask) {
      const index = this.#slots[slot]!;
      if (index < 0) return undefined;
      const node = this.nodes[index]!;
      if (node.hash === hash && isName(node.bytes, prefix, skip, bytes, start, end)) return node;
    }
  }

  /** The node of a name, added with those of its beginnings when it is new. */
  add(name: string): NameNode {
    for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1))
      this.#one(name.slice(0, dot)).hasChildren = true;
    return this.#one(name);
  }

  get(name: string): NameNode | undefined {
    const { bytes, hash } = encode(name);
    return this.find(hash, undefined, bytes, 0, bytes.length);
  }

  #one(name: string): NameNode {
    const { bytes, hash } = encode(name);
    const known = this.find(hash, undefined, bytes, 0, bytes.length);
    if (known) return known;
    const node = { name, bytes, hash, column: -1, isReserved: false, hasChildren: false, stamp: -1 };
    this.nodes.push(node);
    if (this.nodes.length * 2 > this.#slots.length) {
      this.#slots = new Int32Array(this.#slots.length * 2).fill(-1);
      for (let i = 0; i < this.nodes.length; i++) this.#place(i);
    } else this.#place(this.nodes.length - 1);
    return node;
  }

  #place(index: number): void {
    const mask = this.#slots.length - 1;
    const { hash } = this.nodes[index]!;
    let slot = (hash ^ (hash >>> 15)) & mask;
    while (this.#slots[slot]! >= 0) slot = (slot + 1) & mask;
    this.#slots[slot] = index;
  }
}

function encode(name: string): { bytes: Uint8Array; hash: number } {
  const writer = new ByteWriter(32);
  writer.utf8(name);
  const bytes = writer.view().slice();
  let hash = SEED;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, PRIME);
  return { bytes, hash };
}

/** Whether `name` is the prefix, a dot and `bytes[start, end)`. */
function isName(
  name: Uint8Array,
  prefix: NameNode | undefined,
  skip: number,
  bytes: Uint8Array,
  start: number,
  end: number,
): boolean {
  if (name.length !== skip + end - start) return false;
  for (let i = start; i < end; i++) if (name[skip + i - start] !== bytes[i]) return false;
  if (prefix === undefined) return true;
  for (let i = 0; i < skip - 1; i++) if (name[i] !== prefix.bytes[i]) return false;
  return name[skip - 1] === DOT;
}
