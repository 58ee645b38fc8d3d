// npm run bench:kafka: this engine, Kafka Streams and plain kafkajs at the same work on one broker in one run. --help shows the flags.
import { ensureBuilt, ensureInstalled, run } from './ensure-installed.mjs';

const root = new URL('../', import.meta.url);
ensureInstalled(root);
ensureBuilt(root);
const { bundle } = await import('./bundle.mjs'); // once esbuild is installed
const outfile = '.cache/bench/kafka.mjs';
await bundle('bench/kafka/main.ts', outfile);
run(process.execPath, [outfile, ...process.argv.slice(2)], root);
