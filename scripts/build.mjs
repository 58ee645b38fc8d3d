// Compiles src/ and operators/ into dist/; with --if-stale only when a source changed since.
import { chmodSync, copyFileSync, existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { run } from './ensure-installed.mjs';

const root = new URL('../', import.meta.url);
const stamp = new URL('dist/.built', root);

if (!process.argv.includes('--if-stale') || isStale()) {
  rmSync(new URL('dist/', root), { recursive: true, force: true });
  run(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], root);
  await buildPage();
  chmodSync(new URL('dist/src/cli/main.js', root), 0o755);
  writeFileSync(stamp, '');
}

/** The page of the service: one script, one style sheet, nothing loaded from elsewhere. */
async function buildPage() {
  if (!existsSync(new URL('node_modules/uplot/package.json', root))) {
    console.error('the page of the service is not built: uplot is not installed');
    return;
  }
  const { build } = await import('esbuild');
  const from = new URL('src/service/page/', root);
  const to = new URL('dist/src/service/page/', root);
  await build({
    entryPoints: [fileURLToPath(new URL('page.ts', from))],
    outdir: fileURLToPath(to),
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2023',
    legalComments: 'none',
    logLevel: 'warning',
  });
  for (const file of ['index.html', 'icon.svg']) copyFileSync(new URL(file, from), new URL(file, to));
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
