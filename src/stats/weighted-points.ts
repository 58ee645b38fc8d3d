/**
 * Order statistics of values in ascending order, each with the weight of the observations that it stands for.
 *
 * An observation of weight u sits in the middle of its stretch of u on the axis of cumulative weight; between two neighbours the
 * quantile is linear. With weights of 1 that is numpy's and scikit-learn's `linear` quantile, p·(n − 1), to the last digit.
 */
export abstract class WeightedPoints {
  /** Weight before the point that `locate` found. */
  before = 0;
  /** The outermost points, and the cumulative weights of the quantiles 0 and 1. */
  #first = 0;
  #last = 0;
  #low = 0;
  #high = 0;

  abstract first(): number;
  abstract last(): number;
  /** The next point after i, `last()` after the last. */
  abstract next(i: number): number;
  /** The point before i, `first()` before the first. */
  abstract previous(i: number): number;
  abstract weight(i: number): number;
  abstract value(i: number): number;
  /** The point in whose stretch of the cumulative weight `target` lies. */
  abstract locate(target: number): number;
  /** `locate` for a target no smaller than the one before, in the same state. */
  protected abstract locateOn(target: number): number;
  abstract get total(): number;

  /** @param one weight of one observation: a heavier point stands for several of the same value */
  quantile(p: number, one: number): number {
    this.#meetEnds(one);
    const target = this.#low + p * (this.#high - this.#low);
    return this.#valueAround(this.locate(target), target, one);
  }

  /**
   * `quantile` of each of `ps`, which ascend, in one walk.
   * @param into as long as `ps`
   */
  quantiles(ps: Float64Array, one: number, into: Float64Array): void {
    this.#meetEnds(one);
    for (let k = 0; k < ps.length; k++) {
      const target = this.#low + ps[k]! * (this.#high - this.#low);
      into[k] = this.#valueAround(k === 0 ? this.locate(target) : this.locateOn(target), target, one);
    }
  }

  #meetEnds(one: number): void {
    this.#first = this.first();
    this.#last = this.last();
    this.#low = Math.min(one, this.weight(this.#first)) / 2;
    this.#high = this.total - Math.min(one, this.weight(this.#last)) / 2;
  }

  /** The quantile at the cumulative weight `target`, which `locate` found in the stretch of i. */
  #valueAround(i: number, target: number, one: number): number {
    const weight = this.weight(i);
    const margin = Math.min(one, weight) / 2;
    const start = this.before + margin;
    const end = this.before + weight - margin;
    const value = this.value(i);
    if (target < start && i !== this.#first) {
      const j = this.previous(i);
      return between(target, this.before - Math.min(one, this.weight(j)) / 2, this.value(j), start, value);
    }
    if (target > end && i !== this.#last) {
      const j = this.next(i);
      return between(target, end, value, this.before + weight + Math.min(one, this.weight(j)) / 2, this.value(j));
    }
    return value;
  }

  /** Median of the distance from `center`, met by walking outwards from it: O(points within). */
  medianDeviation(center: number, one: number): number {
    const first = this.first();
    const last = this.last();
    const target = this.total / 2;
    let above = this.locate(target);
    while (above !== first && this.value(above) >= center) above = this.previous(above);
    while (above !== last && this.value(above) < center) above = this.next(above);
    const anyAbove = this.value(above) >= center;
    const anyBelow = !anyAbove || above !== first;
    let below = anyAbove ? this.previous(above) : above;
    let up = anyAbove ? this.value(above) - center : Number.POSITIVE_INFINITY;
    let down = anyBelow ? center - this.value(below) : Number.POSITIVE_INFINITY;
    let sum = 0;
    let lastEnd = 0;
    let lastDistance = 0;
    while (up < Number.POSITIVE_INFINITY || down < Number.POSITIVE_INFINITY) {
      const distance = Math.min(up, down);
      const upwards = up <= down;
      const weight = this.weight(upwards ? above : below);
      const margin = Math.min(one, weight) / 2;
      const start = sum + margin;
      if (target <= start) return sum === 0 ? distance : between(target, lastEnd, lastDistance, start, distance);
      sum += weight;
      if (target <= sum - margin) return distance;
      lastEnd = sum - margin;
      lastDistance = distance;
      if (upwards) {
        const done = above === last;
        if (!done) above = this.next(above);
        up = done ? Number.POSITIVE_INFINITY : this.value(above) - center;
      } else {
        const done = below === first;
        if (!done) below = this.previous(below);
        down = done ? Number.POSITIVE_INFINITY : center - this.value(below);
      }
    }
    return lastDistance;
  }

  forEach(visit: (value: number, weight: number) => void): void {
    const last = this.last();
    for (let i = this.first(); ; i = this.next(i)) {
      visit(this.value(i), this.weight(i));
      if (i === last) return;
    }
  }
}

function between(x: number, x0: number, y0: number, x1: number, y1: number): number {
  return y0 + (y1 - y0) * ((x - x0) / (x1 - x0));
}
