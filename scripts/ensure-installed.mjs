import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';

/** Installs the dependencies when they are absent or older than the lock file. The two commands of the README need nothing before them. */
export function ensureInstalled(root) {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const { engines } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));
  if (major < 20 || (major === 20 && minor < 19))
    fail(`streamnorm needs Node ${engines.node}, this is ${process.version}`);
  const marker = new URL('node_modules/.package-lock.json', root);
  const lock = new URL('package-lock.json', root);
  if (existsSync(marker) && statSync(marker).mtimeMs >= statSync(lock).mtimeMs) return;
  console.error('installing dependencies …');
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], root);
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
