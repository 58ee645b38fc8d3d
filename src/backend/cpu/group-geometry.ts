import type { BatchLayout } from '../../batch/batch-layout.js';

/** Beyond so many values in a row of one group they are added as a run. */
const LONGEST_INTERLEAVED = 16;

/**
 * How the tiles of a batch are cut. Its memory is `blocks` blocks of `rows × width × length` values, and within a block:
 *
 * - `columns` (length 1): rows of `width` columns; column c belongs to group `block · groups + ⌊c / inner⌋`
 * - `runs` (rows repeated over the same `width` groups): `width` runs of `length` values a row; run r belongs to group
 *   `block · groups + r`
 */
export interface GroupGeometry {
  readonly kind: 'columns' | 'runs';
  readonly blocks: number;
  readonly rows: number;
  readonly width: number;
  readonly length: number;
}

/** The way in which the fewest loops are short. */
export function groupGeometry({ outer, rows, groups, inner }: BatchLayout): GroupGeometry {
  if (rows > 1 && inner <= LONGEST_INTERLEAVED)
    return { kind: 'columns', blocks: outer, rows, width: groups * inner, length: 1 };
  // Without rows the groups of all blocks follow each other.
  if (rows === 1) return { kind: 'runs', blocks: 1, rows, width: outer * groups, length: inner };
  return { kind: 'runs', blocks: outer, rows, width: groups, length: inner };
}
