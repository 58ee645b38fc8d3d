import { logKey } from './log-key.js';
import { BLOCK_SHIFT, DENSITY, LEVEL, LOW, PIVOT, type SketchLayout, TOTAL, UNIT } from './sketch-layout.js';

/** The bins of a sketch as a writer sees them: where a distance belongs, and how the range slides, widens and is cleared. */
export class SketchBins {
  readonly #layout: SketchLayout;
  /** Bins per unit of the natural logarithm of the distance, before any collapse: 1 / ln γ. */
  readonly #density: number;
  #state: Float64Array = new Float64Array(0);
  #offset = 0;

  constructor(layout: SketchLayout, density: number) {
    this.#layout = layout;
    this.#density = density;
  }

  aim(state: Float64Array, offset: number): this {
    this.#state = state;
    this.#offset = offset;
    return this;
  }

  /** How many times the smallest distance the largest one of a range is. */
  span(level: number): number {
    return Math.exp(((this.#layout.side - 1) * 2 ** level) / this.#density);
  }

  /** Clears all and begins a range at `unit`; with 0 it begins where the first distance wants it. */
  begin(pivot: number, unit: number, level: number): void {
    const state = this.#state;
    const offset = this.#offset;
    const { bins, sums, blocks, side } = this.#layout;
    const density = this.#density / 2 ** level;
    state.fill(0, offset + bins, offset + sums + blocks);
    state[offset + PIVOT] = pivot;
    state[offset + UNIT] = unit;
    state[offset + DENSITY] = density;
    state[offset + LEVEL] = level;
    state[offset + LOW] = unit > 0 ? logKey(unit, density) : -(side >> 1);
  }

  /** The bin of a distance as the range is: outside it, the outermost one on its side. */
  bin(distance: number): number {
    const state = this.#state;
    const offset = this.#offset;
    const { side, zero, length } = this.#layout;
    const size = Math.abs(distance);
    if (size <= state[offset + UNIT]!) return zero;
    const rank = logKey(size, state[offset + DENSITY]!) - state[offset + LOW]! + 1;
    if (rank > side) return distance < 0 ? 0 : length - 1;
    return distance < 0 ? zero - Math.max(rank, 1) : zero + Math.max(rank, 1);
  }

  add(bin: number, weight: number): void {
    const state = this.#state;
    const offset = this.#offset;
    state[offset + this.#layout.bins + bin]! += weight;
    state[offset + this.#layout.sums + (bin >> BLOCK_SHIFT)]! += weight;
  }

  /** Makes the range cover a distance that is not 0 beside all that it holds: slides it, and collapses it where that is not enough. */
  cover(distance: number): void {
    const state = this.#state;
    const offset = this.#offset;
    const { side, zero, bins } = this.#layout;
    let lowest = logKey(Math.abs(distance), state[offset + DENSITY]!);
    let highest = lowest;
    const low = state[offset + LOW]!;
    for (let rank = 1; rank <= side; rank++) {
      if (state[offset + bins + zero - rank] === 0 && state[offset + bins + zero + rank] === 0) continue;
      lowest = Math.min(lowest, low + rank - 1);
      highest = Math.max(highest, low + rank - 1);
    }
    while (highest - lowest >= side) {
      this.collapse();
      lowest = Math.ceil(lowest / 2);
      highest = Math.ceil(highest / 2);
    }
    if (lowest < state[offset + LOW]! || highest >= state[offset + LOW]! + side) {
      this.#slide(lowest - ((side - 1 - highest + lowest) >> 1));
    }
  }

  /** Joins the bins in pairs: γ becomes γ², the range twice as long on the axis of logarithms (Epicoco et al. 2020). */
  collapse(): void {
    const state = this.#state;
    const offset = this.#offset;
    const { side, zero, bins } = this.#layout;
    const low = state[offset + LOW]!;
    const lower = Math.ceil(low / 2);
    const centre = offset + bins + zero;
    for (let rank = 1; rank <= side; rank++) {
      const to = Math.ceil((low + rank - 1) / 2) - lower + 1;
      const above = state[centre + rank]!;
      const below = state[centre - rank]!;
      state[centre + rank] = 0;
      state[centre - rank] = 0;
      state[centre + to]! += above;
      state[centre - to]! += below;
    }
    state[offset + LOW] = lower;
    state[offset + LEVEL]! += 1;
    state[offset + DENSITY]! /= 2;
    this.sum();
  }

  /** Multiplies all weights. */
  rescale(factor: number): void {
    const state = this.#state;
    const from = this.#offset + this.#layout.bins;
    for (let i = from; i < from + this.#layout.length; i++) state[i]! *= factor;
    this.sum();
  }

  /** Forgets bins that weigh less than `least`. */
  prune(least: number): void {
    const state = this.#state;
    const offset = this.#offset;
    const { bins, sums, blocks, length } = this.#layout;
    let total = 0;
    for (let block = 0; block < blocks; block++) {
      if (state[offset + sums + block] === 0) continue;
      const end = offset + bins + Math.min((block + 1) << BLOCK_SHIFT, length);
      let sum = 0;
      for (let i = offset + bins + (block << BLOCK_SHIFT); i < end; i++) {
        const weight = state[i]!;
        if (weight >= least) sum += weight;
        else if (weight !== 0) state[i] = 0;
      }
      state[offset + sums + block] = sum;
      total += sum;
    }
    state[offset + TOTAL] = total;
  }

  /** Makes block sums and total those of the bins. */
  sum(): void {
    const state = this.#state;
    const offset = this.#offset;
    const { bins, sums, blocks, length } = this.#layout;
    let total = 0;
    for (let block = 0; block < blocks; block++) {
      const end = Math.min((block + 1) << BLOCK_SHIFT, length);
      let sum = 0;
      for (let i = block << BLOCK_SHIFT; i < end; i++) sum += state[offset + bins + i]!;
      state[offset + sums + block] = sum;
      total += sum;
    }
    state[offset + TOTAL] = total;
  }

  /** Lets the range begin at key `low`. What it holds must fit. */
  #slide(low: number): void {
    const state = this.#state;
    const offset = this.#offset;
    const { side, zero, bins } = this.#layout;
    const by = state[offset + LOW]! - low;
    const step = Math.min(Math.abs(by), side);
    const first = offset + bins + zero - side;
    const centre = first + side;
    const end = centre + side + 1;
    if (by > 0) {
      state.copyWithin(centre + 1 + step, centre + 1, end - step);
      state.fill(0, centre + 1, centre + 1 + step);
      state.copyWithin(first, first + step, centre);
      state.fill(0, centre - step, centre);
    } else {
      state.copyWithin(centre + 1, centre + 1 + step, end);
      state.fill(0, end - step, end);
      state.copyWithin(first + step, first, centre - step);
      state.fill(0, first, first + step);
    }
    state[offset + LOW] = low;
    this.sum();
  }
}
