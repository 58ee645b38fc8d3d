// npm run bench:kafka: this engine, Kafka Streams and plain kafkajs at the same work on one broker in one run. --help shows the flags.
import { ensureBuilt, ensureInstalled, run } from './ensure-installed.mjs';

const root = new URL('../', import.meta.url);
ensureInstalled(root);
ensureBuilt(root);
const { compileBenches } = await import('./compile-benches.mjs'); // once esbuild is installed
const programOf = await compileBenches(root);
const program = programOf('bench/kafka/main.ts');
run(process.execPath, [program, ...process.argv.slice(2)], root);
