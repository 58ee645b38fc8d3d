// The native TensorFlow binding of tfjs-node, built here against the library inside TensorFlow's wheel: what tfjs-node's own install
// script downloads comes from a host that is often out of reach.
import { existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { cacheFolder, folderOnce, isMade } from './cache-folder.mjs';
import { canRun, runQuietly } from './run-quietly.mjs';

const name = 'tensorflow';
const content = { 'tfjs-node': '4.22.0', tensorflow: '2.15.1' };
const inWheel = {
  lib: ['tensorflow/libtensorflow_cc.so.2', 'tensorflow/libtensorflow_framework.so.2'],
  include: [
    'tensorflow/include/tensorflow/c/*',
    'tensorflow/include/tensorflow/core/platform/ctstring*',
    'tensorflow/include/tsl/c/*',
    'tensorflow/include/tsl/platform/ctstring*',
  ],
};

/** What is missing to have it here, as a sentence, or null when nothing is. */
function missingForTensorFlow() {
  if (isMade(name, content)) return null;
  if (process.platform !== 'linux' || process.arch !== 'x64')
    return `the TensorFlow binding is built here on Linux x64 only, this is ${process.platform} ${process.arch}: npm install @tensorflow/tfjs-node`;
  if (pip() === null) return "TensorFlow's library comes by pip: install it (Debian: apt-get install python3-pip)";
  const absent = ['unzip', 'make', 'g++', 'python3'].filter(
    (tool) => !canRun(tool, [tool === 'unzip' ? '-v' : '--version']),
  );
  if (absent.length > 0)
    return `the TensorFlow binding is compiled here: install ${absent.join(', ')} (Debian: apt-get install unzip build-essential python3)`;
  return null;
}

/** Brings it, once; answers where its module is, for `import()`. */
export async function bringTensorFlow(say = () => {}) {
  const missing = missingForTensorFlow();
  if (missing !== null) throw new Error(missing);
  const folder = await folderOnce(name, content, (partial) => make(partial, say));
  return pathToFileURL(join(packageIn(folder), 'dist/index.js')).href;
}

/** Where it is if it has been brought, else null. */
export function broughtTensorFlow() {
  if (!isMade(name, content)) return null;
  return pathToFileURL(join(packageIn(join(cacheFolder, name)), 'dist/index.js')).href;
}

function make(folder, say) {
  say('TensorFlow: the package from npm …');
  const npm = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', '--prefix', folder];
  runQuietly('npm', [...npm, `@tensorflow/tfjs-node@${content['tfjs-node']}`], { cwd: folder });
  const target = packageIn(folder);

  say('TensorFlow: its library from PyPI (207 MB) …');
  const platforms = ['manylinux_2_17_x86_64', 'manylinux2014_x86_64'].flatMap((platform) => ['--platform', platform]);
  const python = ['--python-version', '3.11', '--implementation', 'cp', '--abi', 'cp311', ...platforms];
  const [command, ...args] = pip();
  const options = ['download', '-q', '--no-deps', '--only-binary=:all:', ...python, '-d', folder];
  runQuietly(command, [...args, ...options, `tensorflow-cpu==${content.tensorflow}`], { cwd: folder });

  const wheel = `${folder}/tensorflow_cpu-${content.tensorflow}-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl`;
  const unpacked = join(folder, 'wheel');
  const deps = join(target, 'deps');
  mkdirSync(join(deps, 'lib'), { recursive: true });
  runQuietly('unzip', ['-q', '-j', wheel, ...inWheel.lib, '-d', join(deps, 'lib')]);
  runQuietly('unzip', ['-q', wheel, ...inWheel.include, '-d', unpacked]);
  runQuietly('mv', [join(unpacked, 'tensorflow/include'), join(deps, 'include')]);
  symlinkSync('libtensorflow_cc.so.2', join(deps, 'lib/libtensorflow.so'));
  symlinkSync('libtensorflow_framework.so.2', join(deps, 'lib/libtensorflow_framework.so'));
  rmSync(wheel);
  rmSync(unpacked, { recursive: true });

  say('TensorFlow: compiling the binding …');
  const build = ['install', '--build-from-source', ...nodeHeaders()];
  const gyp = join(folder, 'node_modules/@mapbox/node-pre-gyp/bin/node-pre-gyp');
  runQuietly(process.execPath, [gyp, ...build], { cwd: target });
}

/** The headers that this Node came with; without them node-gyp downloads them. */
function nodeHeaders() {
  const prefix = dirname(dirname(process.execPath));
  return existsSync(join(prefix, 'include/node/node_api.h')) ? [`--nodedir=${prefix}`] : [];
}

function packageIn(folder) {
  return join(folder, 'node_modules/@tensorflow/tfjs-node');
}

function pip() {
  const ways = [['pip3'], ['python3', '-m', 'pip'], ['pip']];
  return ways.find(([command, ...args]) => canRun(command, [...args, '--version'])) ?? null;
}
