import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../support/run-cli.js';
import { textbookSeries } from '../support/textbook-series.js';

let folder: string;
const at = (name: string) => join(folder, name);
const start = Date.UTC(2026, 0, 1);
const time = (i: number) => new Date(start + i * 60_000).toISOString();
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'streamnorm-evaluate-'));
  const { levels, normal } = textbookSeries(41);
  const [l, n] = [levels(), normal()];
  writeFileSync(at('plant.csv'), `ts,level,noise\n${Array.from(l, (x, i) => `${time(i)},${x},${n[i]}`).join('\n')}\n`);
  const windows = [500, 1000, 1500].map((i) => [time(i), time(i + 40)]);
  writeFileSync(at('windows.json'), JSON.stringify({ 'other/x.csv': [], 'data/plant.csv': windows }));
  writeFileSync(at('windows.csv'), `start,end,field\n${windows.map(([a, b]) => `${a},${b},level`).join('\n')}\n`);
  writeFileSync(at('p.yaml'), 'source: { stdin: {} }\nrecord: { time: ts }\nfields: { level: adaptive }\n');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const evaluate = (args: string[], input = '') => runCli(['evaluate', ...args], { cwd: folder, input });
interface Json {
  evaluations: {
    field: string;
    configuration: string;
    logScore: number;
    changes: { level: { recovery: unknown } };
    alarms: { by: string; scores?: object }[];
  }[];
}
const json = async (args: string[]) => JSON.parse((await evaluate([...args, '--json'])).stdout) as Json;

describe('streamnorm evaluate', () => {
  it('sets configurations side by side in 80 columns', async () => {
    const specs = [
      'adaptive',
      'z-score:halfLife=300',
      'robust:window=500,quantiles=[0.1, 0.9]',
      '{method: power, drift: {detector: joint}}',
    ];
    const { code, stdout, stderr } = await evaluate([
      ...specs,
      'plant.csv',
      '-t',
      'ts',
      '--plot',
      '--detector',
      'cusum:falseAlarmEvery=1000',
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const line of stdout.split('\n')) expect([...line].length, line).toBeLessThanOrEqual(80);
    for (const text of [
      'level  2000 values',
      'noise  2000 values',
      'z-score:halfLife=300',
      'power, renormalized on joint',
      'the level rose by 5 scales',
    ])
      expect(stdout).toContain(text);
    expect(stdout).not.toMatch(/NaN|undefined|Infinity/);
    const labelled = await evaluate([
      ...specs,
      'plant.csv',
      '-t',
      'ts',
      '--labels',
      'windows.csv',
      '--detector',
      'joint',
    ]);
    for (const line of labelled.stdout.split('\n')) expect([...line].length, line).toBeLessThanOrEqual(80);
    expect(labelled.stdout).toContain('drift, 3 labelled windows');
  });

  it.each(['windows.json', 'windows.csv'])('meets the labels of %s', async (labels) => {
    const found = await json([
      'adaptive',
      'z-score',
      'plant.csv',
      '-t',
      'ts',
      '-f',
      'level',
      '--labels',
      labels,
      '--detector',
      'adwin',
    ]);
    expect(found.evaluations.map(({ configuration }) => configuration)).toEqual(['adaptive', 'z-score']);
    const [adaptive, plain] = found.evaluations;
    expect(adaptive!.alarms[0]).toMatchObject({
      by: 'epochs',
      scores: { windows: 3, precision: 1, episodeRecall: 1, falseAlarmRate: 0 },
    });
    expect(plain!.alarms[0]).toMatchObject({ scores: { alarms: 0, episodeRecall: 0, precision: null } });
    expect(plain!.alarms[1]!.by).toBe('adwin');
    expect(adaptive!.logScore).toBeGreaterThan(plain!.logScore + 0.3);
  });

  it('takes fields, key and time from a pipeline file', async () => {
    const found = await json(['p.yaml', 'plant.csv', '--labels', 'windows.json']);
    expect(found.evaluations).toMatchObject([
      { field: 'level', configuration: 'p.yaml', alarms: [{ scores: { windows: 3 } }] },
    ]);
    const both = await json(['p.yaml', 'z-score', 'plant.csv']);
    expect(both.evaluations.map(({ field, configuration }) => `${field} ${configuration}`)).toEqual([
      'level p.yaml',
      'level z-score',
      'noise z-score',
    ]);
    expect(both.evaluations[2]!.changes.level.recovery).toBe('never');
  });

  it('reads stdin, and draws SVG with windows and marks', async () => {
    const { code } = await evaluate(
      ['adaptive', '-', '-t', 'ts', '--labels', 'windows.csv', '--plot', 'x.svg'],
      readFileSync(at('plant.csv'), 'utf8'),
    );
    expect(code).toBe(0);
    const svg = readFileSync(at('x.svg'), 'utf8');
    expect(svg.match(/class="window"/g)!.length).toBe(6);
    expect(svg.match(/class="mark"/g)!.length).toBeGreaterThanOrEqual(3);
  });

  it.each([
    [['adaptive'], 2, /given configurations and, last, a file or -/],
    [['nonsense', 'plant.csv'], 2, /^method must be one of .*, got "nonsense"/],
    [['z-score:range=[0, 1]', 'plant.csv'], 2, /^range must be absent: only min-max has it/],
    [['z-score:window', 'plant.csv'], 2, /^configuration must be method:option=value/],
    [['{method: [', 'plant.csv'], 2, /^configuration must be YAML/],
    [['z-score:halfLife=5m', 'plant.csv'], 2, /^time must be given: a memory in event time needs/],
    [['nope.yaml', 'plant.csv'], 2, /nope\.yaml: could not be read/],
    [['adaptive', 'nope.csv'], 1, /nope\.csv could not be read/],
    [['adaptive', 'plant.csv', '--labels', 'nope.csv'], 1, /nope\.csv could not be read/],
    [['adaptive', 'plant.csv', '--labels', 'plant.csv'], 2, /--labels must be CSV with a column start/],
    [['adaptive', 'plant.csv', '--detector', 'x'], 2, /^detector must be one of .*"adwin"/],
    [['adaptive', 'plant.csv', '--detector', 'cusum:clock=1'], 2, /^clock must be absent: cusum does not have it/],
    [['adaptive', 'plant.csv', '--after', '-1'], 2, /must be a number of values from 0 on/],
  ] as const)('refuses %j with exit code %i', async (args, code, message) => {
    const result = await evaluate([...args]);
    expect(result.stderr).toMatch(message);
    expect(result.code).toBe(code);
    expect(result.stderr).not.toMatch(/\n\s+at /);
  });
});
