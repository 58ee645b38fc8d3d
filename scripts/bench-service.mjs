// npm run bench:service: what the live page weighs and costs, and how soon it is there. --help shows the flags.
import { ensureBuilt, ensureInstalled, run } from './ensure-installed.mjs';

const root = new URL('../', import.meta.url);
ensureInstalled(root);
ensureBuilt(root);
const { build } = await import('esbuild');
const outfile = '.cache/bench/service.mjs';
await build({
  entryPoints: ['bench/service/main.ts'],
  bundle: true,
  platform: 'node',
  format: 'esm',
  packages: 'external',
  outfile,
  logLevel: 'error',
});
run(process.execPath, [outfile, ...process.argv.slice(2)], root);
