import type { NumberArray } from '../../src/normalize/vector/tensor-types.js';
import type { PlainArray } from '../../src/normalize/vector/to-plain-value.js';

/** An array of numbers as it may come: plain, flat or nested; typed; base64 of its bytes; with a mask of what is there. */
export type VectorInput =
  | PlainArray
  | NumberArray
  | string
  | { readonly values: PlainArray | NumberArray | string; readonly mask?: readonly unknown[] | Uint8Array };

/** Plain arrays where the value came as such, else typed ones. */
export type VectorOutput = PlainArray | Float32Array | Float64Array;
