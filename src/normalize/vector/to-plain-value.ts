import { NamedWeights } from './text/named-weights.js';
import type { MaskedIds, SparseVector, VectorValue } from './vector-value.js';

/** A value as a record holds it: arrays where it came as arrays, null in them for what is missing. */
export type PlainVector =
  | number
  | string
  | boolean
  | null
  | Numbers
  | SparseVector
  | MaskedIds
  | PlainArray
  | Record<string, number>;
export type PlainArray = readonly (number | null | PlainArray)[];
type Numbers = Float64Array | Float32Array | Int32Array;

/**
 * A copy that is the record's own: of an array a plain one, nested where `form` and `shape` say so, or one of numbers where it came
 * packed; terms as an object.
 */
export function toPlainValue(
  value: VectorValue,
  form: 'nested' | 'flat' | 'packed',
  shape: readonly number[] | undefined,
): PlainVector {
  if (typeof value !== 'object' || value === null)
    return typeof value === 'number' && !Number.isFinite(value) ? null : value;
  if (value instanceof NamedWeights) return Object.fromEntries(value);
  if (!ArrayBuffer.isView(value)) {
    if ('ids' in value) return { ids: value.ids.slice(), mask: value.mask.slice() };
    const { indices, values } = value as SparseVector;
    return { indices: indices.slice(), values: values.slice() };
  }
  const numbers = value as Numbers;
  if (form === 'packed') return numbers.slice();
  const flat = Array.from(numbers, (x) => (Number.isFinite(x) ? x : null));
  return form === 'nested' && shape !== undefined ? nest(flat, shape, 0, 0) : flat;
}

function nest(flat: readonly (number | null)[], shape: readonly number[], depth: number, from: number): PlainArray {
  const size = shape[depth]!;
  if (depth === shape.length - 1) return flat.slice(from, from + size);
  const inner = shape.slice(depth + 1).reduce((product, each) => product * each, 1);
  return Array.from({ length: size }, (_, i) => nest(flat, shape, depth + 1, from + i * inner));
}
