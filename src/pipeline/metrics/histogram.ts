import { type Sample, toSampleValue } from './metric-snapshot.js';

/** Counts observations by size. Observing allocates nothing and costs one binary search. */
export class Histogram {
  readonly #bounds: Float64Array;
  readonly #counts: Float64Array;
  readonly #sum = new Float64Array(1);

  /** @param bounds upper bounds of the buckets, each included in its bucket, growing */
  constructor(bounds: Float64Array) {
    this.#bounds = bounds;
    this.#counts = new Float64Array(bounds.length + 1);
  }

  /** Counts `value` `times` over, in the metric's unit. NaN is no observation. */
  observe(value: number, times = 1): void {
    if (Number.isNaN(value) || !(times > 0)) return;
    const bounds = this.#bounds;
    let low = 0;
    let high = bounds.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (value <= bounds[middle]!) high = middle;
      else low = middle + 1;
    }
    this.#counts[low]! += times;
    this.#sum[0]! += value * times;
  }

  /** Observations so far. */
  get count(): number {
    let count = 0;
    for (const bucket of this.#counts) count += bucket;
    return count;
  }

  get sum(): number {
    return this.#sum[0]!;
  }

  /** @internal */
  sample(labels: readonly string[]): Sample {
    return { labels, counts: Array.from(this.#counts), sum: toSampleValue(this.sum) };
  }
}
