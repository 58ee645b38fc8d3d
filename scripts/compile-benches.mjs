import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const folder = '.cache/compiled';

/**
 * Compiles every bench and what it measures, file by file as the package is, and answers where the program of a source lies. Not bundled:
 * a bundler makes `var` of every module's `const`, which V8 then reads anew each time and cannot fold.
 */
export async function compileBenches(root) {
  await build({
    absWorkingDir: fileURLToPath(root),
    entryPoints: ['src/**/*.ts', 'operators/**/*.ts', 'bench/**/*.ts', 'scripts/read-flags.mjs'],
    outbase: '.',
    outdir: folder,
    format: 'esm',
    loader: { '.mjs': 'copy' },
    logLevel: 'error',
  });
  return (source) => `${folder}/${source.replace(/\.ts$/, '.js')}`;
}
