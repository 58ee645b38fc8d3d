// npm run browser: finds a Chromium for the tests of the page, or under CI on Debian as root installs one. Prints where it is.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Where a Chromium is, or undefined: what CHROMIUM_PATH names, else the first on the path. */
export function findChromium() {
  const given = process.env.CHROMIUM_PATH;
  if (given) {
    if (isProgram(given)) return given;
    throw new Error(`CHROMIUM_PATH must be a program, got ${given}`);
  }
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin', '/usr/local/bin'];
  return folders.flatMap((folder) => NAMES.map((name) => join(folder, name))).find(isProgram);
}

/** The same; where there is none, it is installed into the system under CI, on Debian, as root, and nowhere else. */
export function ensureChromium() {
  const found = findChromium();
  if (found !== undefined) return { path: found };
  const how = 'install Chromium (Debian: apt-get install chromium) or name one in CHROMIUM_PATH';
  if (!process.env.CI) return { missing: how };
  if (!existsSync('/etc/debian_version') || process.getuid?.() !== 0) return { missing: how };
  console.error('installing Chromium …');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  for (const args of [
    ['update', '-q'],
    ['install', '-y', '-q', '--no-install-recommends', 'chromium'],
  ]) {
    const { status, stderr, error } = spawnSync('apt-get', args, { env, encoding: 'utf8', timeout: 600_000 });
    if (error || status !== 0)
      return { missing: `apt-get ${args[0]} failed: ${error?.message ?? stderr.trim().split('\n').at(-1)}; ${how}` };
  }
  const installed = findChromium();
  return installed === undefined ? { missing: how } : { path: installed };
}

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { path, missing } = ensureChromium();
  if (missing) {
    console.error(missing);
    process.exit(1);
  }
  console.log(path);
}
