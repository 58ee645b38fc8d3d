import { build } from 'esbuild';

/** Bundles a program of ours for Node into `outfile`; packages stay outside. */
export async function bundle(entry, outfile, options = {}) {
  await build({
    entryPoints: [entry],
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    outfile,
    logLevel: 'error',
    ...options,
  });
}
