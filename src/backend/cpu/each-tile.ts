import type { GroupGeometry } from './group-geometry.js';
import { TILE } from './tile-kernels.js';

/**
 * Calls `visit` for each tile of a batch, in the order of memory within a group.
 * @param visit gets where the tile starts, its `rows × width` (columns) or `runs × length` (runs), and the first entry: the column of
 * the block plus `block · width`, or the run's group
 */
export function eachTile(
  { kind, blocks, rows, width, length }: GroupGeometry,
  visit: (at: number, count: number, width: number, entry: number) => void,
): void {
  const row = width * length;
  for (let block = 0; block < blocks; block++) {
    const start = block * rows * row;
    const entry = block * width;
    if (kind === 'columns') {
      const tall = Math.max(1, Math.floor(TILE / width));
      for (let c = 0; c < width; c += TILE) {
        const wide = Math.min(TILE, width - c);
        for (let i = 0; i < rows; i += tall) visit(start + i * row + c, Math.min(tall, rows - i), wide, entry + c);
      }
    } else if (length > TILE) {
      for (let i = 0; i < rows; i++)
        for (let r = 0; r < width; r++)
          for (let k = 0; k < length; k += TILE)
            visit(start + i * row + r * length + k, 1, Math.min(TILE, length - k), entry + r);
    } else {
      const many = Math.floor(TILE / length);
      for (let i = 0; i < rows; i++)
        for (let r = 0; r < width; r += many)
          visit(start + i * row + r * length, Math.min(many, width - r), length, entry + r);
    }
  }
}
