// The page of the service: its scripts and one style sheet, nothing loaded from elsewhere. Usage: build-page.mjs FOLDER
import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const from = join(root, 'src/service/page');
const [to] = process.argv.slice(2);

if (existsSync(join(root, 'node_modules/uplot'))) {
  const { build } = await import('esbuild');
  await build({
    entryPoints: ['page.ts', 'try-worker.ts'].map((file) => join(from, file)),
    outdir: to,
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2023',
    legalComments: 'none',
    logLevel: 'warning',
  });
  for (const file of ['index.html', 'icon.svg']) copyFileSync(join(from, file), join(to, file));
} else console.error('the page of the service is not built: uplot is not installed');
