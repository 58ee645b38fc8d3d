// npm run bench:service: what the live page weighs and costs, and how soon it is there. --help shows the flags.
import { ensureBuilt, ensureInstalled, run } from './ensure-installed.mjs';

const root = new URL('../', import.meta.url);
ensureInstalled(root);
ensureBuilt(root);
const { bundle } = await import('./bundle.mjs'); // once esbuild is installed
const outfile = '.cache/bench/service.mjs';
await bundle('bench/service/main.ts', outfile);
run(process.execPath, [outfile, ...process.argv.slice(2)], root);
