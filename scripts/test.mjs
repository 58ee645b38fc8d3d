// npm test: every test but those on a Kafka broker, which `npm run test:kafka` runs (--kafka). Installs, builds and brings what it needs;
// further arguments go to vitest.
import { ensureBuilt, ensureInstalled, run } from './ensure-installed.mjs';

const root = new URL('../', import.meta.url);
ensureInstalled(root);
ensureBuilt(root);
const args = process.argv.slice(2).filter((arg) => arg !== '--kafka');
const projects = process.argv.includes('--kafka') ? ['kafka'] : ['unit', 'devices'];
run(
  process.execPath,
  ['node_modules/vitest/vitest.mjs', 'run', ...projects.flatMap((project) => ['--project', project]), ...args],
  root,
);
