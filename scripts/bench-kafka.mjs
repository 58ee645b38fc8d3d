// npm run bench:kafka: this engine, Kafka Streams and plain kafkajs at the same work on one broker in one run. --help shows the flags.
import { ensureBuilt, ensureInstalled, run } from './ensure-installed.mjs';

const root = new URL('../', import.meta.url);
ensureInstalled(root);
ensureBuilt(root);
const { build } = await import('esbuild');
const outfile = '.cache/bench/kafka.mjs';
await build({
  entryPoints: ['bench/kafka/main.ts'],
  bundle: true,
  platform: 'node',
  format: 'esm',
  packages: 'external',
  outfile,
  logLevel: 'error',
});
run(process.execPath, [outfile, ...process.argv.slice(2)], root);
