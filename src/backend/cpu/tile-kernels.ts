/** Values of a tile: as many as stay in the first cache beside the output. */
export const TILE = 4096;

/**
 * What is done to one tile of values, in float64, in arrays of the kernels' own.
 *
 * A tile is `rows × width` values: in *columns*, value `i · width + c` belongs to entry c of the other arrays; in *runs*, `width` values
 * in a row belong to the same entry. All arithmetic is in a fixed order of additions, so that two implementations agree to the last bit.
 */
export interface TileKernels {
  readonly tile: Float64Array;
  readonly pivot: Float64Array;
  readonly scale: Float64Array;
  readonly offset: Float64Array;
  /** Σ(x − pivot), by entry. */
  readonly sum: Float64Array;
  /** Σ(x − pivot)², by entry. */
  readonly square: Float64Array;
  /** What the scaling leaves, as doubles and as floats: the same memory. */
  readonly out64: Float64Array;
  readonly out32: Float32Array;
  /** Adds the tile to `sum` and `square`, column by column. */
  addColumns(rows: number, width: number): void;
  /** The same, run by run: in four sums of every fourth value. */
  addRuns(runs: number, length: number): void;
  /** `(x − pivot) · scale + offset`, NaN where x is no observation, by column. */
  scaleColumns64(rows: number, width: number): void;
  scaleColumns32(rows: number, width: number): void;
  /** The same by run. */
  scaleRuns64(runs: number, length: number): void;
  scaleRuns32(runs: number, length: number): void;
}
