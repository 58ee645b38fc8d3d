import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../support/run-cli.js';

let folder: string;
const at = (name: string) => join(folder, name);
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'streamnorm-normalize-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const normalize = (args: string[], input: string | Uint8Array = '') =>
  runCli(['normalize', ...args], { cwd: folder, input });
const CSV = 'device;flow rate;note\r\na;10;x\r\na;12;"y;z"\r\nb;5;\r\na;15;x\r\n';

describe('streamnorm normalize', () => {
  it('adds scores to NDJSON and leaves the rest as it is', async () => {
    const input = '{"id":"a","v":20,"x":{"y":"é"}}\n{"id":"a","v":22}\n{"id":"a","v":25}\n';
    const { code, stdout, stderr } = await normalize(['--warmup', '2', '--key', 'id', '-f', 'v=z-score'], input);
    expect(stdout).toBe(
      '{"id":"a","v":20,"x":{"y":"é"},"normalized":{"v":null},"epoch":{"v":0}}\n' +
        '{"id":"a","v":22,"normalized":{"v":null},"epoch":{"v":0}}\n' +
        '{"id":"a","v":25,"normalized":{"v":4},"epoch":{"v":0}}\n',
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '3 records, 1 series\n' });
  });

  it('adds columns to CSV, in its own delimiter', async () => {
    writeFileSync(at('in.csv'), CSV);
    const { code, stdout } = await normalize([
      'in.csv',
      '--key',
      'device',
      '--method',
      'z-score',
      '--warmup',
      '2',
      '--include',
      'center,scale,count',
    ]);
    expect(code).toBe(0);
    expect(stdout.split(/\r?\n/)).toEqual([
      'device;flow rate;note;flow rate_normalized;flow rate_center;flow rate_scale;flow rate_count',
      'a;10;x;;;;0',
      'a;12;"y;z";;10;0;1',
      'b;5;;;;;0',
      'a;15;x;4;11;1;2',
      '',
    ]);
  });

  it('puts scores in the place of the values where it is asked to', async () => {
    const { stdout } = await normalize(
      ['--format', 'csv', '--replace', '--method', 'z-score', '--warmup', '1', '--key', 'device'],
      CSV,
    );
    expect(stdout.split(/\r?\n/)).toEqual(['device;flow rate;note', 'a;;x', 'a;0;"y;z"', 'b;;', 'a;4;x', '']);
  });

  it('keeps the header of a CSV file that has no rows', async () => {
    writeFileSync(at('empty.csv'), 'device,flow\n');
    expect(await normalize(['empty.csv'])).toMatchObject({ code: 0, stdout: 'device,flow\n' });
    expect(await normalize(['empty.csv', '-f', 'flow'])).toMatchObject({ stdout: 'device,flow,flow_normalized\n' });
    expect(await normalize(['--format', 'csv'], '')).toMatchObject({ code: 0, stdout: '' });
  });

  it('reads gzip and several files as one stream, and writes gzip', async () => {
    writeFileSync(at('one.ndjson.gz'), gzipSync('{"v":20}\n{"v":22}\n'));
    writeFileSync(at('two.ndjson'), '{"v":25}\n');
    const { code, stdout } = await normalize([
      'one.ndjson.gz',
      'two.ndjson',
      '--method',
      'z-score',
      '--warmup',
      '2',
      '-o',
      'out.ndjson.gz',
    ]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    const lines = gunzipSync(readFileSync(at('out.ndjson.gz')))
      .toString()
      .trimEnd()
      .split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { normalized: { v: number | null } }).normalized.v)).toEqual([
      null,
      null,
      4,
    ]);
  });

  it('counts bad lines, shows the first, keeps them, and fails only when it is strict', async () => {
    writeFileSync(at('bad.ndjson'), '{"v":1}\nnonsense\n{"v":2}\n[]\n');
    const loose = await normalize(['bad.ndjson', '--dead-letter', 'dead.ndjson']);
    expect(loose.code).toBe(0);
    expect(loose.stdout.trimEnd().split('\n')).toHaveLength(2);
    expect(loose.stderr).toMatch(
      /^2 records, 1 series\n2 bad records:\n {2}bad\.ndjson:2: .+\n {2}bad\.ndjson:4: .+\n$/,
    );
    const dead = readFileSync(at('dead.ndjson'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect(dead).toMatchObject([
      { file: 'bad.ndjson', line: 2, record: 'nonsense' },
      { file: 'bad.ndjson', line: 4, record: '[]' },
    ]);
    expect((await normalize(['bad.ndjson', '--strict'])).code).toBe(1);
  });

  it('says of a CSV column that it is left as it is where text stands beside its numbers', async () => {
    const csv = `x,v\n${Array.from({ length: 10 }, (_, i) => `${i},${i % 5 === 0 ? 'bad' : i}`).join('\n')}\n`;
    const { stdout, stderr } = await normalize(['--format', 'csv'], csv);
    expect(stderr).toMatch(/^v: numbers beside text in the first rows: left as it is; name it \(fields, --field\)/m);
    expect(stdout.split('\n')[1]).toMatch(/^0,bad/);
  });

  it('counts values that are no number of a field that is asked for', async () => {
    const { code, stderr } = await normalize(['-f', 'v'], '{"v":1}\n{"v":"x"}\n{"v":null}\n');
    expect(code).toBe(0);
    expect(stderr).toMatch(/v: 1 value not a number/);
    expect(stderr).toMatch(/missing/);
  });

  it('takes fields and options from a configuration, and what flags say before it', async () => {
    writeFileSync(
      at('c.yaml'),
      'source: { file: { path: none.csv } }\nrecord: { key: id }\nfields: { v: { method: min-max, range: [0, 4] } }\ndefaults: { warmup: 9 }\noutput: replace\n',
    );
    const input = '{"id":"a","v":1,"w":5}\n{"id":"b","v":7,"w":5}\n{"id":"a","v":3,"w":5}\n{"id":"a","v":2,"w":5}\n';
    const { code, stdout } = await normalize(['-c', 'c.yaml', '--warmup', '2'], input);
    expect(code).toBe(0);
    const values = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { v: unknown; w: unknown });
    expect(values.map(({ v }) => v)).toEqual([null, null, null, 2]);
    expect(values.map(({ w }) => w)).toEqual([5, 5, 5, 5]);
  });

  it('learns as a configuration says, and names what flags have taken from under a model', async () => {
    writeFileSync(
      at('learn.yaml'),
      'source: { stdin: {} }\nfields: { v: { method: z-score, warmup: 2 } }\nlearn: { p: { model: linear, target: w } }\n',
    );
    const input = Array.from({ length: 9 }, (_, i) => `{"v":${i % 4},"w":${i % 4}}\n`).join('');
    const { code, stdout, stderr } = await normalize(['-c', 'learn.yaml'], input);
    expect(code).toBe(0);
    const { learnt } = JSON.parse(stdout.trimEnd().split('\n').at(-1)!) as { learnt: { p: { prediction: unknown } } };
    expect(typeof learnt.p.prediction).toBe('number');
    expect(stderr).toMatch(/^p: 7 predictions, mean loss [\d.]+$/m);
    expect(await normalize(['-c', 'learn.yaml', '-f', 'w'], input)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('learn.p.features.0 must be a field that is normalized: w, got "v"'),
    });
  });

  it('fails with the name of a file that is not there', async () => {
    const { code, stderr } = await normalize(['none.ndjson']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^streamnorm: none\.ndjson could not be read: ENOENT/);
  });

  it('leaves quietly when nobody reads any more', async () => {
    const input = '{"v":1}\n'.repeat(200_000);
    const { code, stderr } = await runCli(['normalize', '-f', 'v'], {
      input,
      onStart: (child) => child.stdout!.once('data', () => child.stdout!.destroy()),
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  it('finishes what it has read when it is told to stop', async () => {
    let asked = false;
    const { code, stderr } = await runCli(['run', '-'], {
      input:
        '{"source": {"simulate": {"rate": 200}}, "fields": {"temperature": "z-score"}, "record": {"key": "deviceId"}}',
      onStart: (child) =>
        child.stdout!.on('data', () => {
          if (!asked) child.kill('SIGTERM');
          asked = true;
        }),
    });
    expect(code).toBe(0);
    expect(stderr).toMatch(/records?, \d+ series, stopped before the end/);
  });
});

describe('streamnorm run and state', () => {
  const config = (name: string, extra = '') =>
    `source: { simulate: { count: 300, rate: 1e9, sensors: 4 } }\nrecord: { key: deviceId, time: ts }\nfields: { temperature: { memory: { halfLife: 5m } }, flow: robust }\nsink: { file: { path: ${name}.ndjson } }\nstate: { store: file, path: ${name}-state }\n${extra}`;

  it('writes every record once, however often it is started', async () => {
    writeFileSync(at('whole.yaml'), config('whole'));
    const first = await runCli(['run', 'whole.yaml'], { cwd: folder });
    expect(first.code).toBe(0);
    const output = readFileSync(at('whole.ndjson'), 'utf8');
    expect(output.trimEnd().split('\n')).toHaveLength(300);
    const again = await runCli(['run', 'whole.yaml'], { cwd: folder });
    expect(again.code).toBe(0);
    expect(again.stderr).toMatch(/went on after 300 of an earlier run/);
    expect(readFileSync(at('whole.ndjson'), 'utf8')).toBe(output);
  });

  it('shows a store, and exports one that can be imported', async () => {
    writeFileSync(at('kept.yaml'), config('kept'));
    await runCli(['run', 'kept.yaml'], { cwd: folder });
    const shown = JSON.parse((await runCli(['state', 'show', 'kept-state'], { cwd: folder })).stdout) as object;
    expect(shown).toMatchObject({ series: 4, fields: [{ name: 'temperature' }, { name: 'flow' }] });
    const exported = await runCli(['state', 'export', 'kept-state'], { cwd: folder });
    expect(exported.code).toBe(0);
    const imported = await runCli(['state', 'import', 'copy-state'], { cwd: folder, input: exported.stdout });
    expect({ code: imported.code, stderr: imported.stderr }).toEqual({ code: 0, stderr: '4 series in copy-state\n' });
    expect((await runCli(['state', 'export', 'copy-state'], { cwd: folder })).stdout).toBe(exported.stdout);
  });

  it('says when there is no state, and when what is imported is none', async () => {
    expect(await runCli(['state', 'show', 'nowhere'], { cwd: folder })).toMatchObject({
      code: 1,
      stdout: '',
      stderr: 'streamnorm: nowhere holds no state\n',
    });
    const bad = await runCli(['state', 'import', 'copy2-state'], { cwd: folder, input: '{"a": 1}' });
    expect(bad.code).not.toBe(0);
    expect(bad.stderr).not.toMatch(/^\s+at /m);
  });
});

describe('streamnorm demo', () => {
  it('prints plain lines without a terminal, and ends when it is told to', async () => {
    const { code, stdout, stderr } = await runCli(['demo', '--seconds', '0.3', '--sensors', '8']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\d+ readings, \d of 8 sensors ok\n {2}\S+ .* normalized .* center .* scale /);
    expect(stdout).not.toContain('\x1b');
    expect(stderr).toMatch(/^live page: http:\/\/127\.0\.0\.1:\d+\/#[\w-]+\n\d+ readings of 8 sensors, \d+ events\n$/);
    const stopped = await runCli(['demo', '--no-http'], {
      onStart: (child) => child.stdout!.once('data', () => child.kill('SIGINT')),
    });
    expect(stopped.code).toBe(0);
    expect(stopped.stderr).toMatch(/^\d+ readings of 24 sensors, \d+ events\n$/);
  });
});
