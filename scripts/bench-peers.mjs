// npm run bench:peers: other tools and this one at the same work, in turns, in one run. --help shows rows and flags.
import { ensureBuilt, ensureInstalled, run } from './ensure-installed.mjs';

const root = new URL('../', import.meta.url);
ensureInstalled(root);
if (!process.argv.some((flag) => ['--check', '--tables', '--help'].includes(flag))) ensureBuilt(root);
const { bundle } = await import('./bundle.mjs'); // once esbuild is installed
const outfile = '.cache/bench/peers.mjs';
await bundle('bench/peers/main.ts', outfile);
run(process.execPath, ['--expose-gc', outfile, ...process.argv.slice(2)], root);
