import type { SparseVector } from '../vector-value.js';

/** From so many on, sorting by insertion, whose steps are their square, is the slower way. */
const MANY = 48;
/** More than the places in one document: an index and a place are one integer below 2^53, in the order of index and place. */
const PLACES = 0x200000;

/** Weights by position, those of the same added: in the order of the positions, or dense; used again for each document. */
export class PositionOutput {
  #keys = new Float64Array(64);
  #indices = new Int32Array(64);
  #values = new Float64Array(64);
  /** Outputs by how many they have, for making a view costs more than filling it. */
  #views: (SparseVector | undefined)[] = [];
  readonly #dense: Float64Array | undefined;

  /** @param positions of a dense output; absent: it is sparse */
  constructor(positions?: number) {
    this.#dense = positions === undefined ? undefined : new Float64Array(positions);
  }

  /** Of the first `length`, those with an index below 0 left out. */
  of(indices: Int32Array, weights: Float64Array, length: number): SparseVector | Float64Array {
    const sparse = this.#sparseOf(indices, weights, length);
    const dense = this.#dense;
    if (dense === undefined) return sparse;
    dense.fill(0);
    for (let k = 0; k < sparse.indices.length; k++) dense[sparse.indices[k]!] = sparse.values[k]!;
    return dense;
  }

  #sparseOf(indices: Int32Array, weights: Float64Array, length: number): SparseVector {
    if (this.#keys.length < length) {
      this.#keys = new Float64Array(2 * length);
      this.#indices = new Int32Array(2 * length);
      this.#values = new Float64Array(2 * length);
      this.#views = [];
    }
    const keys = this.#keys;
    const count = length < MANY ? insertInOrder(indices, length, keys) : sortInOrder(indices, length, keys);
    const toIndices = this.#indices;
    const toValues = this.#values;
    let size = 0;
    let last = -1;
    for (let k = 0; k < count; k++) {
      const key = keys[k]!;
      const index = Math.floor(key / PLACES);
      const weight = weights[key - index * PLACES]!;
      if (index === last) {
        toValues[size - 1]! += weight;
        continue;
      }
      last = index;
      toIndices[size] = index;
      toValues[size++] = weight;
    }
    let view = this.#views[size];
    view ??= this.#views[size] = { indices: toIndices.subarray(0, size), values: toValues.subarray(0, size) };
    return view;
  }
}

/** Writes the keys of indices from 0 on in order; answers how many. */
function insertInOrder(indices: Int32Array, length: number, keys: Float64Array): number {
  let count = 0;
  for (let place = 0; place < length; place++) {
    const index = indices[place]!;
    if (index < 0) continue;
    const key = index * PLACES + place;
    let j = count++;
    while (j > 0 && keys[j - 1]! > key) {
      keys[j] = keys[j - 1]!;
      j--;
    }
    keys[j] = key;
  }
  return count;
}

/** The same for many of them. */
function sortInOrder(indices: Int32Array, length: number, keys: Float64Array): number {
  let count = 0;
  for (let place = 0; place < length; place++)
    if (indices[place]! >= 0) keys[count++] = indices[place]! * PLACES + place;
  keys.subarray(0, count).sort();
  return count;
}
