// npm run bench:peers: other tools and this one at the same work, in turns, in one run. --help shows rows and flags.
import { ensureBuilt, ensureInstalled, run } from './ensure-installed.mjs';

const root = new URL('../', import.meta.url);
ensureInstalled(root);
if (!process.argv.some((flag) => ['--check', '--tables', '--help'].includes(flag))) ensureBuilt(root);
const { build } = await import('esbuild');
const outfile = '.cache/bench/peers.mjs';
await build({
  entryPoints: ['bench/peers/main.ts'],
  bundle: true,
  platform: 'node',
  format: 'esm',
  packages: 'external',
  outfile,
  logLevel: 'error',
});
run(process.execPath, ['--expose-gc', outfile, ...process.argv.slice(2)], root);
