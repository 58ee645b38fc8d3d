import type { GroupGeometry } from './group-geometry.js';
import { TILE } from './tile-kernels.js';

/** Neighbouring entries of a batch (columns of a block, or runs) that are worked on together, tile by tile. */
export interface TileSegment {
  /** The first of them: the column plus `block · width`, or the run's group. */
  entry: number;
  entries: number;
  /** Values of each. Value i of entry e is at `at + e · step + i · stride`. */
  count: number;
  at: number;
  step: number;
  stride: number;
}

export interface TileVisitor {
  /** Before the tiles of a segment. The segment is the visitor's until the next call. */
  enter(segment: TileSegment): void;
  /** A tile of `rows × width` values (columns), or of `rows` runs of `width` values, the first of them at `at`. */
  visit(at: number, rows: number, width: number): void;
  leave?(segment: TileSegment): void;
}

/** Goes through the tiles of a batch, in the order of memory within an entry. */
export function eachTile(geometry: GroupGeometry, visitor: TileVisitor): void {
  if (geometry.kind === 'columns') eachTileOfColumns(geometry, visitor);
  else eachTileOfRuns(geometry, visitor);
}

function eachTileOfColumns({ blocks, rows, width }: GroupGeometry, visitor: TileVisitor): void {
  const segment: TileSegment = { entry: 0, entries: 0, count: rows, at: 0, step: 1, stride: width };
  const tall = Math.max(1, Math.floor(TILE / width));
  for (let block = 0; block < blocks; block++) {
    for (let c = 0; c < width; c += TILE) {
      segment.entry = block * width + c;
      segment.entries = Math.min(TILE, width - c);
      segment.at = block * rows * width + c;
      visitor.enter(segment);
      for (let i = 0; i < rows; i += tall)
        visitor.visit(segment.at + i * width, Math.min(tall, rows - i), segment.entries);
      visitor.leave?.(segment);
    }
  }
}

function eachTileOfRuns({ blocks, rows, width, length }: GroupGeometry, visitor: TileVisitor): void {
  const segment: TileSegment = { entry: 0, entries: 0, count: length, at: 0, step: length, stride: 1 };
  const many = Math.max(1, Math.floor(TILE / length));
  const wide = Math.min(TILE, length);
  for (let row = 0; row < blocks * rows; row++) {
    for (let r = 0; r < width; r += many) {
      segment.entry = Math.floor(row / rows) * width + r;
      segment.entries = Math.min(many, width - r);
      segment.at = (row * width + r) * length;
      visitor.enter(segment);
      // More than one tile only where a run is longer than that.
      for (let k = 0; k < length; k += wide) visitor.visit(segment.at + k, segment.entries, Math.min(wide, length - k));
      visitor.leave?.(segment);
    }
  }
}
