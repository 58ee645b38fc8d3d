import { type Sample, toSampleValue } from './metric-snapshot.js';

/** Counts what only grows. Counting allocates nothing. */
export class Counter {
  readonly #total = new Float64Array(1);

  /** Adds `amount` ≥ 0; what is negative or NaN would break every rate made of it and is not added. */
  add(amount = 1): void {
    if (amount > 0) this.#total[0]! += amount;
  }

  get value(): number {
    return this.#total[0]!;
  }

  /** @internal */
  sample(labels: readonly string[]): Sample {
    return { labels, value: toSampleValue(this.value) };
  }
}
