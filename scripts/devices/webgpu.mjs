// A WebGPU device without a GPU: Dawn from npm, and SwiftShader, Chromium's Vulkan driver in software, from its Debian package.
import { copyFileSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { cacheFolder, folderOnce, isMade } from './cache-folder.mjs';
import { canRun, runQuietly } from './run-quietly.mjs';

const name = 'webgpu';
const content = { webgpu: '0.6.2' };
const debian = { x64: 'amd64', arm64: 'arm64' };
const files = ['libvk_swiftshader.so', 'libvulkan.so.1', 'vk_swiftshader_icd.json'];

/** What is missing to have it here, as a sentence, or null when nothing is. */
function missingForWebGpu() {
  if (isMade(name, content)) return null;
  if (process.platform !== 'linux' || !(process.arch in debian))
    return `a WebGPU device in software is brought on Linux x64 and arm64 only, this is ${process.platform} ${process.arch}: npm install webgpu, with a GPU`;
  const absent = ['apt-get', 'dpkg-deb', 'tar'].filter((tool) => !canRun(tool));
  if (absent.length > 0)
    return `SwiftShader comes in Debian's package chromium-common: ${absent.join(', ')} not found; npm install webgpu, with a GPU`;
  return null;
}

/** Brings it, once; answers where its module is, for `import()`, and the driver's description, for VK_DRIVER_FILES. */
export async function bringWebGpu(say = () => {}) {
  const missing = missingForWebGpu();
  if (missing !== null) throw new Error(missing);
  return placesIn(await folderOnce(name, content, (partial) => make(partial, say)));
}

/** Where it is if it has been brought, else null. */
export function broughtWebGpu() {
  return isMade(name, content) ? placesIn(join(cacheFolder, name)) : null;
}

function placesIn(folder) {
  return {
    module: pathToFileURL(join(folder, 'node_modules/webgpu/index.js')).href,
    driver: join(libraries(folder), 'vk_swiftshader_icd.json'),
  };
}

/** Beside Dawn, where it looks for the Vulkan loader first: no LD_LIBRARY_PATH is needed. */
function libraries(folder) {
  return join(folder, `node_modules/webgpu/dist/linux-${process.arch}`);
}

function make(folder, say) {
  say('WebGPU: Dawn from npm …');
  const npm = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', '--prefix', folder];
  runQuietly('npm', [...npm, `webgpu@${content.webgpu}`], { cwd: folder });

  say('WebGPU: SwiftShader from Debian (32 MB) …');
  const unpacked = join(folder, 'chromium');
  mkdirSync(unpacked);
  try {
    runQuietly('apt-get', ['download', 'chromium-common'], { cwd: unpacked });
  } catch (cause) {
    const hint = 'if the package list is old or empty: apt-get update; or npm install webgpu, with a GPU';
    throw new Error(`Debian's package chromium-common could not be had (${hint}): ${cause.message}`, { cause });
  }
  const archive = readdirSync(unpacked).find((file) => file.endsWith('.deb'));
  runQuietly('dpkg-deb', ['-x', join(unpacked, archive), unpacked]);
  for (const file of files) copyFileSync(join(unpacked, 'usr/lib/chromium', file), join(libraries(folder), file));
  rmSync(unpacked, { recursive: true });
}
