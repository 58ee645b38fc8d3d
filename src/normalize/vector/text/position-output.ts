import type { SparseVector } from '../vector-value.js';

/** From so many on, sorting by insertion, whose steps are their square, is the slower way. */
const MANY = 48;
/** Above the places in one document: an index and a place are one integer below 2^53. */
const PLACES = 0x200000;

/** Weights by position, those of the same added: in the order of the positions, or dense; used again for each document. */
export class PositionOutput {
  #places = new Int32Array(64);
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
    if (this.#places.length < length) {
      this.#places = new Int32Array(2 * length);
      this.#indices = new Int32Array(2 * length);
      this.#values = new Float64Array(2 * length);
      this.#views = [];
    }
    const places = this.#places;
    const count = length < MANY ? insertInOrder(indices, length, places) : sortInOrder(indices, length, places);
    const toIndices = this.#indices;
    const toValues = this.#values;
    let size = 0;
    for (let k = 0; k < count; k++) {
      const place = places[k]!;
      const index = indices[place]!;
      if (size > 0 && toIndices[size - 1] === index) {
        toValues[size - 1]! += weights[place]!;
        continue;
      }
      toIndices[size] = index;
      toValues[size++] = weights[place]!;
    }
    let view = this.#views[size];
    view ??= this.#views[size] = { indices: toIndices.subarray(0, size), values: toValues.subarray(0, size) };
    return view;
  }
}

/** Writes the places of indices from 0 on in the order of index and place; answers how many. */
function insertInOrder(indices: Int32Array, length: number, places: Int32Array): number {
  let count = 0;
  for (let place = 0; place < length; place++) {
    const index = indices[place]!;
    if (index < 0) continue;
    let j = count++;
    while (j > 0 && indices[places[j - 1]!]! > index) {
      places[j] = places[j - 1]!;
      j--;
    }
    places[j] = place;
  }
  return count;
}

/** The same for many of them. */
function sortInOrder(indices: Int32Array, length: number, places: Int32Array): number {
  const order = new Float64Array(length);
  let count = 0;
  for (let place = 0; place < length; place++)
    if (indices[place]! >= 0) order[count++] = indices[place]! * PLACES + place;
  order.subarray(0, count).sort();
  for (let k = 0; k < count; k++) places[k] = order[k]! % PLACES;
  return count;
}
