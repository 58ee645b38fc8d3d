// npm run calibrate: measures how long detectors run in control and writes src/drift/run-length/calibrated-run-lengths.ts. Takes minutes.
import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ensureInstalled } from './ensure-installed.mjs';

const root = new URL('../', import.meta.url);
ensureInstalled(root);
const { compileBenches } = await import('./compile-benches.mjs'); // once esbuild is installed
const programOf = await compileBenches(root);
const program = programOf('bench/support/calibrate-detectors.ts');
const measured = execFileSync(process.execPath, [program], {
  cwd: root,
  encoding: 'utf8',
  stdio: ['ignore', 'pipe', 'inherit'],
});
const target = fileURLToPath(new URL('src/drift/run-length/calibrated-run-lengths.ts', root));
writeFileSync(
  target,
  `// Written by \`npm run calibrate\`: see bench/support/calibrate-detectors.ts.

/**
 * How long detectors run in control, on independent N(0, 1): pairs of the parameter that sets them and the logarithm of the mean run length,
 * rising. The parameter is: joint the evidence, page-hinkley the threshold (with delta 0.25), the others −ln of the chance they are set to.
 */
export const calibratedRunLengths = {
${measured}} as const;
`,
);
spawnSync('npx', ['biome', 'check', '--write', target], { cwd: fileURLToPath(root), stdio: 'inherit' });
