// npm start: the simulated plant, normalized live. Installs and builds what it needs.
import { spawn } from 'node:child_process';
import { ensureBuilt, ensureInstalled } from './ensure-installed.mjs';

const root = new URL('../', import.meta.url);
ensureInstalled(root);
ensureBuilt(root);

// The terminal and its signals belong to the demo; this process only hands on how it ended.
const demo = spawn(process.execPath, ['dist/src/cli/main.js', 'demo', ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => demo.kill(signal));
demo.on('exit', (code, signal) => {
  process.exitCode = code ?? (signal ? 1 : 0);
});
