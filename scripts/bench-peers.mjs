// npm run bench:peers: other tools and this one at the same work, in turns, in one run. --help shows rows and flags.
import { ensureBuilt, ensureInstalled, run } from './ensure-installed.mjs';

const root = new URL('../', import.meta.url);
ensureInstalled(root);
if (!process.argv.some((flag) => ['--check', '--tables', '--help'].includes(flag))) ensureBuilt(root);
const { compileBenches } = await import('./compile-benches.mjs'); // once esbuild is installed
const programOf = await compileBenches(root);
const program = programOf('bench/peers/main.ts');
run(process.execPath, ['--expose-gc', program, ...process.argv.slice(2)], root);
