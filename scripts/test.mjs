// npm test: every test. Installs and builds what it needs; arguments go to vitest, as `npm test -- --project unit`.
import { ensureBuilt, ensureInstalled, run } from './ensure-installed.mjs';

const root = new URL('../', import.meta.url);
ensureInstalled(root);
ensureBuilt(root);
run(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...process.argv.slice(2)], root);
