// node scripts/wasm/build-kernels.mjs: compiles tile-kernels.ts and writes its bytes to src/backend/cpu/tile-kernels-wasm.ts.
// --check: fails where the written bytes are not those of the source.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import asc from 'assemblyscript/asc';

const source = new URL('tile-kernels.ts', import.meta.url);
const target = new URL('../../src/backend/cpu/tile-kernels-wasm.ts', import.meta.url);
const text = readFileSync(source, 'utf8');
const files = {};
const options = ['--enable', 'simd', '--runtime', 'stub', '--noAssert', '-O3', '--outFile', 'kernels.wasm'];
const { error, stderr } = await asc.main(['tile-kernels.ts', ...options], {
  readFile: (name) => (name === 'tile-kernels.ts' ? text : null),
  writeFile: (name, bytes) => {
    files[name] = bytes;
  },
});
if (error) {
  console.error(String(stderr), error.message);
  process.exit(1);
}
const bytes = files['kernels.wasm'];
const module = `// Written by scripts/wasm/build-kernels.mjs from scripts/wasm/tile-kernels.ts; do not edit.

/** Of the source, in hexadecimal. */
export const SOURCE_SHA256 = '${createHash('sha256').update(text).digest('hex')}';

/** A WebAssembly module with SIMD. */
// biome-ignore format: ${bytes.length} bytes
export const TILE_KERNELS: Uint8Array<ArrayBuffer> = Uint8Array.of(
${[...bytes]
  .join(',')
  .replace(/(.{1,125},)/g, '  $1\n')
  .trimEnd()}
);
`;
if (!process.argv.includes('--check')) writeFileSync(target, module);
else if (readFileSync(target, 'utf8') !== module) {
  console.error('src/backend/cpu/tile-kernels-wasm.ts is stale: node scripts/wasm/build-kernels.mjs');
  process.exit(1);
}
