import { TILE, type TileKernel, type TileKernels, type Width } from './tile-kernels.js';
import { TILE_KERNELS } from './tile-kernels-wasm.js';

/** What of WebAssembly is used: neither browsers' nor Node's types are there in every build. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  Instance: new (module: object) => { readonly exports: KernelExports };
  validate(bytes: Uint8Array<ArrayBuffer>): boolean;
};
type KernelName = `${'addColumns' | 'addRuns'}${Width}` | `${'scaleColumns' | 'scaleRuns'}${Width}to${Width}`;
interface KernelExports extends Readonly<Record<KernelName, TileKernel>> {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  start(): number;
}

const PAGE = 65_536;
/** Of TILE doubles each, in the order of the source. */
const ARRAYS = ['tile', 'out', 'pivot', 'scale', 'offset', 'sum', 'square'] as const;

/**
 * The kernels in WebAssembly with SIMD; undefined where the engine has none.
 * Moments and normalization of 65,536 × 8 floats take 0.6 of the time of the plain kernels.
 */
export function simdTileKernels(): TileKernels | undefined {
  if (typeof WebAssembly === 'undefined' || !WebAssembly.validate(TILE_KERNELS)) return undefined;
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(TILE_KERNELS));
  const { memory } = exports;
  const start = exports.start();
  memory.grow(Math.max(0, Math.ceil((start + ARRAYS.length * TILE * 8 - memory.buffer.byteLength) / PAGE)));
  const arrays = Object.fromEntries(
    ARRAYS.map((name, i) => [name, new Float64Array(memory.buffer, start + i * TILE * 8, TILE)]),
  ) as Record<(typeof ARRAYS)[number], Float64Array>;
  const asFloats = ({ byteOffset }: Float64Array) => new Float32Array(memory.buffer, byteOffset, TILE);
  const both = (name: 'scaleColumns' | 'scaleRuns', width: Width) => ({
    32: exports[`${name}${width}to32`],
    64: exports[`${name}${width}to64`],
  });
  const { tile, out, pivot, scale, offset, sum, square } = arrays;
  return {
    tile: { 32: asFloats(tile), 64: tile },
    out: { 32: asFloats(out), 64: out },
    pivot,
    scale,
    offset,
    sum,
    square,
    addColumns: { 32: exports.addColumns32, 64: exports.addColumns64 },
    addRuns: { 32: exports.addRuns32, 64: exports.addRuns64 },
    scaleColumns: { 32: both('scaleColumns', 32), 64: both('scaleColumns', 64) },
    scaleRuns: { 32: both('scaleRuns', 32), 64: both('scaleRuns', 64) },
  };
}
