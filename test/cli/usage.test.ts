// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax under test
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { runCli } from '../support/run-cli.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'streamnorm-usage-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('streamnorm', () => {
  it('says its version on stdout', async () => {
    const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
      version: string;
    };
    expect(await runCli(['--version'])).toEqual({ code: 0, stdout: `${manifest.version}\n`, stderr: '' });
  });

  it.each(['normalize', 'run', 'check', 'state', 'top', 'tap', 'demo', 'doctor'])(
    'explains %s with an example',
    async (command) => {
      const { code, stdout } = await runCli([command, '--help']);
      expect(code).toBe(0);
      expect(stdout).toMatch(new RegExp(`Examples?:\\n(.*\\n)*  .*streamnorm ${command}`));
    },
  );

  it.each<[what: string, args: string[], message: string]>([
    ['a misspelt command', ['normalise'], '(Did you mean normalize?)'],
    ['a misspelt flag', ['normalize', '--filed', 'x'], '(Did you mean --field?)'],
    ['a missing argument', ['check'], "missing required argument 'config'"],
    ['one argument too many', ['check', 'a', 'b'], 'too many arguments'],
    ['a count that is none', ['demo', '--sensors', 'many'], 'must be an integer >= 1'],
    ['no number', ['normalize', '--warmup', 'x'], 'must be a number'],
    [
      'flags that exclude each other',
      ['normalize', '--replace', '--include', 'center'],
      "'--replace' cannot be used with",
    ],
    ['an unknown method', ['normalize', '-f', 't=zscore'], '--field t: --method: must be one of "z-score", '],
    [
      'an option of another method',
      ['normalize', '-f', 't=robust', '--ddof', '1'],
      '--field t: --ddof: must be absent: only z-score has it, got 1',
    ],
    ['a bad bound', ['normalize', '--clip', 'abc'], '--clip: must be true, a number k for ±k or [low, high], got NaN'],
    ['two memories', ['normalize', '--half-life', '5', '--window', '7'], "'--window <length>' cannot be used with"],
    ['a memory in event time without a time', ['normalize', '--half-life', '5m'], '--time: '],
    ['a bad duration', ['normalize', '-t', 'ts', '--window', '5x'], '--window: must be a duration like'],
    ['a bad format', ['normalize', '--format', 'xml'], '--format: must be one of "ndjson", "csv", got "xml"'],
    [
      'an unknown statistic',
      ['normalize', '--include', 'center,mode'],
      '--include: must be one of "center", "scale", "count", got "mode"',
    ],
    [
      'output over the input',
      ['normalize', 'a.csv', '-o', './a.csv'],
      '--output: must be another file than the source\'s, got "./a.csv"',
    ],
    [
      'bad records over the output',
      ['normalize', '-o', 'a', '--dead-letter', 'a'],
      "--dead-letter: must be another file than the sink's",
    ],
    ['a configuration that is not there', ['run', 'none.yaml'], 'none.yaml: could not be read: ENOENT'],
  ])('refuses %s with exit code 2 and nothing on stdout', async (_, args, message) => {
    const { code, stdout, stderr } = await runCli(args, { cwd: folder });
    expect(stderr).toContain(message);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });

  it('shows what there is when nothing is asked for', async () => {
    const { code, stderr } = await runCli([]);
    expect(code).toBe(2);
    expect(stderr).toContain('Usage: streamnorm');
  });
});

describe('streamnorm check', () => {
  const check = (text: string, env: Record<string, string> = {}) => {
    writeFileSync(join(folder, 'p.yaml'), text);
    return runCli(['check', 'p.yaml'], { cwd: folder, env });
  };

  it('prints the resolved plan as YAML', async () => {
    const { code, stdout, stderr } = await check(`
source: { file: { path: in.csv } }
record: { key: id, time: ts }
fields: { flow: { method: min-max, range: [0, 2], clip: true, memory: { window: 10m } }, speed: none }
state: { store: file, path: state/, ttl: 1h }
`);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(parse(stdout)).toMatchObject({
      source: { kind: 'file', paths: ['in.csv'] },
      record: { key: ['id'], time: 'ts' },
      fields: {
        flow: {
          method: 'min-max',
          memory: { kind: 'window-time', duration: 600_000, allowedLateness: 600_000 },
          clip: [0, 2],
          order: 'normalize-first',
          warmup: 30,
          missing: 'skip',
        },
        speed: { method: 'none' },
      },
      sink: { kind: 'stdout' },
      state: { store: 'file', path: 'state/', ttl: 3_600_000, checkpointEvery: 10_000 },
    });
  });

  it('prints every fault with its place, and exits 2', async () => {
    const { code, stdout, stderr } = await check('source: { stdin: {} }\nfeilds: x\nstrict: 1');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr.trim().split('\n')).toEqual([
      'p.yaml:3:9: strict: must be a boolean, got 1',
      'p.yaml:2:1: feilds: must be absent: there is no such option, did you mean fields?',
    ]);
  });

  it('prints references, never what they came to', async () => {
    writeFileSync(join(folder, 'secret'), 'hunter2\n');
    const reference = `\${file:${join(folder, 'secret')}}`;
    const text = `source: { file: { path: ["\${DIR}/a.csv", "${reference}"] } }\nsink: { file: { path: "\${DIR}" } }`;
    const { code, stdout, stderr } = await check(text, { DIR: '/swordfish' });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).not.toMatch(/hunter2|swordfish/);
    expect(parse(stdout)).toMatchObject({ source: { paths: ['${DIR}/a.csv', reference] }, sink: { path: '${DIR}' } });
    const faulty = await check(`${text}\nstrict: "\${DIR}"`, { DIR: 'swordfish' });
    expect(faulty.code).toBe(2);
    expect(faulty.stderr).toContain('got "${DIR}"');
    expect(faulty.stderr).not.toContain('swordfish');
  });

  it('reads a configuration from stdin', async () => {
    const { code, stdout } = await runCli(['check', '-'], { input: '{"source": {"stdin": {}}}' });
    expect(code).toBe(0);
    expect(parse(stdout)).toMatchObject({ source: { kind: 'stdin' } });
  });
});
