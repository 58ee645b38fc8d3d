// All that `npm run bench:gpu` needs, in one folder, for a machine with a GPU and without a network: the suite and the bench, bundled, and
// Dawn for this platform. There: `node FOLDER/run.mjs`, with a Vulkan driver.
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { bringWebGpu } from './webgpu.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const suites = ['backend-conformance.test.ts', 'webgpu.device.test.ts'];

/** Writes the folder anew. */
export async function pack(folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const shared = { bundle: true, platform: 'node', format: 'esm', logLevel: 'error', external: ['webgpu'] };
  await build({
    ...shared,
    ignoreAnnotations: true, // a test is nothing but its side effects
    stdin: { contents: suites.map((suite) => `import './test/backend/${suite}';`).join('\n'), resolveDir: root },
    outfile: join(folder, 'suite.mjs'),
    plugins: [withoutVitest],
  });
  await build({ ...shared, entryPoints: [join(root, 'bench/gpu.bench.ts')], outfile: join(folder, 'bench.mjs') });

  const dawn = dirname(fileURLToPath((await bringWebGpu()).module));
  const target = join(folder, 'node_modules/webgpu');
  for (const file of ['index.js', 'package.json', `dist/${process.platform}-${process.arch}`])
    cpSync(join(dawn, file), join(target, file), { recursive: true });
  // The driver in software stays behind, for what is asked for is the GPU's; the loader of drivers goes along.
  for (const file of ['libvk_swiftshader.so', 'vk_swiftshader_icd.json'])
    rmSync(join(target, `dist/${process.platform}-${process.arch}`, file), { force: true });
  writeFileSync(join(folder, 'run.mjs'), run);
}

/** The suite's own runner has native parts and a hundred packages; Node's and its assertions do here. */
const withoutVitest = {
  name: 'without-vitest',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^vitest$/ }, () => ({ path: 'vitest', namespace: 'without-vitest' }));
    onLoad({ filter: /.*/, namespace: 'without-vitest' }, () => ({
      resolveDir: dirname(createRequire(import.meta.url).resolve('vitest/package.json')),
      contents: `
        import { describe, it, before, after } from 'node:test';
        import * as chai from 'chai';
        import { JestAsymmetricMatchers, JestChaiExpect, JestExtend } from '@vitest/expect';
        for (const plugin of [JestExtend, JestChaiExpect, JestAsymmetricMatchers]) chai.use(plugin);
        describe.skipIf = (condition) => (condition ? describe.skip : describe);
        export { describe, it, before as beforeAll, after as afterAll };
        export const expect = (value, message) => chai.expect(value, message);
        export const inject = () => ({
          webgpu: { module: import.meta.resolve('webgpu'), driver: process.env.VK_DRIVER_FILES ?? '' },
          tensorflow: null,
        });
      `,
    }));
  },
};

const run = `// The suite of the backends on this machine's GPU, then the figures. --software: on whatever device there is, to see that it runs.
import { spawnSync } from 'node:child_process';
const env = { ...process.env, ...(process.argv.includes('--software') ? { BENCH_SMOKE: '1' } : {}), STREAMNORM_GPU: '1' };
for (const args of [['--test-reporter=spec', 'suite.mjs'], ['--expose-gc', 'bench.mjs']]) {
  const { status } = spawnSync(process.execPath, args, { cwd: import.meta.dirname, env, stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}
`;
