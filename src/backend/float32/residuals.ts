import type { BatchLayout } from '../../batch/batch-layout.js';
import { groupsIn, valuesIn } from '../../batch/batch-layout.js';
import type { GroupMoments } from '../../batch/group-moments.js';
import { isObservation } from '../../stats/is-observation.js';
import type { BatchCoefficients, BatchJob } from '../backend.js';

/** The largest float32. */
const LARGEST = 3.4028234663852886e38;
/** Residuals whose largest is in this range are cast as they are: their squares and sums of squares fit a float32. */
const SMALLEST_PEAK = 2 ** -30;
const LARGEST_PEAK = 2 ** 30;
/** Standard deviations between pivot and mean beyond which the cast costs more digits than the result may lose. */
const FAR = 4;

/**
 * A micro-batch as a float32 device takes it: `(x − pivot) · unit`, taken in float64 and cast. `unit` is a power of two by group, 1 but
 * for residuals so large or so small that float32 could not square them. A missing value is NaN. The arrays are reused from job to job.
 */
export class Residuals {
  /** One for each value of the batch. */
  values: Float32Array = new Float32Array(0);
  /** By group: what was subtracted; the job's own pivots until `approach` has moved them. */
  pivots: Float64Array = new Float64Array(0);
  /** By group. */
  units: Float64Array = new Float64Array(0);
  /** Values of the batch that are no observations. */
  missing = 0;
  #job: BatchJob | null = null;
  #store = new Float32Array(0);
  #peaks = new Float64Array(0);

  /** O(values). Coefficients that are known beforehand move the pivot to their center, so that nothing is left to cancel. */
  pack(job: BatchJob): void {
    const { layout, pivots, scaling } = job;
    const length = valuesIn(layout);
    const groups = groupsIn(layout);
    this.#job = job;
    if (this.#store.length < length) this.#store = new Float32Array(length);
    this.values = this.#store.subarray(0, length);
    if (this.pivots.length !== groups) {
      this.pivots = new Float64Array(groups);
      this.units = new Float64Array(groups);
      this.#peaks = new Float64Array(groups);
    }
    this.pivots.set(pivots);
    if (scaling?.kind === 'given')
      for (let q = 0; q < groups; q++) {
        const center = pivots[q]! + scaling.coefficients.shift[q]!;
        if (isObservation(center)) this.pivots[q] = center;
      }
    this.#cast();
  }

  /** Forgets the job; the arrays stay for the next. */
  release(): void {
    this.#job = null;
  }

  /**
   * Takes the moments of the residuals, as the device found them, for where the values really are: packs again about the mean where the
   * pivot was far from it. False when no group was far, and the moments can be used.
   */
  approach(count: ArrayLike<number>, mean: ArrayLike<number>, m2: ArrayLike<number>): boolean {
    const { pivots, units } = this;
    let moved = false;
    for (let q = 0; q < pivots.length; q++) {
      if (Math.abs(mean[q]!) <= FAR * Math.sqrt(m2[q]! / count[q]!) || !(count[q]! > 0) || mean[q] === 0) continue;
      const nearer = pivots[q]! + mean[q]! / units[q]!;
      if (nearer === pivots[q] || !isObservation(nearer)) continue; // as near as a double can be
      pivots[q] = nearer;
      moved = true;
    }
    if (moved) this.#cast();
    return moved;
  }

  /**
   * Moments of the residuals, in the device's unit, as moments about `origin`, by default the job's pivots, in the unit of the values.
   * About `this.pivots` they lose no digit.
   */
  writeMoments(
    target: GroupMoments,
    count: ArrayLike<number>,
    mean: ArrayLike<number>,
    m2: ArrayLike<number>,
    origin: Float64Array = this.#job!.pivots,
  ): void {
    for (let q = 0; q < this.pivots.length; q++) {
      const unit = this.units[q]!;
      const some = count[q]! > 0;
      target.count[q] = count[q]!;
      target.shift[q] = some ? this.pivots[q]! - origin[q]! + mean[q]! / unit : 0;
      target.m2[q] = some ? m2[q]! / unit / unit : 0;
    }
  }

  /**
   * Coefficients in the device's unit, four float32 by group: shift, scale, offset, and 1, or 0 where the outputs are NaN.
   * `stride` 4 is a vector of the shading language.
   */
  writeCoefficients(target: Float32Array, { shift, scale, offset }: BatchCoefficients): void {
    const origin = this.#job!.pivots;
    for (let q = 0; q < this.pivots.length; q++) {
      const unit = this.units[q]!;
      const s = (shift[q]! - (this.pivots[q]! - origin[q]!)) * unit;
      const valid = !(Number.isNaN(s) || Number.isNaN(scale[q]!) || Number.isNaN(offset[q]!));
      target[q * 4] = valid ? bounded(s) : 0;
      target[q * 4 + 1] = valid ? bounded(scale[q]! / unit) : 0;
      target[q * 4 + 2] = valid ? bounded(offset[q]!) : 0;
      target[q * 4 + 3] = valid ? 1 : 0;
    }
  }

  #cast(): void {
    const { units } = this;
    units.fill(1);
    this.#castOnce();
    let again = false;
    for (let q = 0; q < units.length; q++) {
      const peak = this.#peaks[q]!;
      if (peak === 0 || (peak >= SMALLEST_PEAK && peak <= LARGEST_PEAK)) continue;
      units[q] = 2 ** -Math.max(-1000, Math.floor(Math.log2(peak)));
      again = true;
    }
    if (again) this.#castOnce();
  }

  #castOnce(): void {
    const job = this.#job!;
    this.#peaks.fill(0);
    this.missing = job.layout.inner === 1 ? this.#castColumns(job, job.layout) : this.#castBlocks(job, job.layout);
  }

  /** Each group has one value a row. */
  #castColumns({ values, mask }: BatchJob, { outer, rows, groups }: BatchLayout): number {
    const { values: target, pivots, units } = this;
    const peaks = this.#peaks;
    let missing = 0;
    let k = 0;
    for (let o = 0; o < outer; o++) {
      const first = o * groups;
      for (let row = 0; row < rows; row++) {
        for (let g = first; g < first + groups; g++, k++) {
          const x = values[k]!;
          if (!isObservation(x)) {
            target[k] = Number.NaN;
            missing++;
            continue;
          }
          const residual = (x - pivots[g]!) * units[g]!;
          const size = Math.abs(residual);
          if (size > peaks[g]! && (mask === undefined || mask[k] !== 0)) peaks[g] = size;
          target[k] = size <= LARGEST ? residual : bounded(residual);
        }
      }
    }
    return missing;
  }

  /** Each group has a stretch of values a row. */
  #castBlocks({ values, mask }: BatchJob, { outer, rows, groups, inner }: BatchLayout): number {
    const { values: target, pivots, units } = this;
    let missing = 0;
    let k = 0;
    for (let o = 0; o < outer; o++) {
      for (let row = 0; row < rows; row++) {
        for (let g = o * groups; g < (o + 1) * groups; g++) {
          const pivot = pivots[g]!;
          const unit = units[g]!;
          let peak = this.#peaks[g]!;
          for (const end = k + inner; k < end; k++) {
            const x = values[k]!;
            if (!isObservation(x)) {
              target[k] = Number.NaN;
              missing++;
              continue;
            }
            const residual = (x - pivot) * unit;
            const size = Math.abs(residual);
            if (size > peak && (mask === undefined || mask[k] !== 0)) peak = size;
            target[k] = size <= LARGEST ? residual : bounded(residual);
          }
          this.#peaks[g] = peak;
        }
      }
    }
    return missing;
  }
}

/** As near as a float32 comes without being infinite, which a shader need not understand. */
function bounded(x: number): number {
  return Math.min(LARGEST, Math.max(-LARGEST, x));
}
