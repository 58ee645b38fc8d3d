/** Values of a tile: as many as stay in the caches beside the output, and enough that calling a kernel costs nothing beside its work. */
export const TILE = 4096;

/** Works on `rows × width` values in columns, or on `rows` runs of `width` values. */
export type TileKernel = (rows: number, width: number) => void;

/**
 * What is done to one tile of values, in float64, in arrays of the kernels' own.
 *
 * A tile is `rows × width` values: in *columns*, value `i · width + c` belongs to entry c of the other arrays; in *runs*, value
 * `r · width + i` belongs to entry r. All arithmetic is in a fixed order of additions, so that two implementations agree to the last
 * bit, and a float is the same as the double of its value.
 *
 * - `add`: adds `x − pivot` to `sum` and its square to `square`; runs in four sums of every fourth value
 * - `scale`: `(x − pivot) · scale + offset`, NaN where x is no observation
 */
export interface TileKernels {
  /** Where the tile is put, as doubles or as floats. */
  readonly tile: Readonly<Record<Width, Float64Array | Float32Array>>;
  /** Where the output is found. */
  readonly out: Readonly<Record<Width, Float64Array | Float32Array>>;
  readonly pivot: Float64Array;
  readonly scale: Float64Array;
  readonly offset: Float64Array;
  readonly sum: Float64Array;
  readonly square: Float64Array;
  readonly addColumns: Readonly<Record<Width, TileKernel>>;
  readonly addRuns: Readonly<Record<Width, TileKernel>>;
  /** By the width of the tile and that of the output. */
  readonly scaleColumns: Readonly<Record<Width, Readonly<Record<Width, TileKernel>>>>;
  readonly scaleRuns: Readonly<Record<Width, Readonly<Record<Width, TileKernel>>>>;
}

/** Of a number in bits. */
export type Width = 32 | 64;

export function widthOf(values: Float64Array | Float32Array): Width {
  return values instanceof Float32Array ? 32 : 64;
}
