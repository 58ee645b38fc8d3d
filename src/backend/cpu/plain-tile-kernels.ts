import { isObservation } from '../../stats/is-observation.js';
import { TILE, type TileKernel, type TileKernels, type Width } from './tile-kernels.js';

/** The kernels in JavaScript: what the others are held to, and what is used where there is no SIMD. */
export class PlainTileKernels implements TileKernels {
  readonly #tile = new Float64Array(TILE);
  readonly #floats = new Float32Array(TILE);
  readonly #out64 = new Float64Array(TILE);
  readonly #out32 = new Float32Array(TILE);
  readonly tile: TileKernels['tile'] = { 32: this.#floats, 64: this.#tile };
  readonly out: TileKernels['out'] = { 32: this.#out32, 64: this.#out64 };
  readonly pivot: Float64Array = new Float64Array(TILE);
  readonly scale: Float64Array = new Float64Array(TILE);
  readonly offset: Float64Array = new Float64Array(TILE);
  readonly sum: Float64Array = new Float64Array(TILE);
  readonly square: Float64Array = new Float64Array(TILE);
  readonly addColumns: TileKernels['addColumns'] = this.#ofBoth((rows, width) => this.#addColumns(rows, width));
  readonly addRuns: TileKernels['addRuns'] = this.#ofBoth((runs, length) => this.#addRuns(runs, length));
  readonly scaleColumns: TileKernels['scaleColumns'] = this.#toBoth(
    (rows, width) => this.#scaleColumns32(rows, width),
    (rows, width) => this.#scaleColumns64(rows, width),
  );
  readonly scaleRuns: TileKernels['scaleRuns'] = this.#toBoth(
    (runs, length) => this.#scaleRuns32(runs, length),
    (runs, length) => this.#scaleRuns64(runs, length),
  );

  /** A kernel of doubles as one of floats too, which are widened first. */
  #ofBoth(kernel: TileKernel): Record<Width, TileKernel> {
    const widened: TileKernel = (rows, width) => {
      this.#tile.set(this.#floats.subarray(0, rows * width));
      kernel(rows, width);
    };
    return { 32: widened, 64: kernel };
  }

  #toBoth(narrow: TileKernel, wide: TileKernel): Record<Width, Record<Width, TileKernel>> {
    const [to32, to64] = [this.#ofBoth(narrow), this.#ofBoth(wide)];
    return { 32: { 32: to32[32], 64: to64[32] }, 64: { 32: to32[64], 64: to64[64] } };
  }

  #addColumns(rows: number, width: number): void {
    const { pivot, sum, square } = this;
    const tile = this.#tile;
    const end = rows * width;
    let c = 0;
    // Four at a time, for the additions of one column have to wait for each other.
    for (; c + 4 <= width; c += 4) {
      const p0 = pivot[c]!;
      const p1 = pivot[c + 1]!;
      const p2 = pivot[c + 2]!;
      const p3 = pivot[c + 3]!;
      let a0 = sum[c]!;
      let a1 = sum[c + 1]!;
      let a2 = sum[c + 2]!;
      let a3 = sum[c + 3]!;
      let b0 = square[c]!;
      let b1 = square[c + 1]!;
      let b2 = square[c + 2]!;
      let b3 = square[c + 3]!;
      for (let i = c; i < end; i += width) {
        const r0 = tile[i]! - p0;
        const r1 = tile[i + 1]! - p1;
        const r2 = tile[i + 2]! - p2;
        const r3 = tile[i + 3]! - p3;
        a0 += r0;
        a1 += r1;
        a2 += r2;
        a3 += r3;
        b0 += r0 * r0;
        b1 += r1 * r1;
        b2 += r2 * r2;
        b3 += r3 * r3;
      }
      sum[c] = a0;
      sum[c + 1] = a1;
      sum[c + 2] = a2;
      sum[c + 3] = a3;
      square[c] = b0;
      square[c + 1] = b1;
      square[c + 2] = b2;
      square[c + 3] = b3;
    }
    for (; c < width; c++) {
      const p = pivot[c]!;
      let a = sum[c]!;
      let b = square[c]!;
      for (let i = c; i < end; i += width) {
        const r = tile[i]! - p;
        a += r;
        b += r * r;
      }
      sum[c] = a;
      square[c] = b;
    }
  }

  #addRuns(runs: number, length: number): void {
    const { pivot, sum, square } = this;
    const tile = this.#tile;
    let at = 0;
    for (let r = 0; r < runs; r++) {
      const p = pivot[r]!;
      const end = at + length;
      let a0 = 0;
      let a1 = 0;
      let a2 = 0;
      let a3 = 0;
      let b0 = 0;
      let b1 = 0;
      let b2 = 0;
      let b3 = 0;
      for (; at + 4 <= end; at += 4) {
        const r0 = tile[at]! - p;
        const r1 = tile[at + 1]! - p;
        const r2 = tile[at + 2]! - p;
        const r3 = tile[at + 3]! - p;
        a0 += r0;
        a1 += r1;
        a2 += r2;
        a3 += r3;
        b0 += r0 * r0;
        b1 += r1 * r1;
        b2 += r2 * r2;
        b3 += r3 * r3;
      }
      let a = a0 + a2 + (a1 + a3);
      let b = b0 + b2 + (b1 + b3);
      for (; at < end; at++) {
        const residual = tile[at]! - p;
        a += residual;
        b += residual * residual;
      }
      sum[r] = sum[r]! + a;
      square[r] = square[r]! + b;
    }
  }

  // Doubles and floats apart, for an array that may be either is slow.
  #scaleColumns64(rows: number, width: number): void {
    const tile = this.#tile;
    const out64 = this.#out64;
    const end = rows * width;
    let c = 0;
    for (; c + 4 <= width; c += 4) {
      const p0 = this.pivot[c]!;
      const p1 = this.pivot[c + 1]!;
      const p2 = this.pivot[c + 2]!;
      const p3 = this.pivot[c + 3]!;
      const s0 = this.scale[c]!;
      const s1 = this.scale[c + 1]!;
      const s2 = this.scale[c + 2]!;
      const s3 = this.scale[c + 3]!;
      const o0 = this.offset[c]!;
      const o1 = this.offset[c + 1]!;
      const o2 = this.offset[c + 2]!;
      const o3 = this.offset[c + 3]!;
      for (let i = c; i < end; i += width) {
        const x0 = tile[i]!;
        const x1 = tile[i + 1]!;
        const x2 = tile[i + 2]!;
        const x3 = tile[i + 3]!;
        out64[i] = isObservation(x0) ? (x0 - p0) * s0 + o0 : Number.NaN;
        out64[i + 1] = isObservation(x1) ? (x1 - p1) * s1 + o1 : Number.NaN;
        out64[i + 2] = isObservation(x2) ? (x2 - p2) * s2 + o2 : Number.NaN;
        out64[i + 3] = isObservation(x3) ? (x3 - p3) * s3 + o3 : Number.NaN;
      }
    }
    for (; c < width; c++) {
      const pivot = this.pivot[c]!;
      const scale = this.scale[c]!;
      const offset = this.offset[c]!;
      for (let i = c; i < end; i += width) {
        const x = tile[i]!;
        out64[i] = isObservation(x) ? (x - pivot) * scale + offset : Number.NaN;
      }
    }
  }
  #scaleColumns32(rows: number, width: number): void {
    const tile = this.#tile;
    const out32 = this.#out32;
    const end = rows * width;
    let c = 0;
    for (; c + 4 <= width; c += 4) {
      const p0 = this.pivot[c]!;
      const p1 = this.pivot[c + 1]!;
      const p2 = this.pivot[c + 2]!;
      const p3 = this.pivot[c + 3]!;
      const s0 = this.scale[c]!;
      const s1 = this.scale[c + 1]!;
      const s2 = this.scale[c + 2]!;
      const s3 = this.scale[c + 3]!;
      const o0 = this.offset[c]!;
      const o1 = this.offset[c + 1]!;
      const o2 = this.offset[c + 2]!;
      const o3 = this.offset[c + 3]!;
      for (let i = c; i < end; i += width) {
        const x0 = tile[i]!;
        const x1 = tile[i + 1]!;
        const x2 = tile[i + 2]!;
        const x3 = tile[i + 3]!;
        out32[i] = isObservation(x0) ? (x0 - p0) * s0 + o0 : Number.NaN;
        out32[i + 1] = isObservation(x1) ? (x1 - p1) * s1 + o1 : Number.NaN;
        out32[i + 2] = isObservation(x2) ? (x2 - p2) * s2 + o2 : Number.NaN;
        out32[i + 3] = isObservation(x3) ? (x3 - p3) * s3 + o3 : Number.NaN;
      }
    }
    for (; c < width; c++) {
      const pivot = this.pivot[c]!;
      const scale = this.scale[c]!;
      const offset = this.offset[c]!;
      for (let i = c; i < end; i += width) {
        const x = tile[i]!;
        out32[i] = isObservation(x) ? (x - pivot) * scale + offset : Number.NaN;
      }
    }
  }
  #scaleRuns64(runs: number, length: number): void {
    const tile = this.#tile;
    const out64 = this.#out64;
    for (let r = 0; r < runs; r++) {
      const pivot = this.pivot[r]!;
      const scale = this.scale[r]!;
      const offset = this.offset[r]!;
      for (let i = r * length; i < (r + 1) * length; i++) {
        const x = tile[i]!;
        out64[i] = isObservation(x) ? (x - pivot) * scale + offset : Number.NaN;
      }
    }
  }
  #scaleRuns32(runs: number, length: number): void {
    const tile = this.#tile;
    const out32 = this.#out32;
    for (let r = 0; r < runs; r++) {
      const pivot = this.pivot[r]!;
      const scale = this.scale[r]!;
      const offset = this.offset[r]!;
      for (let i = r * length; i < (r + 1) * length; i++) {
        const x = tile[i]!;
        out32[i] = isObservation(x) ? (x - pivot) * scale + offset : Number.NaN;
      }
    }
  }
}
