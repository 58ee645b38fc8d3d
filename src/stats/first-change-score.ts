/** 2·ln 2: turns bits into half a squared standard score. */
const PER_BIT = 1.3862943611198906;
const LARGEST_INTEGER = 2 ** 32 - 1;

/**
 * Size of the score of the first value that differs after `count` equal ones, when no scale exists yet.
 *
 * `√(2·ln 2·⌊log2(count + 1)⌋)`: a normal tail of about `1 / count`, which is what `count` equal values say about the chance of a
 * change. No unit; 0 for none, 1.18 for one, 4.5 for 1,000; held from 2³² on.
 */
export function firstChangeScore(count: number): number {
  return Math.sqrt(PER_BIT * (31 - Math.clz32(Math.min(count + 1, LARGEST_INTEGER))));
}
