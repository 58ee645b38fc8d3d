/** How the numbers of a field are stored where they come as bytes, little-endian, and what an array of them may hold. */
export type TensorType = 'uint8' | 'int8' | 'uint16' | 'int16' | 'uint32' | 'int32' | 'float32' | 'float64';

export type NumberArray =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array;

interface NumberArrayClass {
  new (length: number): NumberArray;
  new (buffer: ArrayBufferLike, offset: number, length: number): NumberArray;
  readonly BYTES_PER_ELEMENT: number;
}

/** The class of each. Every machine that runs Node or a browser is little-endian. */
export const TENSOR_TYPES: Readonly<Record<TensorType, NumberArrayClass>> = {
  uint8: Uint8Array,
  int8: Int8Array,
  uint16: Uint16Array,
  int16: Int16Array,
  uint32: Uint32Array,
  int32: Int32Array,
  float32: Float32Array,
  float64: Float64Array,
};

export function isInteger(type: TensorType): boolean {
  return type !== 'float32' && type !== 'float64';
}
