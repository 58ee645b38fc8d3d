import { isObservation } from '../../stats/is-observation.js';
import type { BatchArray, BatchCoefficients, BatchJob } from '../backend.js';
import { eachTile } from './each-tile.js';
import { groupGeometry } from './group-geometry.js';
import { type TileKernels, widthOf } from './tile-kernels.js';

/**
 * Writes `((x − pivot − shift) · scale + offset) · γ + β` to `out`, which may be the array of the values. The shift becomes a part of
 * the offset, since it is small beside the scale: |shift · scale| ≤ √n for a pivot out of the batch.
 */
export function normalizeBatch(
  kernels: TileKernels,
  job: BatchJob,
  { shift, scale, offset }: BatchCoefficients,
  out: BatchArray,
): void {
  const { layout, values, pivots, gamma, beta } = job;
  const { channels, channelInner } = layout;
  const geometry = groupGeometry(layout);
  const isColumns = geometry.kind === 'columns';
  const fold = isColumns ? layout.inner : 1;
  const affine = gamma !== undefined || beta !== undefined;
  // Where an entry is of one channel, γ and β are part of its scale and offset.
  const isFolded =
    affine && (isColumns ? geometry.width % (channels * channelInner) === 0 : channelInner % geometry.length === 0);
  const tile = kernels.tile[widthOf(values)];
  const result = kernels.out[widthOf(out)];
  const scaleTile = (isColumns ? kernels.scaleColumns : kernels.scaleRuns)[widthOf(values)][widthOf(out)];
  const isFillingIn = job.missing === 'center';

  eachTile(geometry, {
    enter: ({ entry, entries, at, step }) => {
      for (let e = 0; e < entries; e++) {
        const group = fold === 1 ? entry + e : Math.floor((entry + e) / fold);
        const channel = isFolded ? Math.floor((at + e * step) / channelInner) % channels : 0;
        const g = isFolded && gamma !== undefined ? gamma[channel]! : 1;
        const b = isFolded && beta !== undefined ? beta[channel]! : 0;
        kernels.pivot[e] = pivots[group]!;
        kernels.scale[e] = scale[group]! * g;
        kernels.offset[e] = (offset[group]! - shift[group]! * scale[group]!) * g + b;
      }
    },
    visit: (at, rows, width) => {
      const length = rows * width;
      tile.set(values.subarray(at, at + length));
      scaleTile(rows, width);
      if (affine && !isFolded) applyChannels(job, result, at, length);
      if (isFillingIn) fillIn(kernels, tile, job, result, at, rows, width, isColumns);
      out.set(result.subarray(0, length), at);
    },
  });
}

/** γ and β of each value of a tile of which entries are of several channels. */
function applyChannels({ layout, gamma, beta }: BatchJob, result: BatchArray, at: number, length: number): void {
  const { channels, channelInner } = layout;
  for (let i = 0; i < length; i++) {
    const channel = Math.floor((at + i) / channelInner) % channels;
    result[i] = result[i]! * (gamma === undefined ? 1 : gamma[channel]!) + (beta === undefined ? 0 : beta[channel]!);
  }
}

/** β in the place of what is missing; groups of which nothing is known keep their NaN. */
function fillIn(
  { scale, offset }: TileKernels,
  tile: BatchArray,
  { layout, beta }: BatchJob,
  result: BatchArray,
  at: number,
  rows: number,
  width: number,
  isColumns: boolean,
): void {
  const { channels, channelInner } = layout;
  for (let i = 0; i < rows * width; i++) {
    if (isObservation(tile[i]!)) continue;
    const entry = isColumns ? i % width : Math.floor(i / width);
    const isKnown = !Number.isNaN(scale[entry]! + offset[entry]!);
    const channel = Math.floor((at + i) / channelInner) % channels;
    if (isKnown) result[i] = beta === undefined ? 0 : beta[channel]!;
  }
}
