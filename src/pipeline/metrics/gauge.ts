import { type Sample, toSampleValue } from './metric-snapshot.js';

/** A value that rises and falls: set, or read when metrics are collected. Setting allocates nothing. */
export class Gauge {
  readonly #value = new Float64Array(1);
  #read: (() => number) | undefined;

  /** Any number; NaN is shown as such. */
  set(value: number): void {
    this.#value[0] = value;
  }

  add(amount: number): void {
    this.#value[0]! += amount;
  }

  /** From now on the value is what `read` says at each collection; a `read` that throws is shown as NaN. */
  read(read: () => number): void {
    this.#read = read;
  }

  get value(): number {
    if (this.#read === undefined) return this.#value[0]!;
    try {
      return this.#read();
    } catch {
      return Number.NaN; // one gauge's fault must not take all metrics from the operator
    }
  }

  /** @internal */
  sample(labels: readonly string[]): Sample {
    return { labels, value: toSampleValue(this.value) };
  }
}
