import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/** Installs the dependencies when they are absent or others than were installed last. The two commands of the README need nothing before them. */
export function ensureInstalled(root) {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const { engines } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));
  if (major < 20 || (major === 20 && minor < 19))
    fail(`streamnorm needs Node ${engines.node}, this is ${process.version}`);
  const marker = new URL('node_modules/.streamnorm-installed', root);
  if (existsSync(marker) && readFileSync(marker, 'utf8') === wanted(root)) return;
  console.error('installing dependencies …');
  // Not `npm ci`: it refuses a lock file without the optional packages of other platforms, which not every registry has.
  run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], root);
  writeFileSync(marker, wanted(root));
}

function wanted(root) {
  const hash = createHash('sha256');
  for (const file of ['package.json', 'package-lock.json']) hash.update(readFileSync(new URL(file, root)));
  return hash.digest('hex');
}

/** Builds `dist/` when a source is newer than what was built last. */
export function ensureBuilt(root) {
  run(process.execPath, ['scripts/build.mjs', '--if-stale'], root);
}

export function run(command, args, root, env = {}) {
  const { status, signal, error } = spawnSync(command, args, {
    cwd: root,
    stdio: ['inherit', 'inherit', 'inherit'],
    env: { ...process.env, ...env },
    shell: process.platform === 'win32',
  });
  if (error) fail(`${command} could not be started: ${error.message}`);
  if (status !== 0) process.exit(status ?? (signal ? 1 : 0));
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
