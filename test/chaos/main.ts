// npm run chaos: see scripts/chaos.mjs.
import { missingForKafka } from '../../scripts/kafka/broker.mjs';
import { readFlags } from '../../scripts/read-flags.mjs';
import { Lab } from './lab.js';
import type { Outcome } from './scenario.js';
import { scenarios } from './scenarios.js';

const help = `npm run chaos -- [flags]

  --only a,b       scenarios by name, as --list has them (all)
  --scale N        how long and how often, above 0 and at most 10 (1)
  --seed N         an integer (a random one, which is printed)
  --logs FOLDER    where the logs of the engines go
  --list           says what there is`;

const { values } = readFlags(help, {
  options: {
    only: { type: 'string', default: '' },
    scale: { type: 'string', default: '1' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1e6)) },
    logs: { type: 'string' },
    list: { type: 'boolean', default: false },
  },
});
const wanted = values.only === '' ? [] : values.only.split(',');
const chosen = scenarios.filter(({ id }) => wanted.length === 0 || wanted.includes(id));
const [scale, seed] = [Number(values.scale), Number(values.seed)];
const unknown = wanted.filter((id) => !scenarios.some((scenario) => scenario.id === id));
if (unknown.length > 0)
  refuse(`--only must be of ${scenarios.map(({ id }) => id).join(', ')}, got ${unknown.join(', ')}`);
if (!(scale > 0 && scale <= 10)) refuse(`--scale must be above 0 and at most 10, got ${values.scale}`);
if (!Number.isSafeInteger(seed)) refuse(`--seed must be an integer, got ${values.seed}`);
if (values.list) {
  for (const { id, title } of scenarios) console.log(`${id.padEnd(4)} ${title}`);
  process.exit(0);
}
const missing = missingForKafka();
if (missing !== null) {
  console.error(missing);
  process.exit(1);
}

console.log(`${chosen.length} scenarios, seed ${seed}, scale ${scale}`);
const lab = new Lab({ seed, scale, ...(values.logs !== undefined && { logs: values.logs }) });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1)); // the brokers and the engines go with this process
const failed: string[] = [];
for (const { id, title, run } of chosen) {
  const begin = performance.now();
  const { faults, facts } = await run(lab).catch(
    (error: Error): Outcome => ({ faults: [String(error.stack)], facts: [] }),
  );
  const seconds = ((performance.now() - begin) / 1000).toFixed(0);
  const verdict = faults.length === 0 ? 'pass' : 'FAIL';
  console.log(`${id.padEnd(4)} ${verdict}  ${title} · seed ${seed} · ${seconds} s · ${facts.join(' · ')}`);
  for (const fault of faults) console.log(`       - ${fault}`);
  if (faults.length > 0) failed.push(id);
}
await lab.close();
console.log(
  failed.length === 0
    ? 'all passed'
    : `failed: ${failed.join(', ')} (again: npm run chaos -- --only ${failed.join(',')} --seed ${seed} --scale ${scale})`,
);
process.exit(failed.length === 0 ? 0 : 1);

function refuse(sentence: string): never {
  console.error(sentence);
  process.exit(2);
}
