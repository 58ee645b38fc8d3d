// Compiles src/ and operators/ into dist/; with --if-stale only when a source changed since.
import { chmodSync, existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { run } from './ensure-installed.mjs';

const root = new URL('../', import.meta.url);
const stamp = new URL('dist/.built', root);

if (!process.argv.includes('--if-stale') || isStale()) {
  rmSync(new URL('dist/', root), { recursive: true, force: true });
  run(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], root);
  run(process.execPath, ['scripts/build-page.mjs', fileURLToPath(new URL('dist/src/service/page/', root))], root);
  chmodSync(new URL('dist/src/cli/main.js', root), 0o755);
  writeFileSync(stamp, '');
}

function isStale() {
  if (!existsSync(stamp)) return true;
  const built = statSync(stamp).mtimeMs;
  const sources = ['src', 'operators'].flatMap((folder) =>
    readdirSync(new URL(`${folder}/`, root), { recursive: true }).map((name) => new URL(`${folder}/${name}`, root)),
  );
  sources.push(new URL('tsconfig.json', root), new URL('tsconfig.build.json', root), new URL('package.json', root));
  return sources.some((source) => statSync(source).mtimeMs > built);
}
