import type { SparseVector } from '../vector-value.js';

/** Puts weights in the order of their indices, adding those of the same; used again for each document. */
export class SparseOutput {
  #order = new Float64Array(64);
  #indices = new Int32Array(64);
  #values = new Float64Array(64);

  /** Of the first `length`, those with an index below 0 left out. */
  of(indices: Int32Array, weights: Float64Array, length: number): SparseVector {
    if (this.#order.length < length) {
      this.#order = new Float64Array(2 * length);
      this.#indices = new Int32Array(2 * length);
      this.#values = new Float64Array(2 * length);
    }
    // An index and a place are one integer below 2^53: sorted without comparing objects.
    let count = 0;
    for (let k = 0; k < length; k++) if (indices[k]! >= 0) this.#order[count++] = indices[k]! * 0x200000 + k;
    const order = this.#order.subarray(0, count);
    if (count < 32) insertionSort(order);
    else order.sort();
    let size = 0;
    for (let k = 0; k < count; k++) {
      const place = order[k]! % 0x200000;
      const index = indices[place]!;
      if (size > 0 && this.#indices[size - 1] === index) {
        this.#values[size - 1]! += weights[place]!;
        continue;
      }
      this.#indices[size] = index;
      this.#values[size++] = weights[place]!;
    }
    return { indices: this.#indices.subarray(0, size), values: this.#values.subarray(0, size) };
  }
}

function insertionSort(order: Float64Array): void {
  for (let k = 1; k < order.length; k++) {
    const x = order[k]!;
    let j = k - 1;
    while (j >= 0 && order[j]! > x) {
      order[j + 1] = order[j]!;
      j--;
    }
    order[j + 1] = x;
  }
}
