// Packs the package as it would be published and checks what a user gets: exports, types, contents, no install script, few dependencies.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './ensure-installed.mjs';

const root = new URL('../', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));
const faults = [];
for (const script of ['preinstall', 'install', 'postinstall', 'prepare'])
  if (manifest.scripts[script]) faults.push(`package.json has the install script ${script}`);
const dependencies = Object.keys(manifest.dependencies);
if (dependencies.length > 12) faults.push(`${dependencies.length} runtime dependencies, at most 12 are allowed`);
for (const name of dependencies) {
  const { scripts = {}, gypfile } = JSON.parse(
    readFileSync(new URL(`node_modules/${name}/package.json`, root), 'utf8'),
  );
  if (gypfile || scripts.install || scripts.postinstall || scripts.preinstall)
    faults.push(`${name} has an install script`);
}

const folder = mkdtempSync(join(tmpdir(), 'streamnorm-pack-'));
try {
  const packed = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
      cwd: root,
      encoding: 'utf8',
    }),
  );
  const { filename, files, unpackedSize } = Array.isArray(packed) ? packed[0] : packed[manifest.name];
  const strays = files
    .map(({ path }) => path)
    .filter(
      (path) => !/^(dist\/|package\.json$|README\.md$|LICENSE$|CHANGELOG\.md$|streamnorm\.schema\.json$)/.test(path),
    );
  if (strays.length > 0) faults.push(`the package holds ${strays.join(', ')}`);
  if (faults.length > 0) throw new Error(faults.join('\n'));
  const tarball = join(folder, filename);
  run(process.execPath, ['node_modules/publint/src/cli.js', tarball], root);
  run(process.execPath, ['node_modules/@arethetypeswrong/cli/dist/index.js', tarball, '--profile', 'esm-only'], root);
  console.log(
    `${manifest.name} ${manifest.version}: ${files.length} files, ${(unpackedSize / 1024).toFixed(0)} kB, ${dependencies.length} dependencies`,
  );
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
