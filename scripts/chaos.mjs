// npm run chaos [-- --only F1,F4 --scale 0.1 --seed 7 --logs FOLDER --list]: the engine under faults, on real brokers, against its oracle.
import { ensureBuilt, ensureInstalled, run } from './ensure-installed.mjs';

const root = new URL('../', import.meta.url);
ensureInstalled(root);
ensureBuilt(root);
const { build } = await import('esbuild'); // once it is installed
// Two folders deep, as the sources are: they find the repository from where they are.
const outfile = '.cache/chaos/main.mjs';
await build({
  entryPoints: ['test/chaos/main.ts'],
  bundle: true,
  platform: 'node',
  format: 'esm',
  packages: 'external',
  external: ['*/scripts/kafka/broker.mjs'],
  outfile,
  logLevel: 'error',
});
run(process.execPath, [outfile, ...process.argv.slice(2)], root);
