// npm run bench:gpu: on a machine with a GPU, the suite of all backends on that GPU, then the figures. --software: the same on the devices that
// `npm run devices` brings, to see that the command works; its times say nothing of a GPU. --pack FOLDER: all of it in one folder, for a
// machine that has neither network nor npm: `node FOLDER/run.mjs` there.
import { spawnSync } from 'node:child_process';
import { ensureBuilt, ensureInstalled, run } from './ensure-installed.mjs';

const root = new URL('../', import.meta.url);
ensureInstalled(root);
ensureBuilt(root);
const packed = process.argv.indexOf('--pack');
if (packed >= 0) {
  const { pack } = await import('./devices/pack.mjs');
  const folder = process.argv[packed + 1] ?? '.cache/bench-gpu';
  await pack(folder);
  console.log(`on a machine with a GPU: node ${folder}/run.mjs`);
  process.exit(0);
}
const software = process.argv.includes('--software');
const env = software ? {} : { STREAMNORM_GPU: '1' };
// What cannot be brought it says itself; a GPU may be there all the same.
spawnSync(process.execPath, ['scripts/devices.mjs'], { cwd: root, stdio: 'inherit' });

const found = spawnSync(
  process.execPath,
  ['--import', './scripts/devices/register.mjs', 'scripts/devices/find-gpu.mjs'],
  { cwd: root, encoding: 'utf8', env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'] },
).stdout.trim();
console.log(found || 'no GPU can be looked for without the package webgpu');
if (!software && !found.startsWith('GPU')) {
  console.error(
    'npm run bench:gpu needs a GPU with a Vulkan, Metal or Direct3D 12 driver; --software shows that it works',
  );
  process.exit(1);
}
run(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', '--project', 'devices', 'test/backend'], root, env);
const hooks = new URL('scripts/devices/register.mjs', root).href;
run(process.execPath, ['scripts/bench.mjs', 'gpu'], root, { ...env, NODE_OPTIONS: `--import ${hooks}` });
