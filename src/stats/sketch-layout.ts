/** Whether the state holds points (0) or bins (1). */
export const MODE = 0;
/** Observations learnt. */
export const COUNT = 1;
/** Weight held. */
export const TOTAL = 2;
export const MIN = 3;
export const MAX = 4;
export const PIVOT = 5;
/** Distances from the pivot up to this are not told apart. */
export const UNIT = 6;
/** Bins per unit of the natural logarithm of the distance. */
export const DENSITY = 7;
/** Key of the bins next to the pivot. */
export const LOW = 8;
/** How often the bins were merged in pairs. */
export const LEVEL = 9;
/** Observations until the range is looked at again. */
export const DUE = 10;
/** Points held while there are no bins. */
export const POINTS = 11;
/** Largest distance that was not told apart from the pivot, since the range was last looked at. */
export const BLUR = 12;
/** Weight of one observation of now: 1 where weights do not grow. */
export const GROWTH = 13;
/** Event time that weighs 1, and the newest one, in ms. */
export const LANDMARK = 14;
export const NEWEST = 15;

const HEADER = 16;

/** Bins of one block are 2 to the power of this. */
export const BLOCK_SHIFT = 5;

/** Most points that are kept as they are; the bins' place holds their values, then their weights. */
export const POINT_CAPACITY = 32;

/** Below this share of an observation of now a faded weight is forgotten. */
export const NEGLIGIBLE = 2 ** -24;

/**
 * What is where in the state of a sketch: `[header, bins…, block sums…]`.
 *
 * Bins lie in ascending order of value: values below the range, `side` bins of negative distance from the pivot, the pivot's own,
 * `side` bins of positive distance, values above the range. Bin r of a side holds distances of (γ^(k − 1), γ^k], k = low + r − 1.
 */
export class SketchLayout {
  /** Bins on each side of the pivot. */
  readonly side: number;
  /** Index of the pivot's bin; bin r of a side is at `zero ± r`. */
  readonly zero: number;
  readonly length: number;
  readonly blocks: number;
  readonly bins = HEADER;
  readonly sums: number;
  readonly stride: number;

  constructor(maxBins: number) {
    this.side = (maxBins - 3) >> 1;
    this.zero = this.side + 1;
    this.length = 2 * this.side + 3;
    this.blocks = Math.ceil(this.length / (1 << BLOCK_SHIFT));
    this.sums = this.bins + this.length;
    this.stride = this.sums + this.blocks;
  }
}
