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
 * the old values of the block from `position` on and all other blocks (`suffix`, an aggregate per position, computed when the block is
 * entered), with the new values of the block (`prefix`). The other blocks are those before, written in this lap (`before`), and those
 * after, of the lap before (`blocks`, an aggregate per block of it and all after it, computed when a lap begins). So an answer is one
 * join of two aggregates, nothing is ever subtracted, and a value is gone without trace when it is overwritten.
 *
 * O(1) amortized, O(√length) at worst; `length` + O(√length) doubles. An aggregate is `width` doubles, whose count is told by its place.
 *
 * State: `[count, position, start, answer, prefix, before, suffix…, blocks…, values…]`.
 */
export abstract class BlockRing extends StateView {
  readonly stride: number;
  readonly length: number;
  protected readonly width: number;
  protected readonly blockLength: number;
  /** Places in the state, counted from `offset`. */
  protected readonly answer = HEADER;
  protected readonly prefix: number;
  protected readonly before: number;
  protected readonly suffix: number;
  protected readonly blocks: number;
  protected readonly values: number;

  /** @throws InvalidOptionError when `length` is not an integer from 1 to 2^24 */
  constructor({ length }: WindowOptions, width: number, state: Float64Array | undefined, offset: number) {
    if (!(Number.isInteger(length) && length >= 1 && length <= LONGEST)) {
      throw new InvalidOptionError('length', length, `an integer from 1 to ${LONGEST}`);
    }
    const blockLength = Math.ceil(Math.sqrt(length));
    const prefix = HEADER + width;
    const before = prefix + width;
    const suffix = before + width;
    const blocks = suffix + width * (blockLength + 1);
    const values = blocks + width * (Math.ceil(length / blockLength) + 1);
    super(state ?? new Float64Array(values + length), offset);
    this.stride = values + length;
    this.length = length;
    this.width = width;
    this.blockLength = blockLength;
    this.prefix = prefix;
    this.before = before;
    this.suffix = suffix;
    this.blocks = blocks;
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
    if (position === start) this.#enter(start);
    state[offset + this.values + position] = x;
    const count = Math.min(state[offset]! + 1, length);
    const next = position + 1;
    state[offset] = count;
    state[offset + 1] = next;
    const index = next - start;
    this.append(x, index, count - index);
    if (index === this.blockLength || next === length) this.#leave(start, next);
  }

  /** Adds x to `prefix`, of `count` values then, and joins it with `suffix[count]`, of `rest` values, into `answer`. */
  protected abstract append(x: number, count: number, rest: number): void;

  /** Writes to `to` the aggregate of the `count − 1` values at `from` and x. */
  protected abstract add(from: number, to: number, x: number, count: number): void;

  /** Writes to `to` the aggregates of `m` values at `a` and of `n` values at `b` together. */
  protected abstract join(a: number, m: number, b: number, n: number, to: number): void;

  /** Begins a block: what of the window will not be overwritten, for each position in it. */
  #enter(start: number): void {
    const { state, offset, length, width, blockLength } = this;
    const full = state[offset] === length;
    if (full && start === 0) this.#beginLap();
    const block = Math.floor(start / blockLength);
    const end = Math.min(start + blockLength, length);
    const old = full ? end - start : 0;
    const after = offset + this.blocks + (block + 1) * width;
    let to = offset + this.suffix + old * width;
    let count = full ? length - old : start;
    this.join(offset + this.before, start, after, count - start, to);
    for (let i = end - 1; i > start && full; i--) {
      this.add(to, to - width, state[offset + this.values + i]!, ++count);
      to -= width;
    }
    if (full) return;
    const only = offset + this.suffix;
    for (let i = 1; i <= end - start; i++) state.copyWithin(only + i * width, only, only + width);
  }

  /** Ends a block: its values, all new, are one of the blocks of the lap. */
  #leave(start: number, end: number): void {
    const { state, offset, width, length } = this;
    const prefix = offset + this.prefix;
    const before = offset + this.before;
    state.copyWithin(offset + this.blocks + Math.floor(start / this.blockLength) * width, prefix, prefix + width);
    this.join(before, start, prefix, end - start, before);
    const next = end === length ? 0 : end;
    state[offset + 1] = next;
    state[offset + 2] = next;
  }

  /** Turns the aggregates of the blocks into those of each and all after it. */
  #beginLap(): void {
    const { offset, width, length, blockLength } = this;
    let at = offset + this.blocks + Math.floor((length - 1) / blockLength) * width;
    for (
      let start = Math.floor((length - 1) / blockLength) * blockLength - blockLength;
      start >= 0;
      start -= blockLength
    ) {
      at -= width;
      this.join(at, blockLength, at + width, length - start - blockLength, at);
    }
  }
}
