// npm run bench:service: what the live page weighs and costs, and how soon it is there. --help shows the flags.
import { ensureBuilt, ensureInstalled, run } from './ensure-installed.mjs';

const root = new URL('../', import.meta.url);
ensureInstalled(root);
ensureBuilt(root);
const { compileBenches } = await import('./compile-benches.mjs'); // once esbuild is installed
const programOf = await compileBenches(root);
const program = programOf('bench/service/main.ts');
run(process.execPath, [program, ...process.argv.slice(2)], root);
