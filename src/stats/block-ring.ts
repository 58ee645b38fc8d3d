import { InvalidOptionError } from '../errors.js';
import { isObservation } from './is-observation.js';
import { StateView } from './state-view.js';

export interface WindowOptions {
  /** Observations in the window. */
  length: number;
}

/** Longest window: its state is below 256 MiB. */
const LONGEST = 2 ** 24;

/** Doubles of the header that all rings have: `[count, position, start]`. */
const HEADER = 3;

/**
 * What all windows by count share: a ring of the last `length` observations, cut into blocks of about √length.
 *
 * The value at `position` is the oldest, and the one that the next overwrites; `start` is where its block begins. The window is then
 * the new values of that block (`prefix`), its old ones from `position` on (`suffix`, a row per position, computed when the block is
 * entered) and all other blocks (`rest`). Those are the ones before, written in this lap (`before`), and the ones after, of the lap
 * before (`blocks`, an aggregate per block of it and all after it, computed when a lap begins). So nothing is ever subtracted, and a
 * value is gone without trace when it is overwritten.
 *
 * O(1) amortized, O(√length) at worst; `length` + O(√length) doubles. An aggregate is `width` doubles, whose count is told by its place;
 * `prefix` and the rows of `suffix` are `rowWidth` doubles of what the subclass adds up within a block.
 *
 * State: `[count, position, start, answer, rest, before, prefix, suffix…, blocks…, values…]`.
 */
export abstract class BlockRing extends StateView {
  readonly stride: number;
  readonly length: number;
  readonly #width: number;
  protected readonly blockLength: number;
  /** Places in the state, counted from `offset`. */
  protected readonly answer = HEADER;
  protected readonly rest: number;
  readonly #before: number;
  protected readonly prefix: number;
  protected readonly suffix: number;
  readonly #blocks: number;
  protected readonly values: number;

  /** @throws InvalidOptionError when `length` is not an integer from 1 to 2^24 */
  constructor(
    { length }: WindowOptions,
    width: number,
    rowWidth: number,
    state: Float64Array | undefined,
    offset: number,
  ) {
    if (!(Number.isInteger(length) && length >= 1 && length <= LONGEST)) {
      throw new InvalidOptionError('length', length, `an integer from 1 to ${LONGEST}`);
    }
    const blockLength = Math.ceil(Math.sqrt(length));
    const rest = HEADER + width;
    const before = rest + width;
    const prefix = before + width;
    const suffix = prefix + rowWidth;
    const blocks = suffix + rowWidth * (blockLength + 1);
    const values = blocks + width * (Math.ceil(length / blockLength) + 1);
    super(state ?? new Float64Array(values + length), offset);
    this.stride = values + length;
    this.length = length;
    this.#width = width;
    this.blockLength = blockLength;
    this.rest = rest;
    this.#before = before;
    this.prefix = prefix;
    this.suffix = suffix;
    this.#blocks = blocks;
    this.values = values;
  }

  /** Observations in the window. */
  get count(): number {
    return this.state[this.offset]!;
  }

  update(x: number): void {
    if (!isObservation(x)) return;
    const { state, offset, length } = this;
    const position = state[offset + 1]!;
    const start = state[offset + 2]!;
    if (position === start) this.#enter(start, x);
    state[offset + this.values + position] = x;
    const count = Math.min(state[offset]! + 1, length);
    const next = position + 1;
    state[offset] = count;
    state[offset + 1] = next;
    this.append(x, next - start, count);
    if (next - start === this.blockLength || next === length) this.#leave(start, next);
  }

  /** Makes ready for a block that x begins: `rest` is there, of `restCount` values, and `values[start..end)` are old if any. */
  protected abstract open(x: number, restCount: number, start: number, end: number, old: boolean): void;

  /** Adds x, the `index`-th of its block, to `prefix`; puts `rest`, `suffix[index]` and it together, `count` values, as `answer`. */
  protected abstract append(x: number, index: number, count: number): void;

  /** Writes to `to` the aggregate of `values[start..end)`. */
  protected abstract summarize(start: number, end: number, to: number): void;

  /** Writes to `to` the aggregates of `m` values at `a` and of `n` values at `b` together. */
  protected abstract join(a: number, m: number, b: number, n: number, to: number): void;

  #enter(start: number, x: number): void {
    const { state, offset, length } = this;
    const full = state[offset] === length;
    if (full && start === 0) this.#beginLap();
    const end = Math.min(start + this.blockLength, length);
    const after = full ? length - end : 0;
    this.join(offset + this.#before, start, this.#block(start) + this.#width, after, offset + this.rest);
    this.open(x, start + after, start, end, full);
  }

  /** Ends a block: its values, all new, are one of the blocks of the lap. */
  #leave(start: number, end: number): void {
    const { state, offset } = this;
    const before = offset + this.#before;
    const block = this.#block(start);
    this.summarize(start, end, block);
    this.join(before, start, block, end - start, before);
    const next = end === this.length ? 0 : end;
    state[offset + 1] = next;
    state[offset + 2] = next;
  }

  /** Turns the aggregates of the blocks into those of each and all after it. */
  #beginLap(): void {
    const { length } = this;
    const blockLength = this.blockLength;
    const last = Math.floor((length - 1) / blockLength) * blockLength;
    for (let start = last - blockLength; start >= 0; start -= blockLength) {
      const at = this.#block(start);
      this.join(at, blockLength, at + this.#width, length - start - blockLength, at);
    }
  }

  /** Where in `state` the aggregate of the block that begins at `start` is. */
  #block(start: number): number {
    return this.offset + this.#blocks + Math.floor(start / this.blockLength) * this.#width;
  }
}
