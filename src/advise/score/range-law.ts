import type { OutputLaw } from './output-law.js';

const BINS = 16;
/** Values that the first guess, all bins alike, is worth. */
const PRIOR = 8;
/** How far out a value beyond the range may be expected, in widths of the range. */
const BEYOND = 0.1;

/**
 * Scores within a range: a histogram of sixteen bins, believed flat at first, and beyond either end an exponential tail with the chance
 * that after n values the next is a new record, 1 / (n + 2).
 */
export class RangeLaw implements OutputLaw {
  readonly #low: number;
  readonly #high: number;
  readonly #counts = new Float64Array(BINS).fill(PRIOR / BINS);
  #total = PRIOR;
  #seen = 0;
  #middle = Number.NaN;

  constructor([low, high]: readonly [number, number]) {
    this.#low = low;
    this.#high = high;
  }

  cell(low: number, high: number): number {
    this.#middle = (low + high) / 2;
    return this.#below(high) - this.#below(low);
  }

  learn(): void {
    this.#seen++;
    const bin = Math.floor(((this.#middle - this.#low) / (this.#high - this.#low)) * BINS);
    // The largest value lies at the end of the last bin.
    const inside = this.#middle === this.#high ? BINS - 1 : bin;
    if (!(inside >= 0 && inside < BINS)) return;
    this.#counts[inside]! += 1;
    this.#total += 1;
  }

  promised(z: number): number {
    return Math.min(Math.max((z - this.#low) / (this.#high - this.#low), 0), 1);
  }

  #below(z: number): number {
    const outside = 1 / (this.#seen + 2);
    const place = (z - this.#low) / (this.#high - this.#low);
    if (place < 0) return outside * Math.exp(place / BEYOND);
    if (place >= 1) return 1 - outside * Math.exp((1 - place) / BEYOND);
    const bin = Math.floor(place * BINS);
    let sum = this.#counts[bin]! * (place * BINS - bin);
    for (let k = 0; k < bin; k++) sum += this.#counts[k]!;
    return outside + (1 - 2 * outside) * (sum / this.#total);
  }
}
