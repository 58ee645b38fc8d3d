// AssemblyScript, compiled by build-kernels.mjs into src/backend/cpu/tile-kernels-wasm.ts.
//
// What PlainTileKernels does, two doubles at a time and in the same order of additions, so that the results are the same to the last
// bit. Each array is at a fixed place: CAPACITY doubles each, one behind the other.

const CAPACITY: usize = 4096;
const BYTES: usize = CAPACITY << 3;
const START: usize = 1024;
const TILE: usize = START;
const OUT: usize = START + BYTES;
const PIVOT: usize = START + 2 * BYTES;
const SCALE: usize = START + 3 * BYTES;
const OFFSET: usize = START + 4 * BYTES;
const SUM: usize = START + 5 * BYTES;
const SQUARE: usize = START + 6 * BYTES;

/** Where the arrays start, in bytes. */
export function start(): usize {
  return START;
}

/** Two values of the tile as doubles: T is what the tile holds. */
function pair<T>(at: usize): v128 {
  if (sizeof<T>() === 4) return f64x2.promote_low_f32x4(v128.load64_zero(at));
  return v128.load(at);
}

/** One value of the tile as a double. */
function one<T>(at: usize): f64 {
  if (sizeof<T>() === 4) return <f64>load<f32>(at);
  return load<f64>(at);
}

/** Adds residuals and their squares to SUM and SQUARE, by column. */
function addColumns<T>(rows: i32, width: i32): void {
  const size = sizeof<T>();
  const step = <usize>width * size;
  let c = 0;
  for (; c + 8 <= width; c += 8) {
    const at = (<usize>c) << 3;
    const p0 = v128.load(PIVOT + at);
    const p1 = v128.load(PIVOT + at, 16);
    const p2 = v128.load(PIVOT + at, 32);
    const p3 = v128.load(PIVOT + at, 48);
    let a0 = v128.load(SUM + at);
    let a1 = v128.load(SUM + at, 16);
    let a2 = v128.load(SUM + at, 32);
    let a3 = v128.load(SUM + at, 48);
    let b0 = v128.load(SQUARE + at);
    let b1 = v128.load(SQUARE + at, 16);
    let b2 = v128.load(SQUARE + at, 32);
    let b3 = v128.load(SQUARE + at, 48);
    let x = TILE + <usize>c * size;
    for (let i = 0; i < rows; i++) {
      const r0 = f64x2.sub(pair<T>(x), p0);
      const r1 = f64x2.sub(pair<T>(x + 2 * size), p1);
      const r2 = f64x2.sub(pair<T>(x + 4 * size), p2);
      const r3 = f64x2.sub(pair<T>(x + 6 * size), p3);
      a0 = f64x2.add(a0, r0);
      a1 = f64x2.add(a1, r1);
      a2 = f64x2.add(a2, r2);
      a3 = f64x2.add(a3, r3);
      b0 = f64x2.add(b0, f64x2.mul(r0, r0));
      b1 = f64x2.add(b1, f64x2.mul(r1, r1));
      b2 = f64x2.add(b2, f64x2.mul(r2, r2));
      b3 = f64x2.add(b3, f64x2.mul(r3, r3));
      x += step;
    }
    v128.store(SUM + at, a0);
    v128.store(SUM + at, a1, 16);
    v128.store(SUM + at, a2, 32);
    v128.store(SUM + at, a3, 48);
    v128.store(SQUARE + at, b0);
    v128.store(SQUARE + at, b1, 16);
    v128.store(SQUARE + at, b2, 32);
    v128.store(SQUARE + at, b3, 48);
  }
  for (; c + 2 <= width; c += 2) {
    const at = (<usize>c) << 3;
    const p = v128.load(PIVOT + at);
    let a = v128.load(SUM + at);
    let b = v128.load(SQUARE + at);
    let x = TILE + <usize>c * size;
    for (let i = 0; i < rows; i++) {
      const r = f64x2.sub(pair<T>(x), p);
      a = f64x2.add(a, r);
      b = f64x2.add(b, f64x2.mul(r, r));
      x += step;
    }
    v128.store(SUM + at, a);
    v128.store(SQUARE + at, b);
  }
  if (c < width) {
    const at = (<usize>c) << 3;
    const p = load<f64>(PIVOT + at);
    let a = load<f64>(SUM + at);
    let b = load<f64>(SQUARE + at);
    let x = TILE + <usize>c * size;
    for (let i = 0; i < rows; i++) {
      const r = one<T>(x) - p;
      a += r;
      b += r * r;
      x += step;
    }
    store<f64>(SUM + at, a);
    store<f64>(SQUARE + at, b);
  }
}

export function addColumns64(rows: i32, width: i32): void {
  addColumns<f64>(rows, width);
}
export function addColumns32(rows: i32, width: i32): void {
  addColumns<f32>(rows, width);
}

/** Adds residuals and their squares to SUM and SQUARE, by run: four sums of every fourth value, then together. */
function addRuns<T>(runs: i32, length: i32): void {
  const size = sizeof<T>();
  let x = TILE;
  for (let r = 0; r < runs; r++) {
    const at = (<usize>r) << 3;
    const pivot = load<f64>(PIVOT + at);
    const p = f64x2.splat(pivot);
    let a0 = f64x2.splat(0);
    let a1 = f64x2.splat(0);
    let b0 = f64x2.splat(0);
    let b1 = f64x2.splat(0);
    let i = 0;
    for (; i + 4 <= length; i += 4) {
      const r0 = f64x2.sub(pair<T>(x), p);
      const r1 = f64x2.sub(pair<T>(x + 2 * size), p);
      a0 = f64x2.add(a0, r0);
      a1 = f64x2.add(a1, r1);
      b0 = f64x2.add(b0, f64x2.mul(r0, r0));
      b1 = f64x2.add(b1, f64x2.mul(r1, r1));
      x += 4 * size;
    }
    const a = f64x2.add(a0, a1);
    const b = f64x2.add(b0, b1);
    let sum = f64x2.extract_lane(a, 0) + f64x2.extract_lane(a, 1);
    let square = f64x2.extract_lane(b, 0) + f64x2.extract_lane(b, 1);
    for (; i < length; i++) {
      const residual = one<T>(x) - pivot;
      sum += residual;
      square += residual * residual;
      x += size;
    }
    store<f64>(SUM + at, load<f64>(SUM + at) + sum);
    store<f64>(SQUARE + at, load<f64>(SQUARE + at) + square);
  }
}

export function addRuns64(runs: i32, length: i32): void {
  addRuns<f64>(runs, length);
}
export function addRuns32(runs: i32, length: i32): void {
  addRuns<f32>(runs, length);
}

/** Two outputs: NaN where the value is no observation. */
function scaled(x: v128, pivot: v128, scale: v128, offset: v128): v128 {
  const y = f64x2.add(f64x2.mul(f64x2.sub(x, pivot), scale), offset);
  return v128.bitselect(y, f64x2.splat(NaN), f64x2.le(f64x2.abs(x), f64x2.splat(1e150)));
}

/** One output. */
function scaledOne(x: f64, pivot: f64, scale: f64, offset: f64): f64 {
  return abs(x) <= 1e150 ? (x - pivot) * scale + offset : NaN;
}

/** Writes four outputs as U. */
function put<U>(at: usize, low: v128, high: v128): void {
  if (sizeof<U>() === 4)
    v128.store(at, v128.shuffle<f32>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 1, 4, 5));
  else {
    v128.store(at, low);
    v128.store(at, high, 16);
  }
}

/** Normalizes the tile, of T, into OUT, of U, by column. */
function scaleColumns<T, U>(rows: i32, width: i32): void {
  const step = <usize>width * sizeof<T>();
  const outStep = <usize>width * sizeof<U>();
  let c = 0;
  for (; c + 4 <= width; c += 4) {
    const at = (<usize>c) << 3;
    const p0 = v128.load(PIVOT + at);
    const p1 = v128.load(PIVOT + at, 16);
    const s0 = v128.load(SCALE + at);
    const s1 = v128.load(SCALE + at, 16);
    const o0 = v128.load(OFFSET + at);
    const o1 = v128.load(OFFSET + at, 16);
    let x = TILE + <usize>c * sizeof<T>();
    let y = OUT + <usize>c * sizeof<U>();
    for (let i = 0; i < rows; i++) {
      put<U>(y, scaled(pair<T>(x), p0, s0, o0), scaled(pair<T>(x + 2 * sizeof<T>()), p1, s1, o1));
      x += step;
      y += outStep;
    }
  }
  for (; c < width; c++) {
    const at = (<usize>c) << 3;
    const pivot = load<f64>(PIVOT + at);
    const scale = load<f64>(SCALE + at);
    const offset = load<f64>(OFFSET + at);
    let x = TILE + <usize>c * sizeof<T>();
    let y = OUT + <usize>c * sizeof<U>();
    for (let i = 0; i < rows; i++) {
      store<U>(y, <U>scaledOne(one<T>(x), pivot, scale, offset));
      x += step;
      y += outStep;
    }
  }
}

/** Normalizes the tile, of T, into OUT, of U, by run. */
function scaleRuns<T, U>(runs: i32, length: i32): void {
  let x = TILE;
  let y = OUT;
  for (let r = 0; r < runs; r++) {
    const at = (<usize>r) << 3;
    const pivot = load<f64>(PIVOT + at);
    const scale = load<f64>(SCALE + at);
    const offset = load<f64>(OFFSET + at);
    const p = f64x2.splat(pivot);
    const s = f64x2.splat(scale);
    const o = f64x2.splat(offset);
    let i = 0;
    for (; i + 4 <= length; i += 4) {
      put<U>(y, scaled(pair<T>(x), p, s, o), scaled(pair<T>(x + 2 * sizeof<T>()), p, s, o));
      x += 4 * sizeof<T>();
      y += 4 * sizeof<U>();
    }
    for (; i < length; i++) {
      store<U>(y, <U>scaledOne(one<T>(x), pivot, scale, offset));
      x += sizeof<T>();
      y += sizeof<U>();
    }
  }
}

// What the tile holds, and what is written.
export function scaleColumns64to64(rows: i32, width: i32): void {
  scaleColumns<f64, f64>(rows, width);
}
export function scaleColumns64to32(rows: i32, width: i32): void {
  scaleColumns<f64, f32>(rows, width);
}
export function scaleColumns32to64(rows: i32, width: i32): void {
  scaleColumns<f32, f64>(rows, width);
}
export function scaleColumns32to32(rows: i32, width: i32): void {
  scaleColumns<f32, f32>(rows, width);
}
export function scaleRuns64to64(runs: i32, length: i32): void {
  scaleRuns<f64, f64>(runs, length);
}
export function scaleRuns64to32(runs: i32, length: i32): void {
  scaleRuns<f64, f32>(runs, length);
}
export function scaleRuns32to64(runs: i32, length: i32): void {
  scaleRuns<f32, f64>(runs, length);
}
export function scaleRuns32to32(runs: i32, length: i32): void {
  scaleRuns<f32, f32>(runs, length);
}
