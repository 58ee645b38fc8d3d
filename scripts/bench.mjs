// npm run bench [name…]: compiles bench/<name>.bench.ts and runs it; all of them without a name. --smoke: one short round each.
import { readdirSync } from 'node:fs';
import { ensureInstalled, run } from './ensure-installed.mjs';

const root = new URL('../', import.meta.url);
ensureInstalled(root);
const { compileBenches } = await import('./compile-benches.mjs'); // once esbuild is installed
const strange = process.argv.slice(2).find((flag) => flag.startsWith('--') && flag !== '--smoke');
if (strange !== undefined) {
  console.error(`npm run bench [-- name… --smoke]: there is no ${strange}`);
  process.exit(2);
}
const names = process.argv.slice(2).filter((name) => !name.startsWith('--'));
const smoke = process.argv.includes('--smoke');
const benches = readdirSync(new URL('bench/', root))
  .filter((file) => file.endsWith('.bench.ts'))
  .map((file) => file.replace('.bench.ts', ''))
  .filter((name) => names.length === 0 || names.includes(name))
  // A round that only shows that benches run starts no broker; those of Kafka are named.
  .filter((name) => !smoke || names.includes(name) || !name.startsWith('kafka'));
if (benches.length === 0) {
  console.error(
    `no bench of that name; there are ${readdirSync(new URL('bench/', root))
      .filter((file) => file.endsWith('.bench.ts'))
      .join(', ')}`,
  );
  process.exit(2);
}
const programOf = await compileBenches(root);
for (const name of benches) {
  console.log(`\n── ${name}`);
  run(
    process.execPath,
    ['--expose-gc', programOf(`bench/${name}.bench.ts`)],
    root,
    smoke ? { BENCH_ROUNDS: '1', BENCH_SMOKE: '1' } : {},
  );
}
