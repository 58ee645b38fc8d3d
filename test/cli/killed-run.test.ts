import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../support/run-cli.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'streamnorm-killed-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const RECORDS = 300_000;

const FIELDS =
  'fields: { v: { memory: { halfLife: 5m } }, w: { memory: { window: 50 } }, b: { method: batch, semantics: renorm } }';
const LEARN = `
fields: { v: { memory: { halfLife: 5m } }, w: { memory: { window: 50 } } }
learn:
  own: { model: linear, target: b, optimizer: adam, scaleTarget: { halfLife: 1000 }, earlyStopping: { patience: 500 } }
  shared: { model: passive-aggressive, target: v, features: [w], per: all }`;

function configOf(name: string, what: string): string {
  return `
source: { file: { path: in.csv } }
record: { key: id, time: ts }
${what}
batch: { maxLength: 1000 }
sink: { file: { path: ${name}.csv } }
deadLetter: { file: { path: ${name}.dead } }
state: { store: file, path: ${name}-state, checkpointEvery: 20ms }
`;
}

describe('streamnorm run on a file', () => {
  it.each([
    ['scores', FIELDS],
    ['learns', LEARN],
  ])('killed again and again while it %s, writes what an undisturbed run writes', async (_, what) => {
    for (const name of ['calm', 'killed'])
      for (const rest of ['.csv', '.dead', '-state'])
        rmSync(join(folder, name + rest), { recursive: true, force: true });
    const lines = Array.from({ length: RECORDS }, (_, i) =>
      i % 50_000 === 777
        ? '"not closed"x,1'
        : `sensor-${i % 17},${1.7e12 + i * 100},${(i * 7919) % 1000},${(i % 97) / 7},${1.7e9 + ((i * 31) % 1013)}`,
    );
    writeFileSync(join(folder, 'in.csv'), `id,ts,v,w,b\n${lines.join('\n')}\n`);
    for (const name of ['calm', 'killed']) writeFileSync(join(folder, `${name}.yaml`), configOf(name, what));
    const calm = await runCli(['run', 'calm.yaml'], { cwd: folder });
    expect(calm.code).toBe(0);

    const { size } = statSync(join(folder, 'calm.csv'));
    for (const share of [0.25, 0.5, 0.75]) {
      const { code } = await runCli(['run', 'killed.yaml'], {
        cwd: folder,
        onStart: (child) => {
          const watch = setInterval(() => {
            const written = statSync(join(folder, 'killed.csv'), { throwIfNoEntry: false })?.size ?? 0;
            if (written >= share * size) child.kill('SIGKILL');
          }, 2);
          child.on('exit', () => clearInterval(watch));
        },
      });
      expect(code, `killed at ${share} of the output`).toBeNull();
    }
    const last = await runCli(['run', 'killed.yaml'], { cwd: folder });
    expect(last.code, last.stderr).toBe(0);
    expect(last.stderr).toMatch(/went on after \d+ of an earlier run/);
    for (const file of ['csv', 'dead'])
      expect(
        readFileSync(join(folder, `killed.${file}`)).equals(readFileSync(join(folder, `calm.${file}`))),
        file,
      ).toBe(true);
  });
});
