import * as at from './sketch-layout.js';
import { WeightedPoints } from './weighted-points.js';

// Constants of this module's own: V8 folds those, and reads imported ones anew each time.
const { BLOCK_SHIFT, DENSITY, GROWTH, LOW, MAX, MIN, PIVOT, TOTAL, UNIT } = at;

/** A power of two, as many as a sketch of the default size has bins: about the median they are narrow, and it walks through many. */
const REMEMBERED = 1024;

/** The bins of a sketch as weighted points, each at the value that is nearest, relative to its distance, to all that the bin holds. */
export class BinnedPoints extends WeightedPoints {
  readonly #layout: at.SketchLayout;
  #state: Float64Array = new Float64Array(0);
  #offset = 0;
  #bins = 0;
  #sums = 0;
  /** Block in which the target last located lies, and the weight before it. */
  #block = 0;
  #sum = 0;
  /** For which density the next was computed: the middle of a bin relative to its outer edge, 2 / (1 + γ). */
  #density = 0;
  #middle = 0;
  /** Keys of bins whose distances were worked out last, for quantiles stay in the same bins for long. */
  readonly #known = new Float64Array(REMEMBERED).fill(Number.NaN);
  readonly #distances = new Float64Array(REMEMBERED);
  /** Distances from the pivot between which the bin last asked for lies. */
  #from = 0;
  #to = 0;

  constructor(layout: at.SketchLayout) {
    super();
    this.#layout = layout;
  }

  aim(state: Float64Array, offset: number): this {
    this.#state = state;
    this.#offset = offset;
    this.#bins = offset + this.#layout.bins;
    this.#sums = offset + this.#layout.sums;
    return this;
  }

  get total(): number {
    return this.#state[this.#offset + TOTAL]!;
  }
  first(): number {
    return this.next(-1);
  }
  last(): number {
    return this.previous(this.#layout.length);
  }
  weight(i: number): number {
    return this.#state[this.#bins + i]!;
  }

  next(i: number): number {
    const state = this.#state;
    const { blocks, length } = this.#layout;
    let j = i + 1;
    for (let block = j >> BLOCK_SHIFT; block < blocks; block++) {
      const end = Math.min((block + 1) << BLOCK_SHIFT, length);
      if (state[this.#sums + block] !== 0) for (; j < end; j++) if (state[this.#bins + j] !== 0) return j;
      j = end;
    }
    return i;
  }

  previous(i: number): number {
    const state = this.#state;
    let j = i - 1;
    for (let block = j >> BLOCK_SHIFT; block >= 0; block--) {
      const start = block << BLOCK_SHIFT;
      if (state[this.#sums + block] !== 0) for (; j >= start; j--) if (state[this.#bins + j] !== 0) return j;
      j = start - 1;
    }
    return i;
  }

  /** Block sums first, then the bins of one block: O(√bins). */
  locate(target: number): number {
    this.#block = 0;
    this.#sum = 0;
    return this.#walk(target);
  }
  protected locateOn(target: number): number {
    return this.#walk(target);
  }

  /** Goes on from the block that the target before was found in. */
  #walk(target: number): number {
    const state = this.#state;
    const { length } = this.#layout;
    const last = this.#layout.blocks - 1;
    let block = this.#block;
    let sum = this.#sum;
    for (; block < last; block++) {
      const next = sum + state[this.#sums + block]!;
      if (next > target) break;
      sum = next;
    }
    this.#block = block;
    this.#sum = sum;
    for (let i = block << BLOCK_SHIFT; i < length; i++) {
      const next = sum + state[this.#bins + i]!;
      if (next > target) {
        this.before = sum;
        return i;
      }
      sum = next;
    }
    return this.#beyondAll(block << BLOCK_SHIFT);
  }

  /** The last point, where rounding has left the target beyond the sum of all weights. */
  #beyondAll(from: number): number {
    const last = this.last();
    this.before = this.total - this.weight(last);
    if (last < from) return last;
    let sum = this.#sum;
    for (let i = from; i < last; i++) sum += this.weight(i);
    this.before = sum;
    return last;
  }

  value(i: number): number {
    const state = this.#state;
    const { zero, length } = this.#layout;
    const pivot = state[this.#offset + PIVOT]!;
    if (i === zero) return pivot;
    const side = i < zero ? -1 : 1;
    const density = state[this.#offset + DENSITY]!;
    const key = state[this.#offset + LOW]! + Math.abs(i - zero) - 1;
    let distance = this.#distance(key, density);
    if (i === 0 || i === length - 1) {
      // Outside the range only the outermost value is known; the others stand half way to it, on the axis of the bins.
      const reach = Math.abs(state[this.#offset + (side < 0 ? MIN : MAX)]! - pivot);
      distance =
        this.weight(i) <= state[this.#offset + GROWTH]! ? reach : Math.sqrt(Math.exp((key - 1) / density) * reach);
    }
    return Math.min(Math.max(pivot + side * distance, state[this.#offset + MIN]!), state[this.#offset + MAX]!);
  }

  /** Whether the value of bin i is its own, whatever else is seen as long as the range stays: smallest and largest lie beyond it. */
  protected isInside(i: number, value: number): boolean {
    if (i === 0 || i === this.#layout.length - 1) return false;
    return value > this.#state[this.#offset + MIN]! && value < this.#state[this.#offset + MAX]!;
  }

  /** Of the bin of this key from the pivot. */
  #distance(key: number, density: number): number {
    if (density !== this.#density) {
      this.#density = density;
      this.#middle = 2 / (1 + Math.exp(1 / density));
      this.#known.fill(Number.NaN);
    }
    const place = key & (REMEMBERED - 1);
    if (this.#known[place] !== key) {
      this.#known[place] = key;
      this.#distances[place] = Math.exp(key / density) * this.#middle;
    }
    return this.#distances[place]!;
  }

  /**
   * Share of the weight below x. Linear from the middle of the weight of one point to that of the next, beginning at 0 at the smallest
   * observation and ending at 1 at the largest: it rises strictly between them.
   * @param bin where x belongs
   */
  rank(x: number, bin: number): number {
    const state = this.#state;
    const min = state[this.#offset + MIN]!;
    const max = state[this.#offset + MAX]!;
    if (x < min) return 0;
    if (x > max) return 1;
    const block = bin >> BLOCK_SHIFT;
    let sum = 0;
    for (let i = 0; i < block; i++) sum += state[this.#sums + i]!;
    for (let i = block << BLOCK_SHIFT; i < bin; i++) sum += state[this.#bins + i]!;
    const weight = this.weight(bin);
    const isLeft = weight > 0 && this.value(bin) <= x;
    const left = isLeft ? bin : this.previous(bin);
    const right = weight > 0 && !isLeft ? bin : this.next(bin);
    const anyLeft = isLeft || left !== bin;
    const anyRight = right !== bin || (weight > 0 && !isLeft);
    const from = anyLeft ? (isLeft ? sum + weight / 2 : sum - this.weight(left) / 2) : 0;
    const to = anyRight ? sum + (isLeft ? weight : 0) + this.weight(right) / 2 : this.total;
    const low = anyLeft ? this.value(left) : min;
    const high = anyRight ? this.value(right) : max;
    const share = high > low ? Math.min(Math.max((x - low) / (high - low), 0), 1) : 0;
    return Math.min((from + share * (to - from)) / this.total, 1);
  }

  /** The x of this rank. */
  valueAt(rank: number): number {
    const state = this.#state;
    const target = rank * this.total;
    const i = this.locate(target);
    const value = this.value(i);
    const middle = this.before + this.weight(i) / 2;
    const isLeft = middle <= target;
    const j = isLeft ? this.next(i) : this.previous(i);
    const none = i === j;
    const other = none ? state[this.#offset + (isLeft ? MAX : MIN)]! : this.value(j);
    const reach = isLeft
      ? (none ? this.total : this.before + this.weight(i) + this.weight(j) / 2) - middle
      : middle - (none ? 0 : this.before - this.weight(j) / 2);
    const share = Math.min(Math.abs(target - middle) / reach, 1);
    return value + share * (other - value);
  }

  /** Value of the edge of a bin that is nearer to −∞. */
  lowerEdge(bin: number): number {
    this.#bound(bin);
    return this.#state[this.#offset + PIVOT]! + this.#from;
  }

  /** Value of the edge of a bin that is nearer to ∞. */
  upperEdge(bin: number): number {
    this.#bound(bin);
    return this.#state[this.#offset + PIVOT]! + this.#to;
  }

  /** Sets between which distances a bin lies, no wider than what was seen. */
  #bound(bin: number): void {
    const state = this.#state;
    const { zero, length } = this.#layout;
    const unit = state[this.#offset + UNIT]!;
    const pivot = state[this.#offset + PIVOT]!;
    const lowest = state[this.#offset + MIN]! - pivot;
    const highest = state[this.#offset + MAX]! - pivot;
    let inner = -unit;
    let outer = unit;
    if (bin !== zero) {
      const density = state[this.#offset + DENSITY]!;
      const key = state[this.#offset + LOW]! + Math.abs(bin - zero) - 1;
      inner = Math.max(Math.exp((key - 1) / density), unit);
      outer = bin === 0 || bin === length - 1 ? Number.POSITIVE_INFINITY : Math.exp(key / density);
    }
    this.#from = Math.min(Math.max(bin < zero ? -outer : inner, lowest), highest);
    this.#to = Math.max(Math.min(bin < zero ? -inner : outer, highest), lowest);
  }
}
