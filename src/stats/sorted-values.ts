/**
 * Order statistics of values that lie sorted in an array, from `from` on.
 *
 * A view that is aimed before each use. Quantiles are linear at p·(count − 1), as numpy's and scikit-learn's. O(log count) but
 * for `forEach`; NaN of nothing.
 */
export class SortedValues {
  #array: Float64Array = new Float64Array(0);
  #from = 0;
  #count = 0;

  aim(array: Float64Array, from: number, count: number): this {
    this.#array = array;
    this.#from = from;
    this.#count = count;
    return this;
  }

  at(index: number): number {
    return this.#array[this.#from + index]!;
  }

  /** How many are below x. */
  below(x: number): number {
    const array = this.#array;
    const from = this.#from;
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (array[from + middle]! < x) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** How many are x or below. */
  upTo(x: number): number {
    const array = this.#array;
    const from = this.#from;
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (array[from + middle]! <= x) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  quantile(p: number): number {
    const last = this.#count - 1;
    if (last < 0 || Number.isNaN(p)) return Number.NaN;
    const place = Math.min(Math.max(p, 0), 1) * last;
    const index = Math.floor(place);
    const value = this.at(index);
    return place > index ? value + (place - index) * (this.at(index + 1) - value) : value;
  }

  rank(x: number): number {
    return (this.below(x) + this.upTo(x)) / 2 / this.#count;
  }

  position(x: number): number {
    const count = this.#count;
    if (count === 0 || Number.isNaN(x)) return Number.NaN;
    const below = this.below(x);
    if (below === count) return 1;
    const value = this.at(below);
    if (value > x) {
      if (below === 0) return 0;
      const previous = this.at(below - 1);
      return (below - 1 + (x - previous) / (value - previous)) / (count - 1);
    }
    return count === 1 ? 0.5 : (below + this.upTo(x) - 1) / 2 / (count - 1);
  }

  medianDeviation(): number {
    const count = this.#count;
    if (count === 0) return Number.NaN;
    const median = this.quantile(0.5);
    const half = (count + 1) >>> 1;
    const deviation = this.#deviation(half, median);
    return count % 2 === 1 ? deviation : (deviation + this.#deviation(half + 1, median)) / 2;
  }

  forEach(visit: (value: number, weight: number) => void): void {
    for (let i = 0; i < this.#count; i++) visit(this.at(i), 1);
  }

  /** The k-th smallest distance from `center`: the k nearest values are neighbours, so that only where they begin is sought. */
  #deviation(k: number, center: number): number {
    let low = 0;
    let high = this.#count - k;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (center - this.at(middle) > this.at(middle + k) - center) low = middle + 1;
      else high = middle;
    }
    return Math.max(center - this.at(low), this.at(low + k - 1) - center);
  }
}
