import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { runCli } from '../support/run-cli.js';
import { textbookSeries } from '../support/textbook-series.js';

const WEATHER = fileURLToPath(new URL('../../node_modules/vega-datasets/data/seattle-weather.csv', import.meta.url));
let folder: string;
const at = (name: string) => join(folder, name);
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'streamnorm-advise-'));
  const { heavyTailed, levels } = textbookSeries(31);
  const [h, l] = [heavyTailed(), levels()];
  const rows = Array.from(h, (x, i) => `d${i % 2},${x},${i % 2 ? l[i] : ''},${i % 50 ? 'ok' : 3}`);
  writeFileSync(at('plant.csv'), `id,heavy,moving,note\n${rows.join('\n')}\n`);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const advise = (args: string[], input: string | Uint8Array = '') => runCli(['advise', ...args], { cwd: folder, input });
const yamlOf = (stdout: string) => parse(stdout.slice(stdout.indexOf('configuration:') + 14)) as { fields: object };

describe('streamnorm advise', () => {
  it('is right about weather, and fits a terminal of 80 columns', async () => {
    const { code, stdout, stderr } = await advise([WEATHER, '--time', 'date', '--plot']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout.split('\n');
    expect(lines[0]).toBe('seattle-weather.csv: 1461 records, 4 fields');
    for (const line of lines) expect([...line].length, line).toBeLessThanOrEqual(80);
    expect(stdout).toContain('57 % of the values are 0');
    expect(stdout).toMatch(/a cycle of 3\d\d values \(3\d\d d\)/);
    expect(yamlOf(stdout)).toEqual({
      record: { time: 'date' },
      fields: { precipitation: 'max-abs', temp_max: 'z-score', temp_min: 'z-score', wind: 'power' },
    });
    expect(stdout).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('prints a configuration that runs', async () => {
    const { stdout } = await advise(['plant.csv', '--key', 'id', '-f', 'heavy', '-f', 'moving']);
    const advised = yamlOf(stdout);
    expect(advised).toMatchObject({
      record: { key: 'id' },
      fields: { heavy: { method: 'robust', unitVariance: true }, moving: 'adaptive' },
    });
    writeFileSync(at('p.json'), JSON.stringify({ source: { file: { path: 'plant.csv' } }, ...advised }));
    const { code, stdout: plan } = await runCli(['check', 'p.json'], { cwd: folder });
    expect(code).toBe(0);
    expect(plan).toContain('unitVariance: true');
  });

  it('says what it left out', async () => {
    const { stdout } = await advise(['plant.csv', '-f', 'note', '-f', 'moving', '--records', '500']);
    expect(stdout).toContain('plant.csv: the first 500 records (--records for more), 2 fields');
    const json = JSON.parse((await advise(['plant.csv', '-f', 'note', '-f', 'moving', '--json'])).stdout) as {
      records: number;
      fields: { field: string; profile: { missing: number; texts: number } }[];
    };
    expect(json.records).toBe(2000);
    expect(json.fields.find(({ field }) => field === 'note')!.profile).toMatchObject({ missing: 1960, texts: 1960 });
    expect(json.fields.find(({ field }) => field === 'moving')!.profile).toMatchObject({ missing: 1000, texts: 0 });
  });

  it('reads NDJSON from stdin, and stops reading once it has seen enough', async () => {
    const line = '{"v":1.5,"w":{"x":2}}\n';
    const { code, stdout } = await advise(['--records', '10', '--json'], line.repeat(50_000));
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ records: 10, fields: [{ field: 'v' }, { field: 'w.x' }] });
  });

  it('draws an SVG that is well-formed, whatever the names', async () => {
    writeFileSync(
      at('odd.csv'),
      `a<b>&"c,z\n${Array.from({ length: 200 }, (_, i) => `${Math.sin(i) * i},${i % 7}`).join('\n')}\n`,
    );
    const { code } = await advise(['odd.csv', '--plot', 'odd.svg']);
    expect(code).toBe(0);
    const svg = readFileSync(at('odd.svg'), 'utf8');
    expect(svg).toContain('a&lt;b&gt;&amp;&quot;c');
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
    // Every tag that is opened is closed.
    const open: string[] = [];
    for (const [, slash, name, rest] of svg.matchAll(/<(\/?)([a-z]+)([^>]*)>/gi)) {
      if (slash) expect(open.pop()).toBe(name);
      else if (!rest!.endsWith('/')) open.push(name!);
    }
    expect(open).toEqual([]);
  });

  it('has an answer to nothing', async () => {
    expect(await advise([], '')).toMatchObject({ code: 0, stdout: 'stdin: 0 records, no numeric field\n' });
    expect(await advise([], '{"a":"x"}\n')).toMatchObject({ code: 0, stdout: 'stdin: 1 record, no numeric field\n' });
    expect((await advise([], '{"a":1}\n')).stdout).toContain('every value is 1: there is nothing to scale yet');
  });

  it.each([
    [['nope.csv'], 1, /^streamnorm: nope\.csv could not be read: ENOENT/],
    [['plant.csv', '-f', 'zz'], 2, /^field must be a column of the header: id, heavy, moving, note, got "zz"/],
    [['plant.csv', '--format', 'xml'], 2, /^--format: must be one of "ndjson", "csv", got "xml"/],
    [['plant.csv', '--records', 'many'], 2, /must be an integer from 1 on/],
    [['plant.csv', '--plot', 'x.png'], 2, /^--plot must be a file that ends in \.svg/],
    [['plant.csv', '--plot', 'no/such/folder.svg'], 1, /no\/such\/folder\.svg could not be written/],
  ] as const)('refuses %j with exit code %i', async (args, code, message) => {
    const result = await advise([...args]);
    expect(result.code).toBe(code);
    expect(result.stderr).toMatch(message);
    expect(result.stderr).not.toMatch(/\n\s+at /);
  });
});
