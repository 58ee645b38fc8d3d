import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const folder = '.cache/compiled';

/**
 * Compiles every bench and what it measures, file by file as the package is, and answers where the one wanted lies. Not bundled: a
 * bundler makes `var` of every module's `const`, which V8 then reads anew each time, and the hot paths take up to twice as long.
 */
export async function compileBenches(root, entry) {
  await build({
    absWorkingDir: fileURLToPath(root),
    entryPoints: ['src/**/*.ts', 'operators/**/*.ts', 'bench/**/*.ts', 'scripts/read-flags.mjs'],
    outbase: '.',
    outdir: folder,
    format: 'esm',
    loader: { '.mjs': 'copy' },
    logLevel: 'error',
  });
  return `${folder}/${entry.replace(/\.ts$/, '.js')}`;
}
