import { POINT_CAPACITY, POINTS, type SketchLayout, TOTAL } from './sketch-layout.js';
import { WeightedPoints } from './weighted-points.js';

/** The first distinct values of a sketch, kept as they are where its bins will be: `[values…, weights…]`. Answers are exact. */
export class ExactPoints extends WeightedPoints {
  readonly #bins: number;
  #state: Float64Array = new Float64Array(0);
  #offset = 0;
  #values = 0;
  #weights = 0;

  constructor(layout: SketchLayout) {
    super();
    this.#bins = layout.bins;
  }

  aim(state: Float64Array, offset: number): this {
    this.#state = state;
    this.#offset = offset;
    this.#values = offset + this.#bins;
    this.#weights = this.#values + POINT_CAPACITY;
    return this;
  }

  get length(): number {
    return this.#state[this.#offset + POINTS]!;
  }
  get total(): number {
    return this.#state[this.#offset + TOTAL]!;
  }
  first(): number {
    return 0;
  }
  last(): number {
    return this.length - 1;
  }
  next(i: number): number {
    return Math.min(i + 1, this.length - 1);
  }
  previous(i: number): number {
    return Math.max(i - 1, 0);
  }
  value(i: number): number {
    return this.#state[this.#values + i]!;
  }
  weight(i: number): number {
    return this.#state[this.#weights + i]!;
  }

  locate(target: number): number {
    const last = this.last();
    let sum = 0;
    let i = 0;
    for (; i < last && sum + this.weight(i) <= target; i++) sum += this.weight(i);
    this.before = sum;
    return i;
  }

  protected locateOn(target: number): number {
    return this.locate(target);
  }

  /** Adds a value; false when it is a new one and there is no room. */
  insert(x: number, weight: number): boolean {
    const state = this.#state;
    const { length } = this;
    const i = this.#below(x);
    if (i < length && this.value(i) === x) {
      state[this.#weights + i]! += weight;
      return true;
    }
    if (length === POINT_CAPACITY) return false;
    state.copyWithin(this.#values + i + 1, this.#values + i, this.#values + length);
    state.copyWithin(this.#weights + i + 1, this.#weights + i, this.#weights + length);
    state[this.#values + i] = x;
    state[this.#weights + i] = weight;
    state[this.#offset + POINTS] = length + 1;
    return true;
  }

  /** Multiplies all weights. */
  rescale(factor: number): void {
    const { length } = this;
    for (let i = 0; i < length; i++) this.#state[this.#weights + i]! *= factor;
    this.#state[this.#offset + TOTAL]! *= factor;
  }

  /** Forgets the points that weigh less than `least`. */
  prune(least: number): void {
    const state = this.#state;
    const { length } = this;
    let kept = 0;
    let total = 0;
    for (let i = 0; i < length; i++) {
      const weight = this.weight(i);
      if (weight < least) continue;
      state[this.#values + kept] = this.value(i);
      state[this.#weights + kept++] = weight;
      total += weight;
    }
    state.fill(0, this.#values + kept, this.#values + length);
    state.fill(0, this.#weights + kept, this.#weights + length);
    state[this.#offset + POINTS] = kept;
    state[this.#offset + TOTAL] = total;
  }

  rank(x: number): number {
    const i = this.#below(x);
    let sum = 0;
    for (let j = 0; j < i; j++) sum += this.weight(j);
    const at = i < this.length && this.value(i) === x ? this.weight(i) : 0;
    return (sum + at / 2) / this.total;
  }

  position(x: number, one: number): number {
    const { length } = this;
    const i = this.#below(x);
    if (i === length) return 1;
    if (i === 0 && x < this.value(0)) return 0;
    let sum = 0;
    for (let j = 0; j < i; j++) sum += this.weight(j);
    const weight = this.weight(i);
    const low = Math.min(one, this.weight(0)) / 2;
    const span = this.total - Math.min(one, this.weight(length - 1)) / 2 - low;
    if (this.value(i) === x) return span > 0 ? (sum + weight / 2 - low) / span : 0.5;
    const end = sum - Math.min(one, this.weight(i - 1)) / 2;
    const start = sum + Math.min(one, weight) / 2;
    const left = this.value(i - 1);
    return (end + ((x - left) / (this.value(i) - left)) * (start - end) - low) / span;
  }

  #below(x: number): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.value(middle) < x) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
