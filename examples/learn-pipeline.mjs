// What heat pumps should take is learnt at the end of a pipeline, which is nothing but a configuration. Halfway they are set to twice the flow: the
// series begin a new epoch on another scale, and the models are corrected for it, so that they need not learn again what they knew.
//
//     npm run build && node examples/learn-pipeline.mjs
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const pipeline = `
source: { file: { path: readings.ndjson } }
record: { key: pump }
defaults: { clip: 5 }
fields: { flow: adaptive, outside: adaptive }
learn:
  expected: { model: linear, target: watt, rate: 0.02, biasRate: 0.02, scaleTarget: true, loss: absolute }
sink: { file: { path: out.ndjson } }
`;

/** The same numbers on every machine: nearly normal, from a seeded generator. */
let seed = 7;
const noise = () => {
  let sum = -6;
  for (let i = 0; i < 12; i++) {
    seed = (Math.imul(1664525, seed) + 1013904223) >>> 0;
    sum += seed / 2 ** 32;
  }
  return sum;
};

const [hours, raised] = [4000, 2000];
const readings = Array.from({ length: hours }, (_, hour) =>
  ['north', 'south', 'roof'].map((pump, i) => {
    const outside = 8 + 3 * noise();
    const flow = (hour < raised ? 20 : 40) + 5 * i + 2 * noise();
    const watt = 900 + 200 * i + 40 * (flow - 20) - 30 * (outside - 8) + 10 * noise();
    return { pump, hour, outside, flow, watt };
  }),
).flat();

const folder = mkdtempSync(join(tmpdir(), 'learn-'));
try {
  writeFileSync(join(folder, 'readings.ndjson'), readings.map((reading) => `${JSON.stringify(reading)}\n`).join(''));
  writeFileSync(join(folder, 'pipeline.yaml'), pipeline);
  const program = fileURLToPath(new URL('../dist/src/cli/main.js', import.meta.url));
  execFileSync(process.execPath, [program, 'run', 'pipeline.yaml'], { cwd: folder, stdio: 'pipe' });
  const outputs = readFileSync(join(folder, 'out.ndjson'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const meanOf = (from, to) => {
    const losses = outputs
      .filter(({ hour }) => hour >= from && hour < to)
      .map(({ learnt }) => learnt.expected.loss ?? 0);
    return (losses.reduce((sum, loss) => sum + loss, 0) / losses.length).toFixed(0);
  };
  console.log(`off by ${meanOf(30, 130)} W in the first hundred hours`);
  console.log(`off by ${meanOf(raised - 500, raised)} W before the flow is raised`);
  console.log(`off by ${meanOf(raised + 24, raised + 500)} W from a day after on`);
  const epochs = outputs.slice(-3).map(({ pump, epoch }) => `${pump} ${epoch.flow}`);
  console.log(`epochs of the flows: ${epochs.join(', ')}`);
} finally {
  rmSync(folder, { recursive: true });
}
