import type { TensorType } from './tensor-types.js';

/** Methods for fields that are more than one number, or none. A method for one number takes a vector too, where `shape` is given. */
export type VectorMethod = (typeof VECTOR_METHODS)[number];

export const VECTOR_METHODS = ['rescale', 'per-image-standardization'] as const;

/** Every option that only such fields have, by name. */
export const VECTOR_OPTIONS = [
  'shape', 'dtype', 'channels', 'encoding', 'maskValue', 'scale', 'offset', 'mean', 'std',
] as const satisfies readonly (keyof VectorOptions)[]; // biome-ignore format: one line reads better

/** Options of fields that are more than one number; one that the method does not have is refused. */
export interface VectorOptions {
  /** Lengths of the axes, the last fastest: `[224, 224, 3]`; null, at most once, for any length: `[null, 6]`. */
  shape?: readonly (number | null)[];
  /** What the numbers are where they come as bytes, little-endian, and what an array may hold. @defaultValue `'float64'` */
  dtype?: TensorType;
  /** Which axis is that of the channels. @defaultValue `'last'` */
  channels?: 'last' | 'first';
  /** How arrays are written: as numbers, or as base64 of little-endian floats, four bytes each for small types. @defaultValue `'numbers'` */
  encoding?: 'numbers' | 'base64';
  /** z-score: a position all of whose channels have this value is padding. @defaultValue none */
  maskValue?: number;
  /** rescale: multiplied first. @defaultValue 1 */
  scale?: number;
  /** rescale: added then. @defaultValue 0 */
  offset?: number;
  /** rescale: subtracted then, for all channels or one each. @defaultValue 0 */
  mean?: number | readonly number[];
  /** rescale: divided by at last, for all channels or one each. @defaultValue 1 */
  std?: number | readonly number[];
}
