import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Need } from './contender.js';

/** Where peers are kept. */
const cache = resolve('.cache/peers');
const sources = resolve('bench/peers');

export const npmFolder: string = join(cache, 'npm');
const javaFolder = join(cache, 'java');

/** Virtual environments, apart where a package is large or has many of its own. */
type PythonGroup = 'python' | 'torch' | 'quix' | 'bytewax';

export const pythonOf = (group: PythonGroup): string =>
  join(cache, group, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');

export const javaCommand: readonly string[] = [
  '-XX:+UseSerialGC',
  '-cp',
  [join(javaFolder, 'classes'), join(javaFolder, 'lib', '*')].join(delimiter),
];

const known = new Map<Need, string | null>();

/**
 * Brings what contenders of this kind need, unless it is there already: PyPI's packages into a virtual environment, npm's and Maven's
 * into folders of the cache.
 * @returns why it cannot be had here, as a sentence, or null
 */
export async function bring(need: Need, say: (text: string) => void): Promise<string | null> {
  let reason = known.get(need);
  if (reason === undefined) {
    reason = await ways[need](say);
    known.set(need, reason);
  }
  return reason;
}

const ways: Readonly<Record<Need, (say: (text: string) => void) => string | null | Promise<string | null>>> = {
  python: (say) => bringPython('python', say),
  torch: (say) => bringPython('torch', say),
  npm: bringNpm,
  java: bringJava,
  devices: findTensorFlow,
};

/** Not brought here, for it takes a compiler and minutes. */
async function findTensorFlow(): Promise<string | null> {
  const { broughtTensorFlow } = (await import(
    pathToFileURL(resolve('scripts/devices/tensorflow.mjs')).href
  )) as typeof import('../../scripts/devices/tensorflow.mjs');
  return broughtTensorFlow() === null ? '`npm run devices` brings it' : null;
}

/** @returns why it cannot be had here, or null */
export function bringPython(group: PythonGroup, say: (text: string) => void): string | null {
  const list = join(sources, 'python', group === 'python' ? 'requirements.txt' : `requirements-${group}.txt`);
  return once(join(cache, group), [list], say, () => {
    const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', list];
    return (
      fault('python3', ['-m', 'venv', join(cache, group)], 'python3 with venv is not here') ??
      fault(pythonOf(group), install, 'pip could not install it')
    );
  });
}

function bringNpm(say: (text: string) => void): string | null {
  const list = join(sources, 'npm', 'package.json');
  return once(npmFolder, [list], say, () => {
    mkdirSync(npmFolder, { recursive: true });
    copyFileSync(list, join(npmFolder, 'package.json'));
    const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
    return fault('npm', ['install', '--prefix', npmFolder, ...quiet], 'npm could not install it');
  });
}

function bringJava(say: (text: string) => void): string | null {
  const files = ['pom.xml', 'src/main/java/peer/Worker.java'].map((file) => join(sources, 'java', file));
  return once(javaFolder, files, say, () => {
    const goals = ['compile', 'dependency:copy-dependencies'];
    return fault('mvn', ['-q', '-B', '-f', files[0]!, `-Dout=${javaFolder}`, ...goals], 'Maven could not build it');
  });
}

/** Fills a folder of the cache, unless that was done since its sources changed. */
function once(
  folder: string,
  files: readonly string[],
  say: (text: string) => void,
  fill: () => string | null,
): string | null {
  const stamp = join(folder, 'made-of');
  const content = files.map((file) => readFileSync(file, 'utf8')).join('\n');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === content) return null;
  say(`bringing peers into ${folder} …`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(cache, { recursive: true });
  const reason = fill();
  if (reason === null) writeFileSync(stamp, content);
  return reason;
}

/** Why a command failed, beginning with what that means; null when it did not. */
function fault(command: string, args: readonly string[], meaning: string): string | null {
  const { status, error, stdout, stderr } = spawnSync(command, args, {
    encoding: 'utf8',
    timeout: 900_000,
    shell: process.platform === 'win32',
  });
  if (status === 0) return null;
  const said = `${stdout ?? ''}\n${stderr ?? ''}`.split('\n').filter((line) => line.trim() !== '');
  const why = error?.message ?? said.find((line) => /error/i.test(line)) ?? said.at(-1) ?? `it ended with ${status}`;
  return `${meaning}: ${why.trim()}`;
}
